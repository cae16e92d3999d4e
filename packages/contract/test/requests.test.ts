import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { factsOfClaims, factsUpdate, operations, tokenClaims } from '../src/index.ts'

const accepts = (schema: z.ZodType, input: unknown): boolean => schema.safeParse(input).success

const attributesOf = (keys: number) =>
  Object.fromEntries(Array.from({ length: keys }, (_, n) => [`k${n}`, n]))

const deep = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)

describe('an update of facts', () => {
  test('absent, null and a value stay three things', () => {
    expect(factsUpdate.parse({})).toEqual({})
    expect(factsUpdate.parse({ role: null, account: null, attributes: { a: null } })).toEqual({
      role: null,
      account: null,
      attributes: { a: null },
    })
    expect(factsUpdate.parse({ role: 'owner', attributes: { zero: 0, empty: '', no: false } })).toEqual({
      role: 'owner',
      attributes: { zero: 0, empty: '', no: false },
    })
  })

  test.each([
    ['2026-01-31T09:00:00Z', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31T10:00:00+01:00', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31T23:30:00.5-05:00', '2026-02-01T04:30:00.500Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('createdAt %s becomes %s', (written, stored) => {
    expect(factsUpdate.parse({ createdAt: written })).toEqual({ createdAt: stored })
  })

  test.each<[string, unknown]>([
    ['a time without offset', { createdAt: '2026-01-31T09:00:00' }],
    ['a date', { createdAt: '2026-01-31' }],
    ['a day that is none', { createdAt: '2026-02-30T09:00:00Z' }],
    ['a time before the year 0', { createdAt: '0000-01-01T00:00:00+23:00' }],
    ['a number as time', { createdAt: 0 }],
    ['an empty role', { role: '' }],
    ['role 0', { role: 0 }],
    ['role false', { role: false }],
    ['a role of 65 characters', { role: 'r'.repeat(65) }],
    ['a market with a line break', { market: 'F\nR' }],
    ['an unknown field', { rôle: 'owner' }],
    ['attributes null', { attributes: null }],
    ['attributes as an array', { attributes: [] }],
    ['201 attributes', { attributes: attributesOf(201) }],
    ['attributes above 16 KB', { attributes: { a: 'x'.repeat(16_384) } }],
    ['attributes above 16 KB in bytes only', { attributes: { a: 'é'.repeat(9000) } }],
    ['attributes 10,000 levels deep', { attributes: deep(10_000) }],
    ['NUL in an attribute', { attributes: { a: ['\0'] } }],
    ['half a surrogate pair as a name', { attributes: { '\ud800': 1 } }],
    ['an account of 256 bytes', { account: 'a'.repeat(256) }],
    ['an empty account', { account: '' }],
    ['an array', []],
    ['null', null],
    ['nothing', undefined],
  ])('%s is refused', (_, input) => {
    expect(accepts(factsUpdate, input)).toBe(false)
  })

  test('the limits themselves are within', () => {
    expect(
      accepts(factsUpdate, { role: 'r'.repeat(64), account: 'é'.repeat(127), attributes: attributesOf(200) }),
    ).toBe(true)
    expect(accepts(factsUpdate, { account: 'é'.repeat(128) })).toBe(false)
  })
})

test('claims of others in a token are left alone, ours must be right', () => {
  const claims = tokenClaims.parse({ sub: 'u', iat: 1, exp: 2, role: 'owner', plan: null })
  expect(claims).toEqual({ sub: 'u', role: 'owner', plan: null })
  expect(factsOfClaims(claims)).toEqual({ role: 'owner', plan: null })
  for (const bad of [
    {},
    { sub: '' },
    { sub: 0 },
    { sub: 'a\0' },
    { sub: 'u', role: 3 },
    { sub: 'u', attributes: 'x' },
  ]) {
    expect(accepts(tokenClaims, bad)).toBe(false)
  }
})

const gate = { userId: 'u', route: 'POST /publish' }
const key = { name: 'k', scopes: ['people:read'] }

describe('request bodies', () => {
  test.each<[operation: string, body: z.ZodType, good: unknown[], bad: unknown[]]>([
    [
      'changeStep',
      operations.changeStep.body,
      [
        { status: 'done' },
        { status: 'skipped', reason: 'later', metadata: { n: 0 } },
        { snoozeUntil: '2026-01-31T10:00:00+01:00' },
      ],
      [
        {},
        { status: 'todo' },
        { status: '' },
        { status: null },
        { status: 'done', snoozeUntil: '2026-01-31T10:00:00Z' },
        { status: 'done', metadata: [] },
        { status: 'done', metadata: null },
        { status: 'done', reason: '' },
        { status: 'done', reason: 'x'.repeat(501) },
        { status: 'done', by: 'me' },
        { snoozeUntil: 'tomorrow' },
        { snoozeUntil: 0 },
      ],
    ],
    [
      'snoozeNudge',
      operations.snoozeNudge.body,
      [{}, { until: '2026-01-31T10:00:00+01:00' }],
      [{ until: 'tomorrow' }, { until: 0 }, { until: '' }, { until: null }, { days: 7 }, [], null],
    ],
    ['dismissGuide', operations.dismissGuide.body, [{}], [{ dismissed: true }, [], null, false, '']],
    [
      'changeUserStep',
      operations.changeUserStep.body,
      [{ status: 'done' }],
      [{}, { snoozeUntil: '2026-01-31T10:00:00Z' }],
    ],
    [
      'checkGate',
      operations.checkGate.body,
      [
        { ...gate, steps: ['a'] },
        { ...gate, gate: 'publish', critical: false, flow: 'shop', returnUrl: '/x' },
      ],
      [
        gate,
        { ...gate, steps: [] },
        { ...gate, steps: ['a'], gate: 'publish' },
        { ...gate, steps: Array.from({ length: 21 }, (_, n) => `s${n}`) },
        { ...gate, gate: 'publish', critical: 0 },
        { ...gate, gate: 'publish', route: '' },
        { gate: 'publish', route: 'x' },
        { ...gate, gate: 'publish', userId: '' },
      ],
    ],
    [
      'putAccount',
      operations.putAccount.body,
      [{}, { attributes: { a: null } }],
      [{ attributes: null }, { name: 'x' }, []],
    ],
    [
      'publishFlowVersion',
      operations.publishFlowVersion.body,
      [
        {},
        { policy: 'move', reason: 'r' },
        { policy: 'pin', reopen: true },
        { policy: 'restart', reopen: false },
      ],
      [
        { policy: 'wipe' },
        { policy: null },
        { reason: '' },
        { reopen: 'true' },
        { reopen: null },
        { restart: true },
      ],
    ],
    [
      'createApiKey',
      operations.createApiKey.body,
      [key, { ...key, expiresAt: '2026-01-31T10:00:00Z' }],
      [
        { ...key, scopes: [] },
        { ...key, scopes: ['all'] },
        { ...key, scopes: ['people:read', 'people:read'] },
        { ...key, name: '' },
        { name: 'k' },
      ],
    ],
  ])('%s', (_, body, good, bad) => {
    for (const input of good) expect([input, accepts(body, input)]).toEqual([input, true])
    for (const input of bad) expect([input, accepts(body, input)]).toEqual([input, false])
  })

  test('a snooze is brought to UTC', () => {
    expect(operations.changeStep.body.parse({ snoozeUntil: '2026-01-31T10:00:00+01:00' })).toEqual({
      snoozeUntil: '2026-01-31T09:00:00.000Z',
    })
  })

  test.each<[string, unknown]>([
    ['1', 1],
    ['100', 100],
    [undefined as unknown as string, 50],
    ['0', 'refused'],
    ['101', 'refused'],
    ['', 'refused'],
    ['1e1', 'refused'],
    ['0x10', 'refused'],
    [' 5', 'refused'],
    ['-1', 'refused'],
  ])('a list of limit %j: %j', (limit, expected) => {
    const parsed = operations.listFlows.parameters.query.safeParse(limit === undefined ? {} : { limit })
    expect(parsed.success ? parsed.data.limit : 'refused').toBe(expected)
  })
})
