import { readEvents } from './event-stream.ts'
import { pauseMs, type RetryOptions } from './retry.ts'

export type HeldStreamOptions = {
  readonly random?: RetryOptions['random'] | undefined
  readonly sleep?: RetryOptions['sleep'] | undefined
  readonly open: (signal: AbortSignal) => Promise<Response>
  /** Something came, be it a comment. */
  readonly onAlive: () => void
  readonly onEvent: (name: string | undefined) => unknown
  /** The stream ended, or could not be had; it is tried again. */
  readonly onLost: () => void
}

/** The server says something every 25 s; a line that says nothing for so long went dead without a word. */
export const silenceMs = 60_000

/** Keeps a stream open until the signal aborts: opened again after pauses of 1 s to 30 s with full jitter. */
export const holdStream = async (options: HeldStreamOptions, left: AbortSignal): Promise<void> => {
  const { open, onAlive, onEvent, onLost, random = Math.random, sleep } = options
  let attempt: AbortController
  let timer: ReturnType<typeof setTimeout> | undefined

  const after = (ms: number, work: () => void): void => {
    clearTimeout(timer)
    timer = setTimeout(work, ms)
  }
  const watch = (): void => after(silenceMs, () => attempt.abort())
  // Without its timer a pause never ends, and nothing is left of the loop.
  const pause = sleep ?? ((ms: number) => new Promise<void>((resolve) => after(ms, resolve)))

  left.addEventListener('abort', () => {
    clearTimeout(timer)
    attempt.abort()
  })
  for (let failed = 0; !left.aborted; failed++) {
    attempt = new AbortController()
    watch()
    try {
      const response = await open(attempt.signal)
      if (response.headers.get('content-type')?.startsWith('text/event-stream'))
        await readEvents(
          response,
          () => {
            watch()
            onAlive()
          },
          (name) => {
            failed = 0
            onEvent(name)
          },
        )
    } catch {
      // Lost, like a stream that ends.
    }
    attempt.abort()
    clearTimeout(timer)
    if (left.aborted) return
    onLost()
    await pause(pauseMs(failed, 1000, random))
  }
}
