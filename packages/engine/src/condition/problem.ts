export type Problem = { path: string; found: string; expected: string; message: string }

const LONGEST = 60

// A short rendering for people. Containers are only counted: rendering them would recurse as deep
// as the author of the document likes.
export const rendered = (value: unknown): string => {
  if (Array.isArray(value)) return value.length === 1 ? 'a list of 1' : `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return shortened(`an object with ${keysOf(value)}`)
  if (typeof value === 'string') return shortened(JSON.stringify(value.slice(0, LONGEST)))
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return typeof value
}

export const shortened = (text: string): string =>
  (text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`).toWellFormed()

const keysOf = (value: object): string => {
  const keys = Object.keys(value)
  if (keys.length === 0) return 'no keys'
  const first = keys.slice(0, 3).map((key) => key.slice(0, LONGEST))
  return keys.length > 3 ? `${first.join(', ')} and ${keys.length - 3} more` : first.join(', ')
}
