import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseFlowDocument } from '../src/index.ts'

const step = { id: 'a', title: 'A' }
const flow = { name: 'shop', steps: [step] }

const problemsOf = (input: unknown) => {
  const parsed = parseFlowDocument(input)
  return 'problems' in parsed
    ? parsed.problems.map(({ path, found, expected }) => [path, found, expected])
    : []
}

const withStep = (fields: object): unknown => ({ ...flow, steps: [{ ...step, ...fields }] })

describe('a flow document', () => {
  test('gets its defaults', () => {
    expect(parseFlowDocument({ ...flow, $schema: 'x' })).toEqual({
      document: {
        name: 'shop',
        priority: 0,
        steps: [
          {
            ...step,
            version: 1,
            required: false,
            weight: 1,
            scope: 'person',
            completion: 'claim',
            onVersionChange: 'keep',
          },
        ],
        gates: {},
        nudge: { snoozeDays: 7, maxSnoozes: 3, hideAtPercent: 80, stopAfterDays: 28 },
        plans: [],
      },
    })
    expect(parseFlowDocument({ ...flow, nudge: { maxSnoozes: 0 } })).toMatchObject({
      document: { nudge: { snoozeDays: 7, maxSnoozes: 0, hideAtPercent: 80, stopAfterDays: 28 } },
    })
  })

  test.each(['shop', 'saas', 'next/shop'])('flows/%s.json is one', (path) => {
    const file = join(import.meta.dirname, `../../../flows/${path}.json`)
    const name = path.split('/').at(-1)
    expect(parseFlowDocument(JSON.parse(readFileSync(file, 'utf8')))).toMatchObject({ document: { name } })
  })
})

const weight = 'a number from 0 to 1000000'
const version = 'a whole number from 1 to 1000000'
const name = 'a name of 1 to 64 characters: a lower-case letter, then lower-case letters, digits, "_" or "-"'
const text = 'a text, or one text per locale'
const characters = 'a text of 1 to 2000 characters'
const line = 'a text of 1 to 64 characters without control characters'
const markets = 'an array of 1 to 300 markets; leave the field out for all'
const link = 'an http(s) URL or a path that starts with one "/"'
const moment = 'a time in ISO 8601 with offset, e.g. "2026-01-31T09:00:00Z"'

