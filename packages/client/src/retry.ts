import type { Sent } from './exchange.ts'

export type RetryOptions = {
  /** Tries in all, the first included; default 3. */
  readonly tries?: number
  /** Milliseconds of the first pause at most; doubled each time, never above 30,000. Default 200. */
  readonly firstPauseMs?: number
  /** A server that asks for a longer pause than so many milliseconds is not asked again; default: it is, after 30,000 at most. */
  readonly mostAskedMs?: number
  /** From 0 to 1, for tests. */
  readonly random?: () => number
  readonly sleep?: ((ms: number) => Promise<void>) | undefined
}

const longestPauseMs = 30_000

const sleepFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A pause with full jitter: drawn evenly from nothing to a bound that doubles with each failure. */
export const pauseMs = (failed: number, firstPauseMs: number, random: () => number): number =>
  random() * Math.min(longestPauseMs, firstPauseMs * 2 ** failed)

/** Worth a second try: nobody answered, or whoever did said that they could not now. */
const isPassing = (sent: Sent): boolean =>
  [429, 502, 503, 504].includes(sent.status as number) ||
  (sent.kind === 'unreached' && !['status', 'unsendable'].includes(sent.reason))

/** Tries again what may be done twice, with a pause of full jitter before each further try, or as long as it is told. */
export const withRetries = async <Answer>(
  send: () => Promise<Answer>,
  { tries = 3, firstPauseMs = 200, mostAskedMs, random = Math.random, sleep = sleepFor }: RetryOptions = {},
): Promise<Answer> => {
  for (let failed = 0; ; failed++) {
    const sent = await send()
    // The server's own word on when to come again; a longer pause than ours is kept, up to the bound.
    const asked = 1000 * ((sent as { retryAfterSeconds?: number }).retryAfterSeconds ?? 0)
    if (!isPassing(sent as Sent) || failed + 1 >= tries || asked > (mostAskedMs ?? asked)) return sent
    await sleep(Math.max(Math.min(longestPauseMs, asked), pauseMs(failed, firstPauseMs, random)))
  }
}
