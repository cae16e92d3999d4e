import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type House } from './open-house.ts'

const path = '/api/admin/flows/shop/versions'

const step = (id: string, more: object = {}) => ({ id, title: id, ...more })
const required = (id: string, more: object = {}) => step(id, { required: true, ...more })
const shop = (steps: object[], gates: object = {}) => ({ name: 'shop', steps, gates })
const gate = (...steps: string[]) => ({ steps, critical: true })

const email = required('email', { weight: 2 })
const payments = required('payments', { scope: 'account', weight: 3 })
const theme = step('theme')
const impressum = required('impressum', { markets: ['DE'] })
const first = shop([email, payments, theme, impressum], { publish: gate('payments') })

/** What is published one after another on the same people, with its step's new names. */
const publications: { name: string; document: object; how: object; renamed?: Record<string, string> }[] = [
  {
    name: 'an optional step more',
    document: shop([email, payments, theme, impressum, step('domain')], { publish: gate('payments') }),
    how: {},
  },
  {
    name: 'a required step more, for the finished as well',
    document: shop([email, payments, theme, impressum, required('bank')], { publish: gate('payments') }),
    how: { reopen: true },
  },
  {
    name: 'a step for one market less',
    document: shop([email, payments, theme, required('bank')], { publish: gate('payments') }),
    how: {},
  },
  {
    name: 'a gate that asks for more',
    document: shop([email, payments, theme, required('bank')], {
      publish: gate('payments', 'theme'),
      checkout: gate('email'),
    }),
    how: {},
  },
  {
    name: 'a step renamed, another to be redone',
    document: shop(
      [
        required('email', { weight: 2, version: 2, onVersionChange: 'redo' }),
        required('billing', { ...payments, id: 'billing', renamedFrom: 'payments' }),
        theme,
      ],
      { publish: gate('billing') },
    ),
    how: {},
    renamed: { billing: 'payments' },
  },
  {
    name: 'begun anew',
    document: shop([email, required('billing', { scope: 'account' }), theme, step('extra')], {
      publish: gate('billing'),
    }),
    how: { policy: 'restart' },
  },
  {
    name: 'pinned',
    document: shop([email, required('final')], { publish: gate('final') }),
    how: { policy: 'pin' },
  },
  { name: 'fewer steps, so that some are finished by it', document: shop([email]), how: {} },
]

