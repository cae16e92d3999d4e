import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { createGates, type EmbeddedBoardwalk, type Gates } from '../src/index.ts'
import { apiKey, boardwalkWithShop, type ServedBoardwalk } from './boardwalk-with-shop.ts'
import { frameworks, startedHosts, type Host } from './hosts.ts'
import { rawRequest, startFakeBoardwalk } from '../test-kit/index.ts'

// A route that is not critical passes when nobody can know. What a user sends must never bring that about.
const log = { warn: () => {}, error: () => {} }
const patient = { deadlineMs: 10_000, log }
const deep = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

const oddAttributes: readonly (readonly [name: string, attributes: unknown])[] = [
  ['deep', deep(5000)],
  ['deep, yet within the limit', JSON.parse(deep(30))],
  ['huge', { text: 'x'.repeat(1_000_000) }],
  ['many', Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${index}`, index]))],
  ['of other types than conditions compare', { seats: 'many', tags: { not: 'a list' }, plan: [null] }],
  [
    'with names of prototypes',
    JSON.parse('{"__proto__":{"seats":9},"constructor":{"prototype":{}},"toString":1}'),
  ],
  ['with operators', { seats: { $gt: '' }, tags: { $regex: '(a+)+$' }, $where: 'true' }],
  ['with half characters and NUL', { text: '\ud800', nul: '\u0000' }],
  ['with a text that takes a bad regex long', { text: `${'a'.repeat(16_000)}!` }],
  ['a list', [1, 2, 3]],
  ['none', null],
  ['a text', 'done'],
  ['a number', 1],
  [
    'with the names of what the server keeps',
    { status: 'done', completed: true, steps: { profile: 'done' } },
  ],
  [
    'with names of facts',
    { role: 'owner', plan: 'business', userId: 'done', accountId: 'acme', locale: 'xx' },
  ],
  ['a nested list', { tags: JSON.parse(`${'['.repeat(31)}1${']'.repeat(31)}`) }],
  ['with a number that is none', { seats: 'NaN', text: '1e400', plan: '-0' }],
  ['with times that are none', { seats: '9999-99-99T99:99:99Z', text: '+275760-09-13T00:00:00.001Z' }],
  ['with a key of nothing', { '': { '': '' }, '.': 1, $: 1, 'a.a.a.a': 1 }],
  ['with a long key', { ['k'.repeat(10_000)]: 1 }],
  ['with booleans for texts', { text: true, tags: false, seats: [] }],
  ['a number out of range', JSON.parse('{"seats":1e400}')],
]

/** Steps whose conditions meet those attributes, before the one that the gates ask for. */
const conditional = {
  name: 'conditional',
  priority: 5,
  steps: [
    { id: 'seats', title: 'Seats', condition: { seats: { $gt: 5, $lt: 100 }, tags: { $size: 2 } } },
    { id: 'text', title: 'Text', condition: { text: { $regex: '^(a+)+$' }, 'account.tier': 'gold' } },
    {
      id: 'nested',
      title: 'Nested',
      condition: { $or: [{ 'a.a.a.a': 1 }, { tags: { $elemMatch: { $gt: 1 } } }] },
    },
    { id: 'profile', title: 'Profile' },
    { id: 'payments', title: 'Payments', required: true },
  ],
}

forEachDatabase((_, open) => {
  let served: ServedBoardwalk
  beforeAll(async () => {
    served = await boardwalkWithShop(await open())
    await served.boardwalk.verbs.publishFlow(conditional)
    await served.does('done', 'profile', 'payments')
  })
  afterAll(() => served.stop())

  const put = (userId: string, attributes: unknown) =>
    served.boardwalk.fetch(
      new Request(`http://boardwalk.test/api/users/${userId}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: `{"attributes":${typeof attributes === 'string' ? attributes : JSON.stringify(attributes)}}`,
      }),
    )

  describe('facts that no evaluation expects', () => {
    const startHost = startedHosts()
    let host: Host
    let gates: Gates
    beforeAll(async () => {
      gates = createGates({ ...patient, boardwalk: served.boardwalk })
      host = await startHost(frameworks[2]![1], gates)
    })
    afterAll(() => gates.close())

    test.each(oddAttributes)(
      '%s: refused or stored, and the gate that is not critical stays shut',
      async (name, attributes) => {
        const userId = `odd-${name.replaceAll(/\W/g, '-')}`
        const told = await put(userId, attributes)
        expect([200, 400, 413]).toContain(told.status)
        expect((await rawRequest(host.port, 'GET', '/preview', { 'x-user': userId })).status).toBe(409)
        expect(host.ran).toStrictEqual([])
      },
    )

    test.each([
      ['of SQL', "' or 1=1; drop table people --"],
      ['of a path', '../../done'],
      ['of a path, encoded', '%2e%2e%2fdone'],
      ['of a query', 'x?userId=done#x'],
      ['of JSON', '{"userId":"done"}'],
      ['of a prototype', '__proto__'],
      ['of a space that is none', 'done\u00a0'],
      ['of a comma', 'done,done'],
      ['of half a character in UTF-8', '\u00ed\u00a0\u0080'],
      ['of 255 bytes', 'x'.repeat(255)],
      ['of 256 bytes', 'x'.repeat(256)],
      ['of dots', '..'],
      ['of nothing', ''],
    ])('who is called by a text %s is nobody else, and does not pass', async (_, userId) => {
      const { status } = await rawRequest(host.port, 'GET', '/preview', { 'x-user': userId })
      expect([401, 409, 500]).toContain(status)
      expect(host.ran).toStrictEqual([])
    })

    test('any JSON at all', async () => {
      let people = 0
      await fc.assert(
        fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 8 })), async (attributes) => {
          const userId = `any-${people++}`
          expect([200, 400, 413]).toContain((await put(userId, attributes)).status)
          expect((await rawRequest(host.port, 'GET', '/preview', { 'x-user': userId })).status).toBe(409)
          expect(host.ran).toStrictEqual([])
        }),
        { numRuns: 100 },
      )
    })
  })

  test('racing with oneself: forty requests and forty changes at once let nobody through', async () => {
    const gates = createGates({ ...patient, boardwalk: { url: served.address, apiKey } })
    const host = await frameworks[0]![1](gates)
    const userId = 'racer'
    const tries = Array.from({ length: 40 }, async (_, index) => {
      await put(userId, { seats: index })
      return (await rawRequest(host.port, 'GET', '/preview', { 'x-user': userId })).status
    })
    // Some are told to come back: one person may not have forty questions under way.
    const statuses = await Promise.all(tries)
    expect(statuses.filter((status) => status !== 409 && status !== 503)).toEqual([])
    expect(statuses).toContain(409)
    expect(host.ran).toStrictEqual([])
    await host.stop()
  })
})

