import { randomUUID } from 'node:crypto'
import { stranger, type Enrolment } from '@boardwalk/engine'
import { expect, test } from 'vitest'
import {
  commit,
  erase,
  load,
  migrate,
  ownMigrations,
  type Change,
  type Database,
  type Loaded,
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
})