describe('one bad field gives exactly one problem', () => {
  test.each<[field: string, value: unknown, found: string, expected: string]>([
    ['weight', -1, 'number -1', weight],
    ['weight', 1_000_001, 'number 1000001', weight],
    ['weight', '', 'string ""', weight],
    ['weight', 'x', 'string "x"', weight],
    ['weight', false, 'boolean false', weight],
    ['weight', null, 'null', weight],
    ['version', 0, 'number 0', version],
    ['version', 1.5, 'number 1.5', version],
    ['version', '1', 'string "1"', version],
    ['version', null, 'null', version],
    ['id', '', 'string ""', name],
    ['id', 'A', 'string "A"', name],
    ['id', '0', 'string "0"', name],
    ['id', 0, 'number 0', name],
    ['id', null, 'null', name],
    ['id', undefined, 'nothing', name],
    ['title', '', 'string ""', characters],
    ['title', 0, 'number 0', text],
    ['title', false, 'boolean false', text],
    ['title', null, 'null', text],
    ['title', undefined, 'nothing', text],
    ['title', [], 'an array of 0', text],
    ['title', {}, 'an object', 'a text in at least one locale'],
    ['required', 0, 'number 0', 'true, false or a condition'],
    ['required', '', 'string ""', 'true, false or a condition'],
    ['required', null, 'null', 'true, false or a condition'],
    ['scope', '', 'string ""', 'one of "person", "account"'],
    ['scope', null, 'null', 'one of "person", "account"'],
    ['completion', 'click', 'string "click"', 'one of "claim", "proof"'],
    ['onVersionChange', false, 'boolean false', 'one of "keep", "redo"'],
    ['condition', 0, 'number 0', 'a condition (an object)'],
    ['condition', [], 'an array of 0', 'a condition (an object)'],
    ['condition', null, 'null', 'a condition (an object)'],
    ['markets', '', 'string ""', markets],
    ['markets', null, 'null', markets],
    ['markets', [], 'an array of 0', markets],
    ['requiredPlan', '', 'string ""', line],
    ['requiredPlan', 'a\nb', 'string "a\\nb"', line],
    ['activation', 0, 'number 0', 'true or false'],
    ['activeFrom', '2026-01-31', 'string "2026-01-31"', moment],
    ['activeFrom', '2026-01-31T09:00:00', 'string "2026-01-31T09:00:00"', moment],
    ['activeTo', 0, 'number 0', moment],
    ['learnMoreUrl', '', 'string ""', link],
    ['learnMoreUrl', null, 'null', link],
    ['learnMoreUrl', 'javascript:alert(1)', 'string "javascript:alert(1)"', link],
    ['learnMoreUrl', '//evil.example', 'string "//evil.example"', link],
    ['learnMoreUrl', '/\\evil.example', 'string "/\\\\evil.example"', link],
    ['learnMoreUrl', '/\t/evil.example', 'string "/\\t/evil.example"', link],
    [
      'learnMoreUrl',
      'https://shop.example@evil.example/',
      'string "https://shop.example@evil.example/"',
      link,
    ],
    ['learnMoreUrl', 'help', 'string "help"', link],
    ['trigger', {}, 'an object', 'a text of 1 to 255 characters without control characters'],
  ])('%s: %j', (field, value, found, expected) => {
    const path = field === 'trigger' ? 'steps[0].trigger.event' : `steps[0].${field}`
    expect(problemsOf(withStep({ [field]: value }))).toEqual([
      [path, field === 'trigger' ? 'nothing' : found, expected],
    ])
  })

  test.each<[what: string, document: unknown, path: string, found: string, expected: string]>([
    [
      'no critical',
      { ...flow, gates: { publish: { steps: ['a'] } } },
      'gates.publish.critical',
      'nothing',
      'true or false',
    ],
    [
      'a bad locale',
      withStep({ title: { 'fr FR': 'x' } }),
      'steps[0].title["fr FR"]',
      'name "fr FR"',
      'a locale such as "fr" or "fr-CA"',
    ],
    ['an empty locale', withStep({ title: { fr: '' } }), 'steps[0].title.fr', 'string ""', characters],
    ['an unknown field', withStep({ wieght: 1 }), 'steps[0].wieght', 'number 1', 'no field of this name'],
    [
      'an unknown setting',
      { ...flow, nudge: { days: 0 } },
      'nudge.days',
      'number 0',
      'no field of this name',
    ],
    [
      'another action',
      withStep({ action: { type: 'zap' } }),
      'steps[0].action.type',
      'string "zap"',
      'one of "open_modal", "redirect"',
    ],
    [
      'an action to nowhere',
      withStep({ action: { type: 'redirect' } }),
      'steps[0].action.url',
      'nothing',
      link,
    ],
    [
      'a mapping that is no path',
      withStep({ trigger: { event: 'e', metadata: { id: 'integration_id' } } }),
      'steps[0].trigger.metadata.id',
      'string "integration_id"',
      'a path into the event such as "$.integration_id"',
    ],
    ['no steps', { name: 'shop', steps: [] }, 'steps', 'an array of 0', 'an array of 1 to 100 steps'],
    [
      '101 steps',
      { name: 'shop', steps: Array.from({ length: 101 }, (_, n) => ({ ...step, id: `s${n}` })) },
      'steps',
      'an array of 101',
      'an array of 1 to 100 steps',
    ],
    ['a null step', { name: 'shop', steps: [null] }, 'steps[0]', 'null', 'a step (an object)'],
    [
      'NUL in a text',
      withStep({ title: 'a\0b' }),
      'steps[0].title',
      'string "a\\u0000b"',
      'a text without NUL and in well-formed Unicode',
    ],
  ])('%s', (_, document, path, found, expected) => {
    expect(problemsOf(document)).toEqual([[path, found, expected]])
  })
})

