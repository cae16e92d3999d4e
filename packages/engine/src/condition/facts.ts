export type Facts = Readonly<Record<string, unknown>>

export const noFacts: Facts = Object.freeze({})

export const isRecord = (value: unknown): value is Facts =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

// Own properties only: a person without a fact named "constructor" has none, whatever Object says.
// Lists are not entered: "tags.0" and "tags.length" are absent. Absent is undefined.
export const readFact = (facts: Facts | null | undefined, segments: readonly string[]): unknown => {
  let current: unknown = facts
  for (const segment of segments) {
    if (!isRecord(current) || !Object.hasOwn(current, segment)) return undefined
    current = current[segment]
  }
  return current
}
