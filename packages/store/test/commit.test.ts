import type { AccountFlow, Enrolment, Person, StepState } from '@boardwalk/engine'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  commit,
  load,
  migrate,
  ownMigrations,
  type Asked,
  type Change,
  type Database,
  type Loaded,
} from '../src/index.ts'
import { forEachDatabase } from '../test-kit/index.ts'

const step = (stepId: string, status: StepState['status'], settledAt: number | null = null): StepState => ({
  stepId,
  stepVersion: 1,
  status,
  offeredAt: 1000,
  reachedAt: null,
  settledAt,
  settledBy: null,
  source: settledAt === null ? null : 'user',
  reason: null,
  metadata: null,
})

const enrolment = (...steps: StepState[]): Enrolment => ({
  flow: 'shop',
  version: 1,
  publication: null,
  restartedAt: null,
  arm: null,
  status: 'in_progress',
  startedAt: 1_700_000_000_123,
  completedAt: null,
  skippedAt: null,
  snoozeCount: 0,
  snoozedUntil: null,
  snoozedAt: null,
  snoozedUntilBefore: null,
  nudgeDismissedAt: null,
  nudgeDismissedIn: null,
  guideDismissedAt: null,
  welcomeSeenAt: null,
  steps,
})

const record = {
  type: 'onboarding.enrolled',
  flow: 'shop',
  version: 1,
  stepId: null,
  data: {},
  at: 1_700_000_000_123,
  correlationId: 'c',
} as const

const change = (before: Loaded, after: Partial<Person>): Change => ({
  before,
  after: { ...before.person, ...after },
  records: [record],
  answers: [],
  now: 1_700_000_000_123,
})

