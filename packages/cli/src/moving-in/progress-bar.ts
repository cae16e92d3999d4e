export type ProgressBar = {
  readonly show: (share: number, rows: number) => void
  readonly end: () => void
}

const width = 30
const restMs = 100

/** On a terminal only; elsewhere it would fill a log. */
export const progressBar = (what = 'rows'): ProgressBar => {
  const { stderr } = process
  if (!stderr.isTTY) return { show: () => undefined, end: () => undefined }
  const beganAt = performance.now()
  let firstRows: number | undefined
  let shownAt = 0
  return {
    show: (share, rows) => {
      const now = performance.now()
      if (now - shownAt < restMs) return
      shownAt = now
      firstRows ??= rows
      const full = Math.min(width, Math.round(share * width))
      const rate = Math.round(((rows - firstRows) / Math.max(1, now - beganAt)) * 1000)
      const bar = '█'.repeat(full) + '░'.repeat(width - full)
      const percent = `${Math.min(100, Math.floor(share * 100))} %`.padStart(5)
      stderr.write(
        `\r\u001B[K${bar} ${percent}  ${rows.toLocaleString('en')} ${what}, ${rate.toLocaleString('en')}/s`,
      )
    },
    end: () => void stderr.write('\r\u001B[K'),
  }
}
