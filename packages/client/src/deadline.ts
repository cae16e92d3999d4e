// In Node, a turn of the loop that was held up runs its timers before it looks at its sockets: an answer that came in
// time would be thrown away. In a browser the two need no help.
const afterSockets: (work: () => void) => unknown = globalThis.setImmediate ?? ((work) => work())

// What timers can hold; a longer one would fire at once.
const longestMs = 2 ** 31 - 1

/**
 * What `work` comes to, or what `late` says when it takes longer than so many milliseconds. The signal tells the work
 * to stop; one that does not listen is left behind.
 */
export const within = async <Value, Late>(
  ms: number,
  work: (signal: AbortSignal) => Promise<Value>,
  late: () => Late,
): Promise<Value | Late> => {
  const controller = new AbortController()
  const { signal } = controller
  const tooLate = new Promise<Late>((resolve) => signal.addEventListener('abort', () => resolve(late())))
  const timer = setTimeout(() => afterSockets(() => controller.abort()), Math.min(ms, longestMs))
  try {
    return await Promise.race([tooLate, work(signal)])
  } finally {
    clearTimeout(timer)
  }
}
