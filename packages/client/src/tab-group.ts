/** What tabs tell one another: to read again, or when something last came over the stream that one of them holds. */
export type Word = 'changed' | number

export type Tell = (word: Word) => void

type Locks = {
  request: (name: string, options: object, work: () => Promise<void>) => Promise<void>
}

/**
 * Joins the tabs of that name until the signal aborts. `lead` is called in one of them at a time; without Web Locks and
 * BroadcastChannel, or without a name, in each.
 */
export const joinTabs = (
  name: string | null,
  left: AbortSignal,
  lead: (tell: Tell) => void,
  onWord: Tell,
): Tell => {
  const locks = (globalThis.navigator as { locks?: Locks } | undefined)?.locks
  const channel = name !== null && locks && new BroadcastChannel(name)
  const tell: Tell = (word) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches its own origin only
    if (channel) channel.postMessage(word)
  }
  const work = (): Promise<void> =>
    new Promise((resolve) => {
      left.addEventListener('abort', () => resolve())
      if (left.aborted) resolve()
      else lead(tell)
    })

  if (channel) {
    channel.addEventListener('message', (event) => onWord((event as unknown as { data: Word }).data))
    left.addEventListener('abort', () => channel.close())
    // Refused in a frame that has no origin of its own, and to a tab that leaves before its turn.
    locks.request(name, { signal: left }, work).catch(work)
  } else void work()
  return tell
}
