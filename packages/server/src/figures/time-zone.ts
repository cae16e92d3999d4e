const hourMs = 3_600_000
const quarterMs = hourMs / 4

/** As many as zones have names, in whatever letters they are asked for. */
const formats = new Map<string, Intl.DateTimeFormat>()

const formatIn = (timeZone: string): Intl.DateTimeFormat => {
  const name = timeZone.toLowerCase()
  const known = formats.get(name)
  if (known) return known
  // Swedish dates are written as in ISO 8601.
  const format = new Intl.DateTimeFormat('sv', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  formats.set(name, format)
  return format
}

/** The date there at that moment, such as "2026-01-31". */
export const dateAt = (ms: number, timeZone: string): string =>
  timeZone === 'UTC' ? new Date(ms).toISOString().slice(0, 10) : formatIn(timeZone).format(ms)

export const dateAfter = (date: string, days = 1): string =>
  new Date(Date.parse(date) + days * 24 * hourMs).toISOString().slice(0, 10)

/** The first moment there that bears the date (or, where the calendar leapt over it, a later one); clocks change by quarters of an hour. */
export const startOfDay = (date: string, timeZone: string): number => {
  const utc = Date.parse(date)
  if (timeZone === 'UTC') return utc
  // No zone is further away than 14 hours.
  let before = utc - 15 * hourMs
  let at = utc + 15 * hourMs
  while (at - before > quarterMs) {
    const middle = before + Math.floor((at - before) / quarterMs / 2) * quarterMs
    if (dateAt(middle, timeZone) < date) before = middle
    else at = middle
  }
  return at
}
