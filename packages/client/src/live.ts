import { holdStream, silenceMs, type HeldStreamOptions } from './held-stream.ts'
import { joinTabs, type Tell } from './tab-group.ts'

type LiveOptions = {
  readonly stream?: boolean
  readonly pollMs: number
  readonly clock?: () => number
  readonly random?: () => number
  readonly sleep?: (ms: number) => Promise<void>
}

type Target = { addEventListener?: (type: string, listener: () => void, options: object) => void }
/** What a page has and a worker or Node has not. */
type Page = Target & { readonly document?: Target & { readonly visibilityState: string } }

/**
 * Until the signal aborts, calls `doubt` when what is known may be old: the stream, another tab or the page says so.
 * Polls while no stream tells, or while what is known is not sure. Answers how to tell the other tabs.
 */
export const goLive = (
  options: LiveOptions,
  tabs: string | null,
  left: AbortSignal,
  open: HeldStreamOptions['open'],
  isSure: () => boolean,
  doubt: () => unknown,
): Tell => {
  const { stream = true, pollMs, clock = Date.now } = options
  const page = globalThis as Page
  let aliveAt = 0
  let soon: ReturnType<typeof setTimeout> | undefined

  // The stream, the focus and the other tabs often speak at the same time.
  const doubtSoon = (): void => {
    soon ??= setTimeout(() => {
      soon = undefined
      doubt()
    }, 50)
  }
  const onAttention = (): void => {
    if (page.document?.visibilityState !== 'hidden') doubtSoon()
  }
  const onWord: Tell = (word) => {
    // Also when a stream begins: before it, something may have happened that it does not tell.
    if (word === 'changed' || (word > 0 && aliveAt === 0)) doubtSoon()
    if (word !== 'changed') aliveAt = word
  }

  const tell = joinTabs(
    tabs,
    left,
    (tellTabs) => {
      const say: Tell = (word) => {
        onWord(word)
        tellTabs(word)
      }
      if (stream)
        void holdStream(
          {
            ...options,
            open,
            onAlive: () => say(clock()),
            onEvent: (name) => name === 'changed' && say(name),
            onLost: () => say(0),
          },
          left,
        )
    },
    onWord,
  )
  const poll = setInterval(() => {
    if (clock() - aliveAt > silenceMs || !isSure()) onAttention()
  }, pollMs)
  for (const type of ['focus', 'online']) page.addEventListener?.(type, onAttention, { signal: left })
  page.document?.addEventListener?.('visibilitychange', onAttention, { signal: left })
  left.addEventListener('abort', () => {
    clearInterval(poll)
    clearTimeout(soon)
  })
  return tell
}
