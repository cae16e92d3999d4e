/** How a legacy system writes what it knows. `undefined` says that a value means nothing we know. */

const empty = new Set(['', 'null', 'nil', '\\n', 'undefined'])
const yes = new Set(['true', 't', 'yes', 'y', '1', 'x', 'done', 'complete', 'completed', 'finished'])
const no = new Set([
  'false',
  'f',
  'no',
  'n',
  '0',
  'todo',
  'pending',
  'open',
  'incomplete',
  'not_started',
  'in_progress',
])
const skipped = new Set(['skipped', 'skip', 'dismissed'])

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value).trim()
    : ''

/** Whether nothing stands there. */
export const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  (typeof value === 'string' && empty.has(value.trim().toLowerCase()))

/** A text that is stored as it is; numbers are ids as well as texts are. */
export const lineOf = (value: unknown): string | undefined =>
  isEmpty(value) ? undefined : textOf(value) || undefined

const shape =
  /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d)?)?$/i

const fromParts = (text: string): number | undefined => {
  const [
    ,
    year,
    month,
    day,
    hour = 0,
    minute = 0,
    second = 0,
    fraction = '',
    ,
    sign,
    offHours = 0,
    offMinutes = 0,
  ] = shape.exec(text) ?? []
  if (year === undefined) return undefined
  const parts = [year, Number(month) - 1, day, hour, minute, second].map(Number) as [number, number, number]
  const ms = Date.UTC(...parts) + Number(fraction.slice(0, 3).padEnd(3, '0'))
  // The 31st of February would be some day in March.
  const isReal = new Date(ms).getUTCDate() === Number(day) && Number(hour) < 24 && Number(minute) < 60
  const offset = (Number(offHours) * 60 + Number(offMinutes)) * 60_000
  return isReal ? ms - (sign === '-' ? -offset : offset) : undefined
}

/** ISO 8601 and what databases print; seconds or milliseconds since 1970. Without an offset it is UTC. */
const msOf = (value: unknown): number | undefined => {
  const text = textOf(value)
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000)
  return /^\d{12,13}$/.test(text) ? Number(text) : fromParts(text)
}

export type TimeRead = { readonly at: string | undefined } | 'unclear'

/** A moment in ISO 8601; nothing where nothing stands, which MySQL writes as a date of zeros. */
export const timeOf = (value: unknown): TimeRead => {
  if (isEmpty(value) || textOf(value).startsWith('0000-00-00')) return { at: undefined }
  const ms = msOf(value)
  return ms === undefined ? 'unclear' : { at: new Date(ms).toISOString() }
}

export type StatusRead =
  | { readonly status: 'done' | 'skipped' | 'todo'; readonly at?: string | undefined }
  | 'unclear'

/** What a column says of one step: a word, a flag, or the time at which it was done. */
export const statusOf = (value: unknown): StatusRead => {
  if (isEmpty(value)) return { status: 'todo' }
  const word = textOf(value)
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')
  if (yes.has(word)) return { status: 'done' }
  if (no.has(word)) return { status: 'todo' }
  if (skipped.has(word)) return { status: 'skipped' }
  const time = timeOf(value)
  return time === 'unclear' ? time : { status: time.at === undefined ? 'todo' : 'done', at: time.at }
}

export type Named = { readonly name: string; readonly value: unknown }

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The steps that a list names: an array, an object from names to flags or times, either of them as JSON, an array as
 * PostgreSQL prints it, or names with separators between.
 */
export const namesIn = (value: unknown, separator: string): Named[] | 'unclear' => {
  if (isEmpty(value)) return []
  if (Array.isArray(value)) {
    const names = value.map(lineOf)
    return names.includes(undefined) ? 'unclear' : names.map((name = '') => ({ name, value: true }))
  }
  if (isFields(value)) return Object.entries(value).map(([name, one]) => ({ name, value: one }))
  const text = textOf(value)
  if (/^\s*[[{]/.test(text)) {
    try {
      const parsed: unknown = JSON.parse(text)
      if (typeof parsed === 'object' && parsed !== null) return namesIn(parsed, separator)
    } catch {
      if (!/^\{[^{}:]*\}$/.test(text)) return 'unclear'
      return namesIn(text.slice(1, -1), ',')
    }
  }
  return text
    .split(separator)
    .map((name) => name.trim().replace(/^"(.*)"$/, '$1'))
    .filter((name) => name !== '')
    .map((name) => ({ name, value: true }))
}
