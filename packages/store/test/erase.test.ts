import { randomUUID } from 'node:crypto'
import { stranger, type Enrolment } from '@boardwalk/engine'
import { expect, test } from 'vitest'
import {
  commit,
  erase,
  forgetErasure,
  insertDeadLetter,
  listDeadLetters,
  load,
  migrate,
  ownMigrations,
  replayErasures,
  type Change,
  type Database,
  type Loaded,
  type NewDeadLetter,
} from '../src/index.ts'
import { forEachDatabase } from '../test-kit/index.ts'

const enrolment: Enrolment = {
  flow: 'shop',
  version: 1,
  publication: null,
  restartedAt: null,
  arm: null,
  status: 'in_progress',
  startedAt: 1000,
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
  steps: [],
}

forEachDatabase((_, open) => {
  const opened = async (): Promise<Database> => {
    const database = await open()
    await migrate(database, await ownMigrations())
    return database
  }
  const one = async (database: Database, userId: string): Promise<Loaded> =>
    (await load(database.query, [{ userId, keys: [] }])).people[0] as Loaded
  const changeOf = (before: Loaded): Change => ({
    before,
    after: { ...before.person, enrolments: [{ ...enrolment, snoozeCount: before.revision }] },
    records: [
      {
        type: 'onboarding.enrolled',
        flow: 'shop',
        version: 1,
        stepId: null,
        data: {},
        at: 1000,
        correlationId: 'c',
      },
    ],
    answers: [],
    now: 1000,
  })
  const count = async (database: Database, table: string): Promise<number> =>
    (
      await database.query<{ n: number }>({
        name: `count_${table}`,
        text: `select count(*) as n from ${table}`,
      })
    )[0]?.n ?? -1

  test('a commit that races with the erasing leaves nothing behind', async () => {
    const database = await opened()
    for (let round = 0; round < 60; round++) {
      const userId = `racer-${round}`
      await commit(database.query, [changeOf(await one(database, userId))])
      const late = changeOf(await one(database, userId))
      const [, receipt] = await Promise.all([
        commit(database.query, [late]),
        erase(database, userId, randomUUID()),
      ])
      expect(receipt).toBeDefined()
    }
    expect([
      await count(database, 'person'),
      await count(database, 'happening'),
      await count(database, 'enrolment'),
    ]).toEqual([0, 0, 0])
  })

  test('a commit decided before the person came and was erased does not bring them back', async () => {
    const database = await opened()
    const early = changeOf(await one(database, 'ghost'))
    await commit(database.query, [changeOf(await one(database, 'ghost'))])
    await erase(database, 'ghost', randomUUID())
    expect(await commit(database.query, [early])).toEqual([false])
    expect(await one(database, 'ghost')).toMatchObject({
      revision: 0,
      erased: true,
      person: stranger('ghost'),
    })
  })

  const letter = (n: number, userId: string | null, text: string, header = 'none'): NewDeadLetter => ({
    source: 'kafka',
    topic: 't',
    partition: 0,
    offset: n,
    reason: 'no',
    userId,
    payload: new TextEncoder().encode(text),
    headers: [['ce_subject', header]],
    truncated: false,
  })

  test.each([
    ['as JSON writes it', 'SHOPS\\ada.lovelace', '{"by":"SHOPS\\\\ada.lovelace"}'],
    ['in ASCII', 'jürgen@example.com', '{"by":"j\\u00fcrgen@example.com"}'],
    ['in ASCII, in large letters', 'jürgen@example.com', '{"by":"j\\u00FCrgen@example.com"}'],
    ['with slashes escaped', 'https://id.example/7', '{"by":"https:\\/\\/id.example\\/7"}'],
    ['short, in ASCII', 'zoë', '{"by":"zo\\u00eb"}'],
  ])('no dead letter stays that names the erased person %s', async (_name, userId, payload) => {
    const database = await opened()
    await commit(database.query, [changeOf(await one(database, userId))])
    await database.transaction(async ({ query }) => {
      await insertDeadLetter(query, letter(1, null, payload))
      await insertDeadLetter(query, letter(2, null, '{"by":"somebody.else@example.com"}'))
    })
    expect(await erase(database, userId, randomUUID())).toBeDefined()
    expect((await listDeadLetters(database.query, 0, 9)).map(({ offset }) => offset)).toEqual([2])
  })

  test('no dead letter stays that names the erased person in a header, percent-encoded or with a backslash', async () => {
    const database = await opened()
    for (const [userId, header] of [
      ['jürgen@example.com', 'j%C3%BCrgen%40example.com'],
      ['SHOPS\\ada.lovelace', 'SHOPS\\ada.lovelace'],
    ] as const) {
      await commit(database.query, [changeOf(await one(database, userId))])
      await database.transaction(({ query }) => insertDeadLetter(query, letter(1, null, '{', header)))
      await erase(database, userId, randomUUID())
      expect(await listDeadLetters(database.query, 0, 9)).toEqual([])
    }
  })

  test('who is only named in a record that could not be taken is erased with a receipt, and does not come by a late one', async () => {
    const database = await opened()
    await database.transaction(({ query }) =>
      insertDeadLetter(query, letter(1, null, '{"by":"grace.hopper"}')),
    )
    expect(await erase(database, 'grace.hopper', randomUUID())).toBeDefined()
    expect(await count(database, 'dead_letter')).toBe(0)
    expect(await one(database, 'grace.hopper')).toMatchObject({ erased: true })
    expect(await erase(database, 'alan.turing', randomUUID())).toBeUndefined()
    expect(await one(database, 'alan.turing')).toMatchObject({ erased: false })
  })

  const replayed = async (database: Database): Promise<number> =>
    (await replayErasures(database, '0', 100)).erased

  test('who was sent again by a server whose clock is behind is not erased by a replay', async () => {
    const database = await opened()
    await commit(database.query, [changeOf(await one(database, 'ada'))])
    await erase(database, 'ada', randomUUID())
    await forgetErasure(database.query, 'ada')
    const back = changeOf(await one(database, 'ada'))
    expect(await commit(database.query, [{ ...back, now: Date.now() - 60_000 }])).toEqual([true])
    expect(await replayed(database)).toBe(0)
    expect(await count(database, 'person')).toBe(1)
  })

  test('whom a server knew whose clock is ahead was erased after that, so that a backup does not bring them back', async () => {
    const database = await opened()
    const ahead = Date.now() + 60_000
    const comes = async (): Promise<void> => {
      await commit(database.query, [{ ...changeOf(await one(database, 'ada')), now: ahead }])
    }
    await comes()
    await erase(database, 'ada', randomUUID())
    // As a backup of before has them.
    await database.transaction(({ script }) =>
      script(`
        insert into person (user_id, revision, facts, created_at)
        values ('ada', 1, '{"attributes":{}}', to_timestamp(${ahead} / 1000.0))`),
    )
    expect(await replayed(database)).toBe(1)
    expect(await count(database, 'person')).toBe(0)
  })
})
