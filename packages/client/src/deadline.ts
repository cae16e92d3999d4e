export type Deadline = { readonly signal: AbortSignal; readonly clear: () => void }

// In Node, a turn of the loop that was held up runs its timers before it looks at its sockets: an answer that came in
// time would be thrown away. In a browser the two need no help.
const afterSockets: (work: () => void) => void =
  'setImmediate' in globalThis ? (work) => void globalThis.setImmediate(work) : (work) => work()

/** Aborts after so many milliseconds, unless what had arrived by then was the answer. */
export const deadlineAfter = (ms: number): Deadline => {
  const controller = new AbortController()
  const timer = setTimeout(() => afterSockets(() => controller.abort()), ms)
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}
