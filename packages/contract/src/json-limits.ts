/** Where a value stops being JSON that can be stored, and what was expected there. */
export type JsonOffence = {
  readonly path: readonly (string | number)[]
  readonly expected: string
  /** The walk stopped here: what lies behind was not looked at. */
  readonly fatal: boolean
}

type Limits = { readonly depth: number; readonly nodes: number }

type Place = { readonly value: unknown; readonly path: readonly (string | number)[] }

export const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

const expectedOf = (value: unknown): string | undefined => {
  switch (typeof value) {
    case 'string':
      return isStorable(value) ? undefined : 'a text without NUL and in well-formed Unicode'
    case 'number':
      return Number.isFinite(value) ? undefined : 'a finite number'
    case 'boolean':
    case 'undefined':
      return undefined
    case 'object':
      return value === null || Array.isArray(value) || isPlain(value) ? undefined : 'a JSON value'
    default:
      return 'a JSON value'
  }
}

/**
 * All that keeps a value from being JSON within the limits. It walks without recursion: neither depth nor a cycle can
 * exhaust the stack, and whoever walks recursively afterwards is safe.
 */
export const jsonOffences = (root: unknown, limits: Limits): JsonOffence[] => {
  const offences: JsonOffence[] = []
  const open: Place[] = [{ value: root, path: [] }]
  let nodes = 1
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { value, path } = place
    const expected = expectedOf(value)
    if (expected !== undefined) {
      offences.push({ path, expected, fatal: false })
      continue
    }
    if (typeof value !== 'object' || value === null) continue
    if (path.length >= limits.depth)
      return [{ path, expected: `at most ${limits.depth} levels`, fatal: true }]
    const keys = Array.isArray(value) ? value.keys() : Object.keys(value)
    for (const key of keys) {
      nodes += 1
      if (nodes > limits.nodes)
        return [{ path: [], expected: `at most ${limits.nodes} values in all`, fatal: true }]
      const inside = [...path, key]
      if (key === '__proto__')
        offences.push({ path: inside, expected: 'a name other than "__proto__"', fatal: false })
      else if (typeof key === 'string' && !isStorable(key)) {
        offences.push({
          path: inside,
          expected: 'a name without NUL and in well-formed Unicode',
          fatal: false,
        })
      } else open.push({ value: Reflect.get(value, key), path: inside })
    }
  }
  return offences
}

/** What was expected of a JSON value that is to be stored; undefined when it is fine. */
export const jsonProblem = (
  value: unknown,
  limits: Limits & { readonly bytes: number },
): string | undefined => {
  const [offence] = jsonOffences(value, limits)
  if (offence !== undefined) return offence.expected
  return utf8Bytes(JSON.stringify(value)) > limits.bytes ? `at most ${limits.bytes} bytes of JSON` : undefined
}
