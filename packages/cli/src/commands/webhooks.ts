import { parseArgs } from 'node:util'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { allPages } from '../all-pages.ts'
import { plain } from '../plain.ts'

type Webhook = {
  readonly id: string
  readonly url: string
  readonly types: readonly string[] | null
  readonly status: string
}
type Delivery = {
  readonly id: string
  readonly type: string
  readonly userId?: string
  readonly status: string
  readonly attempts: number
  readonly lastStatus?: number
  readonly lastError?: string
  readonly createdAt: string
}

const base = '/api/admin/webhooks'
const usage =
  'Say what to do: boardwalk webhooks list, add URL [--type TYPE …], test ID, deliveries ID or resend ID DELIVERY.'

const at = (...ids: string[]): string => [base, ...ids.map(encodeURIComponent)].join('/')

const list = async (): Promise<void> => {
  const webhooks = await allPages<Webhook>(base)
  for (const { id, url, types, status } of webhooks)
    console.log(`${id}  ${status}  ${plain(url)}\n    ${types?.join(', ') ?? 'all types'}`)
  console.log(webhooks.length === 0 ? 'There are no webhooks' : `${webhooks.length} webhook(s)`)
}

const add = async (url: string, types: readonly string[] | undefined): Promise<void> => {
  const { id, secret } = await callBoardwalk<{ id: string; secret: string }>('POST', base, { url, types })
  console.log(`${id}\nIts secret, shown this once: ${secret}`)
}

const test = async (id: string): Promise<void> => {
  const { ok, status, ms, error } = await callBoardwalk<{
    ok: boolean
    status?: number
    ms: number
    error?: string
  }>('POST', `${at(id)}/test`)
  const answer = `${status === undefined ? plain(error ?? 'no answer') : `answered ${status}`} after ${ms} ms`
  if (!ok) throw new CommandError(`The receiver did not take it: ${answer}.`)
  console.log(`The receiver took it: ${answer}.`)
}

const deliveries = async (id: string): Promise<void> => {
  // The newest are what somebody looks for; the API has the rest.
  const { items } = await callBoardwalk<{ items: Delivery[] }>('GET', `${at(id)}/deliveries?limit=50`)
  for (const one of items) {
    const answer = plain(one.lastError ?? `${one.lastStatus ?? ''}`)
    console.log(`${one.id}  ${one.createdAt}  ${one.status}  ${one.type}  ${plain(one.userId ?? '')}`)
    if (one.status !== 'delivered') console.log(`    ${one.attempts} tries; ${answer || 'not sent yet'}`)
  }
  if (items.length === 0) console.log('There are no deliveries')
}

const resend = async (id: string, deliveryId: string): Promise<void> => {
  await callBoardwalk('POST', `${at(id)}/deliveries/${encodeURIComponent(deliveryId)}/resend`)
  console.log('It is sent again')
}

export const webhooks = async (words: string[]): Promise<void> => {
  const options = { type: { type: 'string', multiple: true } } as const
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const [verb, first, second] = positionals
  if (verb === 'list') await list()
  else if (verb === 'add' && first !== undefined) await add(first, values.type)
  else if (verb === 'test' && first !== undefined) await test(first)
  else if (verb === 'deliveries' && first !== undefined) await deliveries(first)
  else if (verb === 'resend' && first !== undefined && second !== undefined) await resend(first, second)
  else throw new CommandError(usage)
}