describe('an engine that fails on a person', () => {
  const throwing = (thrown: unknown): EmbeddedBoardwalk => ({
    verbs: {
      checkGate: async () => {
        throw thrown
      },
      listGates: () => Promise.resolve({ gates: [], steps: ['profile', 'payments'], flows: ['shop'] }),
      countFailedOpen: () => {},
    },
  })
  const coded = (code: string): Error => Object.assign(new Error('no'), { code })

  test.each([
    ['a bug', new TypeError('x is not a function'), 503],
    ['a bug told as one', coded('internal'), 503],
    ['a race lost again and again', coded('conflict'), 503],
    ['what the contract does not know', coded('EVERYTHING_IS_WELL'), 500],
    ['a question that cannot be', coded('invalid_request'), 500],
    ['no error at all', 'no', 503],
  ])('%s never opens a gate, critical or not', async (_, error, status) => {
    for (const [, start] of frameworks) {
      const gates = createGates({ ...patient, boardwalk: throwing(error) })
      const host = await start(gates)
      for (const [method, path] of [
        ['GET', '/preview'],
        ['POST', '/pay'],
      ] as const)
        expect((await rawRequest(host.port, method, path, { 'x-user': 'ada' })).status).toBe(status)
      expect(host.ran).toStrictEqual([])
      gates.close()
      await host.stop()
    }
  })
})

