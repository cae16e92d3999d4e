const width = 30
// Without a terminal, a line at most this often: logs are read by people, too.
const restMs = 5_000

/** Tells how far something is: a bar on a terminal, a line now and then elsewhere. */
export const progress = (screen: NodeJS.WriteStream = process.stderr) => {
  const draws = screen.isTTY
  let lastLine = performance.now()
  let drawn = false

  const clear = (): void => {
    if (drawn) screen.write('\r\u001b[K')
    drawn = false
  }

  return {
    /** `done` of 1; undefined when nobody knows how much there is. */
    show: (text: string, done?: number): void => {
      if (draws) {
        const full = Math.round(width * Math.min(1, done ?? 0))
        const bar = done === undefined ? '' : `[${'#'.repeat(full)}${'-'.repeat(width - full)}] `
        screen.write(`\r\u001b[K${bar}${text}`)
        drawn = true
      } else if (performance.now() - lastLine >= restMs) {
        lastLine = performance.now()
        screen.write(`${text}\n`)
      }
    },
    /** A line that stays. */
    note: (line: string): void => {
      clear()
      screen.write(`${line}\n`)
    },
    end: clear,
  }
}

export type Progress = ReturnType<typeof progress>