forEachDatabase((_, open) => {
  let database: Database
  let house: House
  const people = Array.from({ length: 24 }, (_, n) => `p${n}`)
  beforeAll(async () => {
    database = await open()
    house = await openHouse(database)
    await house.publish(first)
    for (const [n, userId] of people.entries()) {
      const me = await house.person(userId, { market: n % 3 === 0 ? 'DE' : 'FR', account: `a${n >> 1}` })
      const done = { email: 2, payments: 4, theme: 3, impressum: 6 }
      for (const [id, every] of Object.entries(done))
        if (n % every === 0)
          await me('PATCH', `/api/onboarding/steps/${id}`, {
            status: n % 5 === 1 && id === 'theme' ? 'skipped' : 'done',
          })
      if (n % 7 === 3) await me('POST', '/api/onboarding/skip')
      else await me('GET', '/api/onboarding')
    }
  })
  afterAll(() => house.boardwalk.stop())

  const preview = (version: number, body: object = {}) =>
    house.server('POST', `${path}/${version}/impact`, body)

  const stopped = async (userId: string, name: string): Promise<boolean> =>
    (await house.server('POST', '/api/gates/check', { userId, gate: name, route: '/' })).status === 409

  /** How things stand with somebody, as they and the host's server see it. */
  const standing = async (userId: string) => {
    const { body } = await (await house.person(userId))('GET', '/api/onboarding')
    const steps = new Map<string, string>(body.steps.map(({ id, status }: any) => [id, status]))
    const gates = ['publish', 'checkout']
    const stops = await Promise.all(gates.map((name) => stopped(userId, name)))
    return {
      status: body.status as string,
      percent: body.progress as number,
      steps,
      stops: gates.filter((_, index) => stops[index]),
    }
  }
  type Standing = Awaited<ReturnType<typeof standing>>

  const difference = (was: Standing, is: Standing, renamed: Record<string, string> = {}) => {
    const now = new Map([...is.steps].map(([id, status]) => [renamed[id] ?? id, status]))
    const then = new Map([...was.steps].map(([id, status]) => [renamed[id] ?? id, status]))
    return {
      gain: [...now.keys()].some((id) => !then.has(id)),
      lose: [...then.keys()].some((id) => !now.has(id)),
      redo: [...then].some(([id, status]) => status === 'done' && now.has(id) && now.get(id) !== 'done'),
      reopened: was.status === 'completed' && is.status === 'in_progress',
      newlyCompleted: was.status !== 'completed' && is.status === 'completed',
      newlyBlocked: is.stops.some((name) => !was.stops.includes(name)),
      percentUp: is.percent > was.percent,
      percentDown: is.percent < was.percent,
    }
  }

  describe('tells what then happens', () => {
    const seen = new Set<string>()
    const renamedSoFar: Record<string, string> = {}

    test.each(publications)('$name', async ({ document, how, renamed }) => {
      Object.assign(renamedSoFar, renamed)
      const { version } = (await house.server('POST', '/api/admin/flows', document)).body
      const before = await Promise.all(people.map(standing))
      const [stateBefore, { status, body }] = [await stored(), await preview(version, how)]
      expect(status).toBe(200)
      expect(await stored()).toEqual(stateBefore)
      expect((await house.server('POST', `${path}/${version}/publish`, how)).status).toBe(200)
      const after = await Promise.all(people.map(standing))
      const found = people.map((_, n) => difference(before[n]!, after[n]!, renamedSoFar))
      const who = (kind: keyof (typeof found)[number]): string[] => people.filter((_, n) => found[n]![kind])
      for (const kind of [
        'gain',
        'lose',
        'redo',
        'reopened',
        'newlyCompleted',
        'percentUp',
        'percentDown',
      ] as const) {
        expect(body[kind], kind).toBe(who(kind).length)
        expect(new Set(who(kind)), kind).toEqual(new Set([...body.examples[kind], ...who(kind).slice(20)]))
        if (body[kind] > 0) seen.add(kind)
      }
      const newlyStopped = (name: string) =>
        people.filter((_, n) => after[n]!.stops.includes(name) && !before[n]!.stops.includes(name)).length
      for (const name of ['publish', 'checkout'])
        expect(body.newlyBlocked[name] ?? 0, name).toBe(newlyStopped(name))
      if (Object.keys(body.newlyBlocked).length > 0) seen.add('newlyBlocked')
      const unchanged = found.filter((one) => !Object.values(one).includes(true)).length
      expect(body).toMatchObject({ enrolled: people.length, looked: people.length, unchanged })
      expect(body.next).toBeUndefined()
    })

    test('and of every kind there was something to tell', () => {
      expect([...seen].toSorted()).toEqual([
        'gain',
        'lose',
        'newlyBlocked',
        'newlyCompleted',
        'percentDown',
        'percentUp',
        'redo',
        'reopened',
      ])
    })
  })

  const stored = async (): Promise<unknown> => {
    const text = `select (select json_agg(e order by person_id) from enrolment e) as enrolments, (select count(*) from happening) as happenings,
      (select json_agg(s order by person_id, flow, step_id, step_version) from step_state s) as steps, (select sum(revision) from person) as revisions`
    return (await database.query({ name: 'all_stored', text }))[0]
  }

  test('of the version in force there is none', async () => {
    const { activeVersion } = (await house.server('GET', '/api/admin/flows/shop')).body
    const { body } = await preview(activeVersion, { policy: 'restart', reopen: true })
    expect(body).toMatchObject({
      enrolled: people.length,
      unchanged: people.length,
      gain: 0,
      redo: 0,
      reopened: 0,
    })
  })

  test('is told in parts that add up when there is little time', async () => {
    const many = Array.from({ length: 1200 }, (_, n) => `many-${n}`)
    const flow = { name: 'many', audience: { crowd: true }, steps: [required('a')] }
    await house.publish(flow)
    await Promise.all(
      many.map(async (userId) =>
        (await house.person(userId, { attributes: { crowd: true } }))('GET', '/api/onboarding'),
      ),
    )
    await house.server('POST', '/api/admin/flows', { ...flow, steps: [required('a'), step('b')] })
    const whole = await house.server('POST', '/api/admin/flows/many/versions/2/impact')
    expect(whole.body).toMatchObject({ enrolled: 1200, looked: 1200, gain: 1200, unchanged: 0 })
    expect(whole.body.examples.gain).toHaveLength(20)
    const parts: any[] = []
    do {
      const { body } = await house.server('POST', '/api/admin/flows/many/versions/2/impact', {
        limitMs: 1,
        after: parts.at(-1)?.next,
      })
      parts.push(body)
    } while (parts.at(-1).next !== undefined)
    expect(parts.map(({ enrolled, looked, gain }) => ({ enrolled, looked, gain }))).toEqual([
      { enrolled: 1200, looked: 500, gain: 500 },
      { enrolled: 1200, looked: 500, gain: 500 },
      { enrolled: 1200, looked: 200, gain: 200 },
    ])
  })

  test.each([
    { policy: 'wipe' },
    { after: '-1' },
    { after: 'x' },
    { after: '' },
    { limitMs: 0 },
    { limitMs: 60_001 },
    { reason: 'no' },
    [],
  ])('%j is refused', async (body) => {
    expect((await preview(1, body)).status).toBe(400)
  })

  test('of what there is not is not found', async () => {
    expect(await preview(999)).toMatchObject({ status: 404, body: { error: 'version_not_found' } })
    const none = await house.server('POST', '/api/admin/flows/none/versions/1/impact')
    expect(none).toMatchObject({ status: 404, body: { error: 'flow_not_found' } })
    expect((await house.as(undefined)('POST', `${path}/1/impact`)).status).toBe(401)
  })
})