describe('a Boardwalk that answers oddly over HTTP', () => {
  const cells: readonly (readonly [name: string, how: object, outcome: 'open' | 'closed' | 'mistake'])[] = [
    ['its key refused', { kind: 'status', status: 401, code: 'unauthenticated' }, 'open'],
    ['its key without the scope', { kind: 'status', status: 403, code: 'forbidden' }, 'open'],
    ['unavailable', { kind: 'status', status: 503, code: 'SERVICE_UNAVAILABLE' }, 'open'],
    ['a gateway’s 502', { kind: 'status', status: 502, body: '<h1>Bad gateway</h1>' }, 'open'],
    ['a redirect', { kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'open'],
    ['garbage', { kind: 'garbage' }, 'open'],
    ['another shape', { kind: 'wrong' }, 'open'],
    ['silence', { kind: 'silence' }, 'open'],
    ['a hung up line', { kind: 'hangUp' }, 'open'],
    ['our own 500', { kind: 'status', status: 500, code: 'internal' }, 'closed'],
    ['somebody’s 500', { kind: 'status', status: 500, body: 'oops' }, 'closed'],
    ['too many requests', { kind: 'status', status: 429, body: 'slow down' }, 'closed'],
    ['headers too large', { kind: 'status', status: 431, body: '' }, 'mistake'],
    ['a conflict', { kind: 'status', status: 409, code: 'conflict' }, 'closed'],
  ]

  test.each(cells)('%s', async (name, how, outcome) => {
    const fake = await startFakeBoardwalk({ steps: { profile: {}, payments: {} } })
    // What does come may take its time on a busy machine.
    const deadlineMs = name === 'silence' ? 200 : 10_000
    fake.fail(how as Parameters<typeof fake.fail>[0])
    for (const [, start] of frameworks) {
      const gates = createGates({ boardwalk: { url: fake.url, apiKey: fake.apiKey }, deadlineMs, log })
      const host = await start(gates)
      const preview = await rawRequest(host.port, 'GET', '/preview', { 'x-user': 'ada' })
      const pay = await rawRequest(host.port, 'POST', '/pay', { 'x-user': 'ada' })
      expect([preview.status, pay.status]).toEqual(
        { open: [200, 503], closed: [503, 503], mistake: [500, 500] }[outcome],
      )
      expect(host.ran).toHaveLength(outcome === 'open' ? 1 : 0)
      expect(gates.counts().failed_open).toBe(outcome === 'open' ? 1 : 0)
      gates.close()
      await host.stop()
    }
    await fake.stop()
  })

  test('a key that was refused for a while is tried again, and works as soon as it does', async () => {
    const fake = await startFakeBoardwalk({ steps: { profile: {}, payments: {} } })
    let now = 0
    const gates = createGates({
      boardwalk: { url: fake.url, apiKey: fake.apiKey },
      deadlineMs: 5000,
      log,
      clock: () => now,
      random: () => 1,
    })
    const host = await frameworks[0]![1](gates)
    const ask = async (): Promise<number> =>
      (await rawRequest(host.port, 'GET', '/preview', { 'x-user': 'ada' })).status
    fake.fail({ kind: 'status', status: 401, code: 'unauthenticated' })
    for (let hour = 0; hour < 50; hour++) {
      expect(await ask()).toBe(200)
      now += 3_600_000
    }
    expect(gates.counts().failed_open).toBe(50)
    fake.fail({ kind: 'none' })
    expect(await ask()).toBe(409)
    gates.close()
    await host.stop()
    await fake.stop()
  })
})
