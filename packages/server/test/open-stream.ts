export type OpenStream = {
  readonly status: number
  readonly headers: Headers
  /** How often it said `changed`. */
  readonly changes: () => number
  /** When it did so last, by `performance.now()`. */
  readonly changedAt: () => number
  readonly keepAlives: () => number
  /** How it ended: by the server's will, or broken off. */
  readonly ended: Promise<'ended' | 'broken'>
  readonly hangUp: () => void
}

const countIn = (text: string, what: RegExp): number => text.match(what)?.length ?? 0
const changesIn = (text: string): number => countIn(text, /^event: changed\ndata: \{\}\n\n/gm)

/** Listens to the person's stream as a browser would. */
export const openStream = async (
  address: string,
  token: string,
  headers: Record<string, string> = {},
): Promise<OpenStream> => {
  const hangingUp = new AbortController()
  const response = await fetch(`${address}/api/onboarding/stream`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal: hangingUp.signal,
  })
  let text = ''
  let changes = 0
  let changedAt = 0
  const listen = async (): Promise<'ended'> => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (changesIn(text) > changes) changedAt = performance.now()
      changes = changesIn(text)
    }
    return 'ended'
  }
  return {
    status: response.status,
    headers: response.headers,
    changes: () => changes,
    changedAt: () => changedAt,
    keepAlives: () => countIn(text, /^: keep-alive\n\n/gm),
    ended: listen().catch(() => 'broken' as const),
    hangUp: () => hangingUp.abort(),
  }
}