forEachDatabase((_, open) => {
  let database: Database
  beforeAll(async () => {
    database = await open()
    await migrate(database, await ownMigrations())
  })

  const loaded = async (...asked: (string | Asked)[]): Promise<Loaded[]> => {
    const all = asked.map((one) => (typeof one === 'string' ? { userId: one, keys: [] } : one))
    return (await load(database.query, all)).people as Loaded[]
  }
  const one = async (asked: string | Asked): Promise<Loaded> => (await loaded(asked))[0] as Loaded
  const happened = async (): Promise<number> =>
    (
      await database.query<{ n: number }>({
        name: 'count_happenings',
        text: 'select count(*) as n from happening',
      })
    )[0]?.n ?? 0

  test('what was committed is loaded, to the millisecond and in the order asked', async () => {
    const [ada, bob] = (await loaded('ada', 'bob')) as [Loaded, Loaded]
    const after: Partial<Person> = {
      facts: { role: 'owner', attributes: { odd: ['"', '\\', '🚀', null, { deep: 1.5 }] } },
      enrolments: [enrolment(step('a', 'done', 1_700_000_000_456), step('b', 'todo'))],
    }
    expect(
      await commit(database.query, [change(ada, after), change(bob, { enrolments: [enrolment()] })]),
    ).toEqual([true, true])
    const [again, nobody, first] = (await loaded('bob', 'nobody', 'ada')) as [Loaded, Loaded, Loaded]
    expect(first.person).toEqual({ ...ada.person, ...after })
    expect(first.revision).toBe(1)
    expect(again.person.enrolments).toEqual([enrolment()])
    expect(nobody).toMatchObject({ revision: 0, person: { userId: 'nobody', enrolments: [] } })
  })

  test('what a person did to guide, nudge and welcome is loaded, and gone again when it is undone', async () => {
    const surfaces = {
      snoozeCount: 2,
      snoozedUntil: 1_700_000_000_001,
      snoozedAt: 1_700_000_000_002,
      snoozedUntilBefore: 1_700_000_000_003,
      nudgeDismissedAt: 1_700_000_000_004,
      nudgeDismissedIn: 7,
      guideDismissedAt: 1_700_000_000_005,
      welcomeSeenAt: 1_700_000_000_006,
    }
    for (const stored of [{ ...enrolment(), ...surfaces }, enrolment()]) {
      expect(await commit(database.query, [change(await one('tidy'), { enrolments: [stored] })])).toEqual([
        true,
      ])
      expect((await one('tidy')).person.enrolments).toEqual([stored])
    }
  })

  test('a commit on a revision that has passed writes nothing at all', async () => {
    const before = await one('late')
    expect(
      await commit(database.query, [change(before, { enrolments: [enrolment(step('a', 'todo'))] })]),
    ).toEqual([true])
    const count = await happened()
    const lost = change(before, {
      facts: { attributes: { lost: true } },
      enrolments: [enrolment(step('a', 'done', 5000))],
    })
    expect(await commit(database.query, [lost])).toEqual([false])
    expect((await one('late')).person).toMatchObject({
      facts: { attributes: {} },
      enrolments: [{ steps: [{ status: 'todo' }] }],
    })
    expect(await happened()).toBe(count)
  })

  test('in a batch each wins or loses alone', async () => {
    const [stale, fresh] = (await loaded('stale', 'fresh')) as [Loaded, Loaded]
    await commit(database.query, [change(stale, { enrolments: [enrolment()] })])
    const both = [
      change(stale, { enrolments: [enrolment(step('a', 'done', 1))] }),
      change(fresh, { enrolments: [enrolment()] }),
    ]
    expect(await commit(database.query, both)).toEqual([false, true])
  })

  describe('an account', () => {
    const shared: AccountFlow[] = [
      { flow: 'shop', steps: [{ ...step('pay', 'done', 1000), offeredAt: null, settledBy: 'left' }] },
    ]

    test('has a revision of its own: the second of two members loses, wholly, and sees the first one’s step next time', async () => {
      const ask = (userId: string): Asked => ({ userId, account: 'acme', keys: [] })
      const [left, right] = (await loaded(ask('left'), ask('right'))) as [Loaded, Loaded]
      const member = { accountId: 'acme', accountFlows: shared, enrolments: [enrolment(step('pay', 'todo'))] }
      expect(await commit(database.query, [change(left, member)])).toEqual([true])
      const count = await happened()
      expect(await commit(database.query, [change(right, member)])).toEqual([false])
      expect(await happened()).toBe(count)
      const again = await one(ask('right'))
      expect(again).toMatchObject({ revision: 0, person: { enrolments: [], accountFlows: shared } })
      expect(again.accountRevisions.get('shop')).toBe(1)
    })

    test('is loaded as the token claims it, else as stored, else not at all', async () => {
      expect(await one('left')).toMatchObject({
        actingAccountId: 'acme',
        person: { accountId: 'acme', accountFlows: shared },
      })
      expect(await one({ userId: 'left', account: 'other', keys: [] })).toMatchObject({
        actingAccountId: 'other',
        person: { accountId: 'acme', accountFlows: [] },
      })
      expect(await one({ userId: 'left', account: null, keys: [] })).toMatchObject({
        actingAccountId: null,
        person: { accountFlows: [] },
      })
    })
  })

  test('an answer saved with a key is loaded with it', async () => {
    const before = await one({ userId: 'keyed', keys: ['k'] })
    const saved = { key: 'k', fingerprint: 'f', status: 200, body: '{"a":"é"}' }
    await commit(database.query, [{ ...change(before, { enrolments: [enrolment()] }), answers: [saved] }])
    expect((await one({ userId: 'keyed', keys: ['k', 'other'] })).savedAnswers).toEqual([saved])
    expect((await one('keyed')).savedAnswers).toEqual([])
  })

  test('500 people in one statement, then 500 in an overlapping one in another order', async () => {
    const names = Array.from({ length: 500 }, (_, index) => `crowd-${index}`)
    const people = await loaded(...names)
    expect(
      new Set(
        await commit(
          database.query,
          people.map((before) => change(before, { enrolments: [enrolment()] })),
        ),
      ),
    ).toEqual(new Set([true]))
    const again = await loaded(...names.toReversed())
    const changes = again.map((before) => change(before, { facts: { attributes: { n: 1 } } }))
    const results = await Promise.all([
      commit(database.query, changes),
      commit(database.query, changes.toReversed()),
    ])
    const won = results.map((result) => result.filter(Boolean).length)
    expect(won.reduce((a, b) => a + b)).toBe(500)
  })
})
