import type { Boardwalk } from '@boardwalk/server'
import type { Shops } from './shops.ts'
import type { Log } from './store.ts'

export type OwnWebhook = {
  /** What signs the messages to us; undefined until the webhook is there. */
  readonly secret: () => string | undefined
  /** Has Boardwalk tell the store at this URL, from now on. */
  readonly register: (url: string) => Promise<void>
}

type Options = {
  readonly boardwalk: Pick<Boardwalk, 'fetch'>
  readonly apiKey: string | undefined
  readonly shops: Pick<Shops, 'webhookId' | 'keepWebhookId'>
  readonly log: Log
}

type Answer = { readonly id?: string; readonly secret?: string }

const base = '/api/admin/webhooks'

/** The webhook by which the store hears of what its people do, made and changed over HTTP as any host would. */
export const ownWebhook = ({ boardwalk, apiKey, shops, log }: Options): OwnWebhook => {
  let secret: string | undefined

  /** Undefined: there is no such webhook. */
  const ask = async (method: string, path: string, body?: object): Promise<Answer | undefined> => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
    const request = new Request(new URL(path, 'http://boardwalk'), {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    })
    const response = await boardwalk.fetch(request)
    if (response.status === 404) return undefined
    if (!response.ok) throw new Error(`Boardwalk answered ${response.status} to ${method} ${path}`)
    return (await response.json()) as Answer
  }

  /** Only the id is kept on disk: at every start there is a new secret, and the old one signs beside it for a day. */
  const renewed = async (id: string, url: string): Promise<string | undefined> => {
    if ((await ask('PATCH', `${base}/${id}`, { url, enabled: true })) === undefined) return undefined
    return (await ask('POST', `${base}/${id}/rotate`))?.secret
  }

  return {
    secret: () => secret,
    register: async (url) => {
      if (apiKey === undefined) return
      try {
        const known = shops.webhookId()
        secret = known === undefined ? undefined : await renewed(known, url)
        if (secret !== undefined) return
        const made = await ask('POST', base, { url })
        secret = made?.secret
        if (made?.id !== undefined) await shops.keepWebhookId(made.id)
      } catch (error) {
        // The store is there without it: only its page of messages stays empty.
        log.warn({ event: 'store.webhook_not_made', err: error })
      }
    },
  }
}
