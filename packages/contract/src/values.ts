import { z } from 'zod'
import { jsonProblem, utf8Bytes } from './json-limits.ts'

// The `error` of every schema is what was expected, as the end of the sentence "expected …": problems are made from it.

const noControls = /^\P{Cc}+$/u

export const textUpTo = (max: number) => {
  const error = `a text of 1 to ${max} characters`
  return z.string({ error }).min(1, { error }).max(max, { error })
}

/** One line: what is used as a name, a key or a header must not carry control characters. */
export const lineUpTo = (max: number) => {
  const error = `a text of 1 to ${max} characters without control characters`
  return z.string({ error }).max(max, { error }).regex(noControls, { error })
}

export const numberFrom = (min: number, max: number) => {
  const error = `a number from ${min} to ${max}`
  return z.number({ error }).min(min, { error }).max(max, { error })
}

export const integerFrom = (min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`
  return z.int({ error }).min(min, { error }).max(max, { error })
}

/** A whole number written in a path or a query. */
export const digits = (max: number) => {
  const error = `a whole number from 1 to ${max}`
  return z
    .string({ error })
    .regex(/^[1-9][0-9]{0,8}$/, { error })
    .transform(Number)
    .pipe(integerFrom(1, max))
    .meta({ type: 'integer', minimum: 1, maximum: max })
}

export const oneOf = <const Names extends readonly [string, ...string[]]>(...names: Names) =>
  z.enum(names, { error: `one of ${names.map((name) => `"${name}"`).join(', ')}` })

export const flag = z.boolean({ error: 'true or false' })

const idError = 'an id of 1 to 255 bytes without control characters'

/** The host's own id of a person or account, any text. */
export const hostId = z
  .string({ error: idError })
  .min(1, { error: idError })
  .max(255, { error: idError })
  .regex(noControls, { error: idError })
  // "." and ".." cannot stand in a path: nobody could read or erase such a person.
  .refine((id) => id.isWellFormed() && utf8Bytes(id) <= 255 && !/^\.\.?$/.test(id), { error: idError })

const nameError =
  'a name of 1 to 64 characters: a lower-case letter, then lower-case letters, digits, "_" or "-"'

/** Names of flows, steps and gates. */
export const name = z.string({ error: nameError }).regex(/^[a-z][a-z0-9_-]{0,63}$/, { error: nameError })

const timeError = 'a time in ISO 8601 with offset, e.g. "2026-01-31T09:00:00Z"'

const isFourDigitYear = (ms: number): boolean =>
  !Number.isNaN(ms) && /^\d{4}-/.test(new Date(ms).toISOString())

/** A moment as somebody else wrote it: any offset, but there must be one. */
export const moment = z.iso
  .datetime({ offset: true, error: timeError })
  .max(40, { error: timeError })
  .refine((text) => isFourDigitYear(Date.parse(text)), { error: timeError })

/** The same, brought to UTC. */
export const momentInUtc = moment.transform((text) => new Date(text).toISOString())

/** A time in an answer: ISO 8601 in UTC. */
export const time = z.iso.datetime({ error: timeError })

const objectLimits = { bytes: 16_384, depth: 32, nodes: 5000 }

/** A JSON object of a host's own making, up to 16 KB. */
export const jsonObject = (maxKeys = 200) => {
  const error = `a JSON object of at most 16 KB and ${maxKeys} keys`
  return z
    .custom<Record<string, unknown>>((value) => isRecord(value), { error })
    .superRefine((value, context) => {
      const expected = jsonProblem(value, objectLimits)
      if (expected !== undefined) context.addIssue({ code: 'custom', message: expected })
      else if (Object.keys(value).length > maxKeys) context.addIssue({ code: 'custom', message: error })
    })
    .meta({ type: 'object', description: `JSON, at most 16 KB and ${maxKeys} keys.` })
}

const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