test('every problem is told at once, with what to do', () => {
  const parsed = parseFlowDocument({
    steps: [{ id: 0, title: 'A', weight: 'x', extra: 1 }, null],
    gates: { g: {} },
    priority: null,
  })
  expect(
    'problems' in parsed &&
      parsed.problems
        .toSorted((a, b) => (a.path < b.path ? -1 : 1))
        .map(({ path, message }) => [path, message]),
  ).toEqual([
    ['gates.g.critical', 'Add gates.g.critical: true or false.'],
    ['gates.g.steps', 'Add gates.g.steps: an array of 1 to 20 step ids.'],
    ['name', `Add name: ${name}.`],
    ['priority', 'Change priority from null to a whole number from -1000000 to 1000000.'],
    ['steps[0].extra', 'Remove steps[0].extra, or correct its spelling.'],
    ['steps[0].id', `Change steps[0].id from number 0 to ${name}.`],
    ['steps[0].weight', `Change steps[0].weight from string "x" to ${weight}.`],
    ['steps[1]', 'Change steps[1] from null to a step (an object).'],
  ])
})

test('what was found is told in at most 60 characters', () => {
  const [problem] = problemsOf(withStep({ weight: '𝄞'.repeat(5000) }))
  expect(problem?.[1]?.length).toBeLessThanOrEqual(60)
  expect(problem?.[1]?.isWellFormed()).toBe(true)
})

test('the engine is asked once the shape is right', () => {
  expect(problemsOf(withStep({ dependsOn: ['b'] }))).toEqual([
    ['steps[0].dependsOn[0]', '"b"', 'the id of another step: "a"'],
  ])
  expect(problemsOf(withStep({ condition: { plan: { $like: 'x' } } }))).toHaveLength(1)
})

const nested = (depth: number): unknown => {
  let value: unknown = {}
  for (let level = 0; level < depth; level += 1) value = { $and: [value] }
  return value
}

const circle: Record<string, unknown> = { name: 'shop' }
circle['steps'] = [circle]

describe('hostile input gives problems and never throws', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['0', 0],
    ['an empty string', ''],
    ['false', false],
    ['an array', []],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a bigint', 1n],
    ['a date', new Date(0)],
    ['__proto__', JSON.parse('{"name":"shop","steps":[{"id":"a","title":"A"}],"__proto__":{"x":1}}')],
    [
      '__proto__ in a condition',
      JSON.parse('{"name":"shop","steps":[{"id":"a","title":"A"}],"audience":{"__proto__":1}}'),
    ],
    [
      '__proto__ in a gate',
      JSON.parse('{"name":"shop","steps":[{"id":"a","title":"A"}],"gates":{"__proto__":{}}}'),
    ],
    ['depth 10,000', { ...flow, audience: nested(10_000) }],
    ['an array of 10,000 levels', JSON.parse('['.repeat(10_000) + ']'.repeat(10_000))],
    ['a circle', circle],
    ['a million steps', { name: 'shop', steps: Array.from({ length: 1_000_000 }, () => 0) }],
    ['90,000 unknown fields', Object.fromEntries(Array.from({ length: 90_000 }, (_, n) => [`f${n}`, n]))],
    ['NaN in a condition', { ...flow, audience: { a: Number.NaN } }],
    ['half a surrogate pair', { ...flow, title: '\ud800' }],
    ['constructor as a gate', { ...flow, gates: { constructor: null } }],
  ])('%s', (_, input) => {
    const problems = problemsOf(input)
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.length).toBeLessThanOrEqual(1001)
    expect(Reflect.get({}, 'x')).toBeUndefined()
  })
})
