import { beforeAll, expect, test } from 'vitest'
import type { Database } from '../src/database/database.ts'
import { isUnstorableText } from '../src/database/database-error.ts'
import { forEachDatabase } from '../test-kit/index.ts'

const awkward = [
  'plain',
  '',
  'NULL',
  'null',
  null,
  'a "quoted" one',
  'back\\slash',
  '{braces}',
  'comma, space ',
  "it's",
  '🚀 é 漢',
  'line\nbreak\ttab',
  '\\',
  '"',
]

// expression → value
const out: [string, unknown][] = [
  ['1::int2', 1],
  ['2147483647::int4', 2147483647],
  ['9007199254740991::int8', 9007199254740991],
  ['-1::int8', -1],
  ['count(*)', 1],
  ['1.5::float8', 1.5],
  ["'NaN'::float8", Number.NaN],
  ['12345678901234567890.123::numeric', '12345678901234567890.123'],
  ['true', true],
  ['false', false],
  ['null::text', null],
  ["''::text", ''],
  ["'x'::varchar(3)", 'x'],
  ['\'{"a":[1,null,"b"]}\'::jsonb', { a: [1, null, 'b'] }],
  ["'[1, 2]'::json", [1, 2]],
  ["'null'::jsonb", null],
  ["'0'::jsonb", 0],
  ['\'""\'::jsonb', ''],
  ["timestamptz '2026-01-02 03:04:05.678+02'", '2026-01-02 01:04:05.678+00'],
  ["date '2026-01-02'", '2026-01-02'],
  ["interval '1 day 2 hours'", '1 day 02:00:00'],
  ["'\\x00ff'::bytea", new Uint8Array([0, 255])],
  ["''::bytea", new Uint8Array()],
  ["'6f1f7a52-6c7e-4b8e-9d3c-111111111111'::uuid", '6f1f7a52-6c7e-4b8e-9d3c-111111111111'],
  ['array[1,null,3]::int4[]', [1, null, 3]],
  ['array[9007199254740991]::int8[]', [9007199254740991]],
  ["'{}'::text[]", []],
  [
    'array[array[1,2],array[3,4]]',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ["'[0:1]={1,2}'::int[]", [1, 2]],
  ['array[true,false,null]', [true, false, null]],
  ["array['1.10'::numeric]", ['1.10']],
  ['array[\'{"a":1}\'::jsonb, null]', [{ a: 1 }, null]],
  ["array['\\x01'::bytea]", [new Uint8Array([1])]],
  ["array[timestamptz '2026-01-02 00:00+00']", ['2026-01-02 00:00:00+00']],
]

// type, value in, value back where it differs
const roundTrips: [string, unknown, unknown?][] = [
  ['text', '🚀 "x" \\ {} \n'],
  ['text', ''],
  ['int8', 9007199254740991],
  ['int4', 0],
  ['float8', 0.1],
  ['numeric', '0.10'],
  ['bool', false],
  ['text', null],
  ['bytea', new Uint8Array([0, 1, 255])],
  ['bytea', new Uint8Array([9, 1, 2, 9]).subarray(1, 3), new Uint8Array([1, 2])],
  ['jsonb', { a: 'it"s \\ 🚀', b: [1, null], c: {} }],
  ['jsonb', JSON.stringify([1, { a: 2 }]), [1, { a: 2 }]],
  ['text[]', awkward],
  ['text[]', []],
  ['int[]', [0, -1, null]],
  ['int8[]', [9007199254740991]],
  ['bool[]', [true, false, null]],
  ['uuid[]', ['6f1f7a52-6c7e-4b8e-9d3c-111111111111', null]],
  ['timestamptz[]', ['2026-01-02T03:04:05.678Z', null], ['2026-01-02 03:04:05.678+00', null]],
  ['jsonb[]', [{ a: '"\\' }, null]],
  ['bytea[]', [new Uint8Array([0, 255]), null]],
]

forEachDatabase((name, open) => {
  let database: Database
  beforeAll(async () => {
    database = await open()
  })

  test.each(out.map(([expression, value], index) => ({ expression, value, index })))(
    `${name} gives $expression as the agreed value`,
    async ({ expression, value, index }) => {
      const rows = await database.query<{ value: unknown }>({
        name: `out_${index}`,
        text: `select ${expression} as value`,
      })
      expect(rows.map((row) => row.value)).toStrictEqual([value])
    },
  )

  test.each(roundTrips.map(([type, value, back = value], index) => ({ type, value, back, index })))(
    `${name} takes $type number $index and gives it back`,
    async ({ type, value, back, index }) => {
      const rows = await database.query<{ value: unknown }>(
        { name: `in_${index}`, text: `select $1::${type} as value` },
        [value],
      )
      expect(rows.map((row) => row.value)).toStrictEqual([back])
    },
  )

  test(`${name} unnests 500 rows of awkward text in order`, async () => {
    const texts = Array.from({ length: 500 }, (_, index) => awkward[index % awkward.length] ?? null)
    const statement = {
      name: 'unnest',
      text: 'select t from unnest($1::text[]) with ordinality u(t, i) order by i',
    }
    const rows = await database.query<{ t: unknown }>(statement, [texts])
    expect(rows.map((row) => row.t)).toStrictEqual(texts)
  })

  test.each([
    ['text', 'a\0b'],
    ['text[]', ['ok', 'a\0b']],
    ['jsonb', { a: 'b\0' }],
  ])(`${name} refuses a NUL character in %s and stays usable`, async (type, value) => {
    const { query } = database
    const statement = { name: `nul_${type}`, text: `select $1::${type} as value` }
    const error = await query(statement, [value]).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(Error)
    expect(isUnstorableText(error)).toBe(true)
    expect(await query(statement, [null])).toStrictEqual([{ value: null }])
  })

  test.each([
    ['undefined', undefined],
    ['a Date', new Date(0)],
    ['a function', () => {}],
  ])(`${name} refuses %s as a value and stays usable`, async (_, value) => {
    const { query } = database
    const statement = { name: 'refused', text: 'select $1::text as value' }
    await expect(query(statement, [value])).rejects.toThrow(/^Parameter \$1 is/)
    expect(await query(statement, ['x'])).toStrictEqual([{ value: 'x' }])
  })

  test(`${name} lets a value that throws while it is encoded do no harm to its statement`, async () => {
    const { query } = database
    const statement = { name: 'circular', text: 'select $1::jsonb as value' }
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    await expect(query(statement, [circular])).rejects.toThrow('circular')
    expect(await query(statement, [{ a: 1 }])).toStrictEqual([{ value: { a: 1 } }])
  })
})
