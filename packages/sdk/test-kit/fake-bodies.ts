import type { Problem } from './fake-problem.ts'

// The contract's shapes, written once more: what ships to hosts for their tests must not bring a schema library along.

type Field = {
  readonly expected: string
  readonly fits: (value: unknown) => boolean
  readonly needed?: true
}
export type Shape = { readonly [name: string]: Field }

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const line = (max: number): Field => ({
  expected: `a text of 1 to ${max} characters without control characters`,
  fits: (value) => typeof value === 'string' && value.length <= max && /^\P{Cc}+$/u.test(value),
})
const id: Field = {
  expected: 'an id of 1 to 255 bytes without control characters',
  fits: (value) =>
    typeof value === 'string' &&
    /^\P{Cc}+$/u.test(value) &&
    Buffer.byteLength(value) <= 255 &&
    value.isWellFormed() &&
    !/^\.\.?$/.test(value),
}
const isName = (value: unknown): boolean => typeof value === 'string' && /^[a-z][a-z0-9_-]{0,63}$/.test(value)
const name: Field = {
  expected: 'a name of 1 to 64 characters: a lower-case letter, then lower-case letters, digits, "_" or "-"',
  fits: isName,
}
const stepIds: Field = {
  expected: 'an array of 1 to 20 step ids',
  fits: (value) => Array.isArray(value) && value.length >= 1 && value.length <= 20 && value.every(isName),
}
const flag: Field = { expected: 'true or false', fits: (value) => typeof value === 'boolean' }
const object: Field = { expected: 'a JSON object', fits: isObject }
const reason: Field = {
  expected: 'a text of 1 to 500 characters',
  fits: (value) => typeof value === 'string' && value.length >= 1 && value.length <= 500,
}
const moment: Field = {
  expected: 'a time in ISO 8601 with offset, e.g. "2026-01-31T09:00:00Z"',
  fits: (value) =>
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(value) &&
    !Number.isNaN(Date.parse(value)),
}
const oneOf = (...names: string[]): Field => ({
  expected: `one of ${names.map((one) => `"${one}"`).join(', ')}`,
  fits: (value) => names.includes(value as string),
})
const needed = (field: Field): Field => ({ ...field, needed: true })
const orNull = ({ expected, fits }: Field): Field => ({
  expected: `${expected}, or null`,
  fits: (value) => value === null || fits(value),
})

export const shapes = {
  flowQuery: { flow: name },
  userPath: { userId: needed(id) },
  accountPath: { accountId: needed(id) },
  stepPath: { userId: needed(id), stepId: needed(line(64)) },
  gateCheck: {
    userId: needed(id),
    steps: stepIds,
    gate: name,
    route: needed(line(500)),
    critical: flag,
    flow: name,
    returnUrl: line(2000),
  },
  facts: {
    role: orNull(line(64)),
    plan: orNull(line(64)),
    market: orNull(line(64)),
    locale: orNull(line(64)),
    createdAt: orNull(moment),
    attributes: object,
    account: orNull(id),
  },
  account: { attributes: object },
  stepChange: { status: needed(oneOf('done', 'skipped')), metadata: object, reason },
  track: {
    userId: needed(id),
    event: needed(line(255)),
    properties: object,
    messageId: line(255),
    timestamp: moment,
  },
  identify: { userId: needed(id), traits: needed(object), messageId: line(255), timestamp: moment },
  alias: { userId: needed(id), previousId: needed(id), messageId: line(255), timestamp: moment },
} as const satisfies Record<string, Shape>

export const problemIn = (path: string, value: unknown, expected: string): Problem => {
  const found = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60)
  const message =
    found === 'nothing' ? `Add ${path || 'a body'}: ${expected}.` : `Change ${path || found} to ${expected}.`
  return { path, found, expected, message }
}

/** Everything that is wrong with a value, field by field. */
export const problemsIn = (value: unknown, shape: Shape, { open = false } = {}): Problem[] => {
  if (!isObject(value)) return [problemIn('', value, `an object with ${Object.keys(shape).join(', ')}`)]
  const unknown = open ? [] : Object.keys(value).filter((key) => !Object.hasOwn(shape, key))
  return [
    ...unknown.map((key) => problemIn(key, value[key], 'no field of this name')),
    ...Object.entries(shape)
      .filter(([key, field]) => (value[key] === undefined ? field.needed : !field.fits(value[key])))
      .map(([key, field]) => problemIn(key, value[key], field.expected)),
  ]
}

/** A gate is asked by its name, or by its steps. */
export const gateCheckProblems = (body: unknown): Problem[] => {
  const problems = problemsIn(body, shapes.gateCheck)
  if (!isObject(body) || (body['steps'] === undefined) !== (body['gate'] === undefined)) return problems
  return [...problems, problemIn('', body, 'exactly one of "steps" and "gate"')]
}
