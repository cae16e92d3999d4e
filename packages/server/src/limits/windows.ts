/** What was counted of one person, and when their count begins anew, in milliseconds since 1970. */
export type Window = { readonly count: number; readonly endsAt: number }

export type Windows = {
  /** Undefined: nothing was counted, or its time is over. */
  readonly current: (key: string) => Window | undefined
  /** Counts one more. */
  readonly add: (key: string) => Window
  /** One more was counted elsewhere, where there are `count` now for `leftMs` more. The higher count holds. */
  readonly learn: (key: string, count: number, leftMs: number) => Window
}

/**
 * Fixed windows, each beginning with the first that is counted in it. At most `most` are kept, and surely those of the
 * half as many people who came last, so that many strangers do not grow the process for ever.
 */
export const createWindows = (durationMs: number, clock: () => number, most = 100_000): Windows => {
  // Two halves rather than one list that loses its first: a map from which the first is deleted again and again gets slow.
  let young = new Map<string, Window>()
  let old = young

  const current = (key: string): Window | undefined => {
    const window = young.get(key) ?? old.get(key)
    const leftMs = window === undefined ? 0 : window.endsAt - clock()
    // More than a whole window left: the clock was put back meanwhile, and nobody is to wait for it.
    return leftMs > 0 && leftMs <= durationMs ? window : undefined
  }

  const keep = (key: string, window: Window): Window => {
    if (young.size >= most / 2 && !young.has(key)) {
      old = young
      young = new Map()
    }
    young.set(key, window)
    return window
  }

  const add = (key: string): Window => {
    const { count = 0, endsAt = clock() + durationMs } = current(key) ?? {}
    return keep(key, { count: count + 1, endsAt })
  }

  const learn = (key: string, count: number, leftMs: number): Window => {
    const known = current(key)
    // Whoever counts elsewhere has forgotten, or did not hear of some.
    if (known !== undefined && known.count >= count) return add(key)
    return keep(key, { count, endsAt: clock() + Math.min(leftMs, durationMs) })
  }
  return { current, add, learn }
}
