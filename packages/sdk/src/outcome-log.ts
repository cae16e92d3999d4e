/** Where to tell what a person should know: a pino logger fits, and so does `console`. */
export type Log = {
  readonly warn: (line: object) => void
  readonly error: (line: object) => void
}

export type OutcomeLine = {
  readonly event: string
  readonly route: string
  readonly reason: string
  readonly detail: string
}

/** Writes what recurs as one line at once and one line for all that followed, so that no attempt goes untold. */
export type OutcomeLog = {
  readonly tell: (level: keyof Log, line: OutcomeLine) => void
  /** Writes what is still counted. */
  readonly flush: () => void
}

const quietMs = 10_000
// Routes are what hosts say they are; one with an id in it must not grow the process for ever.
const mostKinds = 1000

const nobodyLeftToTell = (): void => {}

/** A host's logger that throws must not take the host's request with it. */
export const safely = (log: Log): Log => {
  const tell =
    (level: keyof Log) =>
    (line: object): void => {
      try {
        // One that is async would end the host's process by a rejection that nobody handles.
        const written: unknown = log[level](line)
        Promise.resolve(written).catch(nobodyLeftToTell)
      } catch {
        nobodyLeftToTell()
      }
    }
  return { warn: tell('warn'), error: tell('error') }
}

export const outcomeLog = (log: Log): OutcomeLog => {
  const waiting = new Map<string, { level: keyof Log; line: OutcomeLine; count: number }>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    for (const { level, line, count } of waiting.values()) if (count > 0) log[level]({ ...line, count })
    waiting.clear()
  }

  const flushLater = (): void => {
    timer ??= setTimeout(flush, quietMs)
    // In Node, a log that waits must not keep a process alive.
    if (typeof timer === 'object') timer.unref()
  }

  return {
    tell: (level, line) => {
      const key = JSON.stringify([line.event, line.route, line.reason])
      const known = waiting.get(key)
      if (known) known.count += 1
      else {
        if (waiting.size >= mostKinds) flush()
        waiting.set(key, { level, line, count: 0 })
        log[level]({ ...line, count: 1 })
      }
      flushLater()
    },
    flush,
  }
}
