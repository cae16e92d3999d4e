import fc from 'fast-check'

/** As much of JSON Schema 2020-12 as the OpenAPI document uses. */
export type Schema = {
  readonly $ref?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly type?: string
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly properties?: { readonly [name: string]: Schema }
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly propertyNames?: Schema
}

const hostileTexts = [
  '',
  ' ',
  '\0',
  '\ud83d',
  '\u202e',
  '../..',
  '%2e%2e',
  "'; drop table person; --",
  '<script>alert(1)</script>',
  '=1+1',
  '__proto__',
  'constructor',
  '$where',
  'null',
  '-1',
  '1e400',
  '9999999999999999999999',
  '9999-12-31T23:59:59.999Z',
  '0000-01-01T00:00:00Z',
  'javascript:alert(1)',
  'x'.repeat(3000),
  '😀'.repeat(100),
]

/** Something else than was asked for. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...hostileTexts),
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, -0, 2 ** 53, 0.5, [], {}, [[]], [null]),
  fc.jsonValue({ maxDepth: 3 }),
)

const day = 86_400_000
const moment = fc
  .oneof(
    fc.integer({ min: -3 * day, max: 3 * day }).map((from) => Date.now() + from),
    fc.integer({ min: Date.UTC(1, 0), max: Date.UTC(9999, 11) }),
  )
  .map((ms) => new Date(ms).toISOString())

const mostLetters = 80

const text = ({ format, pattern, minLength = 0, maxLength = mostLetters }: Schema): fc.Arbitrary<string> => {
  if (format === 'date-time') return moment
  if (format === 'date') return moment.map((iso) => iso.slice(0, 10))
  if (format === 'uuid') return fc.uuid()
  const within = (value: string): boolean => value.length >= minLength && value.length <= maxLength
  if (pattern === undefined) return fc.string({ minLength, maxLength: Math.min(maxLength, mostLetters) })
  // Written out what nothing can be made from: Unicode properties and looking ahead.
  const readable = pattern.replaceAll('\\P{Cc}', '[ -~à-ÿ]').replaceAll(/\(\?![^)]*\)/g, '')
  return fc.stringMatching(new RegExp(readable, 'u'), { size: 'small' }).filter(within)
}

/**
 * Values that a schema of the document allows and, now and then in any place of them, one that it does not. `pools` are
 * values worth trying for a property of that name, such as ids of what is there.
 */
export const arbitraryOfSchema = (
  root: { readonly [id: string]: Schema },
  pools: { readonly [name: string]: readonly unknown[] },
  hostility = 1,
) => {
  const of = (schema: Schema, depth: number): fc.Arbitrary<unknown> => {
    const good = sound(schema, depth)
    return hostility === 0
      ? good
      : fc.oneof({ weight: 50, arbitrary: good }, { weight: hostility, arbitrary: hostile })
  }

  const named = (name: string, schema: Schema, depth: number): fc.Arbitrary<unknown> => {
    const pool = pools[name]
    const inner = of(schema, depth)
    return pool === undefined ? inner : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...pool) }, inner)
  }

  const object = (schema: Schema, depth: number): fc.Arbitrary<unknown> => {
    const { properties, required = [], additionalProperties, propertyNames } = schema
    const entries = Object.entries(properties ?? {})
    const model = Object.fromEntries(entries.map(([name, inner]) => [name, named(name, inner, depth + 1)]))
    const own = fc.record(model, { requiredKeys: required.filter((name) => name in model) })
    if (typeof additionalProperties !== 'object') return own
    const names =
      propertyNames?.pattern === undefined ? fc.string({ minLength: 1, maxLength: 12 }) : text(propertyNames)
    const more = fc.dictionary(names, of(additionalProperties, depth + 1), { maxKeys: depth > 3 ? 1 : 3 })
    return fc.tuple(own, more).map(([fixed, others]) => ({ ...others, ...fixed }))
  }

  const sound = (schema: Schema, depth: number): fc.Arbitrary<unknown> => {
    if (depth > 9) return fc.constant(null)
    if (schema.$ref !== undefined) {
      const id = schema.$ref.replace('#/components/schemas/', '')
      const named = root[id]
      if (named === undefined) throw new Error(`The document has no schema ${id}`)
      return sound(named, depth + 1)
    }
    if ('const' in schema) return fc.constant(schema.const)
    if (schema.enum) return fc.constantFrom(...schema.enum)
    const choices = schema.anyOf ?? schema.oneOf
    if (choices) return fc.oneof(...choices.map((choice) => sound(choice, depth + 1)))
    switch (schema.type) {
      case 'string':
        return text(schema)
      case 'integer':
      case 'number': {
        const { minimum = -1000, maximum = 1000 } = schema
        const near = { min: Math.ceil(minimum), max: Math.floor(Math.min(maximum, minimum + 100_000)) }
        return schema.type === 'integer'
          ? fc.integer(near)
          : fc.double({ min: minimum, max: maximum, noNaN: true })
      }
      case 'boolean':
        return fc.boolean()
      case 'null':
        return fc.constant(null)
      case 'array': {
        const { items = {}, minItems = 0, maxItems = 4 } = schema
        return fc.array(of(items, depth + 1), {
          minLength: minItems,
          maxLength: Math.max(minItems, Math.min(maxItems, 4)),
        })
      }
      case 'object':
        return object(schema, depth)
      default:
        return fc.jsonValue({ maxDepth: 2 })
    }
  }
  return {
    of: (schema: Schema) => of(schema, 0),
    named: (name: string, schema: Schema) => named(name, schema, 0),
  }
}
