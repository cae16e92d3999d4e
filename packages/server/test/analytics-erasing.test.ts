import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  beginAnalytics,
  commit,
  erase,
  holdReader,
  load,
  migrate,
  ownMigrations,
  type Cursor,
  type Database,
  type Loaded,
} from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { analyticsFollower } from '../src/analytics/projector.ts'
import {
  figuresStored,
  keepLedger,
  notCountedYet,
  recount,
  recountLedger,
  recountLeft,
  totalsAmiss,
} from './recount.ts'

const rounds = 200
const happening = { flow: 'shop', version: 1, stepId: null, data: {} }
const lives = [
  { ...happening, type: 'onboarding.enrolled', data: { facts: { market: 'FR' } } },
  { ...happening, type: 'onboarding.offered', data: { steps: ['a', 'b'] } },
  { ...happening, type: 'gating.blocked', stepId: 'a' },
  { ...happening, type: 'onboarding.step_completed', stepId: 'a' },
  { ...happening, type: 'onboarding.completed' },
]

/** The next of what happens to them; false when somebody was faster. */
const happens = async ({ query }: Database, userId: string, at: number): Promise<boolean> => {
  const before = (await load(query, [{ userId, keys: [] }])).people[0] as Loaded
  const { revision, person } = before
  const records = lives.slice(revision, revision + 1).map((one) => ({ ...one, at, correlationId: 'c' }))
  const after = { ...person, facts: { attributes: { n: revision } } }
  const [won] = await commit(query, [{ before, after, records, answers: [], now: at }])
  return won ?? false
}

forEachDatabase((_, open) => {
  const opened = async (): Promise<Database> => {
    const database = await open()
    await migrate(database, await ownMigrations())
    await beginAnalytics(database.query)
    await keepLedger(database)
    return database
  }

  /** Counts what there is to count, page by page. */
  const counting = async (database: Database) => {
    const { move } = analyticsFollower(database)
    let from = (await holdReader(database.query, 'analytics', 'me', 60_000)) as Cursor
    return async (): Promise<void> => {
      const { to } = await move('me', from, 0)
      if (to === undefined) throw new Error('Somebody else reads')
      from = to
    }
  }

  test(`whoever is erased while they do something and are counted leaves their counts, ${rounds} times`, async () => {
    const database = await opened()
    const count = await counting(database)
    let erased = false
    const projecting = (async () => {
      while (!erased) await count()
    })()
    for (let round = 0; round < rounds; round++) {
      const userId = `racer-${round}`
      const at = Date.UTC(2026, 0, 1) + round * 1_000_000
      for (let index = round % 4; index >= 0; index--) await happens(database, userId, at)
      const [receipt] = await Promise.all([
        erase(database, userId, randomUUID()),
        happens(database, userId, at),
        happens(database, `stays-${round}`, at),
        erase(database, `stays-${round - 20}`, randomUUID()),
      ])
      expect(receipt).toBeDefined()
    }
    erased = true
    await projecting
    while ((await notCountedYet(database)) > 0) await count()
    const standing = await figuresStored(database, 'not c.erased')
    const months = Object.entries(standing).filter(([row]) => row.startsWith('["journey","month"'))
    expect(months.map(([, [enrolled]]) => enrolled)).toEqual([20, 20])
    expect(standing).toEqual(await recount(database))
    expect(await figuresStored(database)).toEqual(await recountLedger(database))
    expect(await totalsAmiss(database)).toEqual([])
    const tallies = { name: 'count_tallies', text: 'select count(*) as n from tally' }
    expect(await database.query(tallies)).toEqual([{ n: 20 }])
  })

  test('whoever is erased before anything of theirs is counted counts nevertheless', async () => {
    const database = await opened()
    for (let index = 0; index < lives.length; index++) await happens(database, 'ada', 1_000_000 * index)
    const lived = await recountLeft(database)
    expect(Object.keys(lived).length).toBeGreaterThan(10)
    await erase(database, 'ada', randomUUID())
    expect(await figuresStored(database, 'c.erased')).toEqual(lived)
    expect(await figuresStored(database, 'not c.erased')).toEqual({})
    await (
      await counting(database)
    )()
    expect(await figuresStored(database)).toEqual(lived)
    expect(await totalsAmiss(database)).toEqual([])
  })

  test('what erased people left says neither what they were like nor in which hour they came', async () => {
    const database = await opened()
    const count = await counting(database)
    for (const [userId, hour] of [
      ['ada', 9],
      ['bob', 17],
    ] as const)
      for (let index = 0; index < lives.length; index++)
        await happens(database, userId, Date.UTC(2026, 0, 5, hour, index))
    while ((await notCountedYet(database)) > 0) await count()
    for (const userId of ['ada', 'bob']) await erase(database, userId, randomUUID())
    const entries = await database.query({
      name: 'left_entries',
      text: `
        select c.span, extract(epoch from c.begins)::int as begins, s.market, s.is_total as "isTotal", c.enrolled, c.completed
        from journey_count c join segment s on s.id = c.segment_id
        where c.erased and s.flow = 'shop' and c.span <> 'month'
        order by c.span, s.is_total`,
    })
    const both = { begins: Date.UTC(2026, 0, 5) / 1000, market: '', enrolled: 2, completed: 2 }
    expect(entries).toEqual([
      { ...both, span: 'day', isTotal: false },
      { ...both, span: 'day', isTotal: true },
      { ...both, span: 'hour', isTotal: false },
      { ...both, span: 'hour', isTotal: true },
    ])
    expect(await figuresStored(database, 'not c.erased')).toEqual({})
  })

  test('nothing in the tables says who was erased', async () => {
    const database = await opened()
    const count = await counting(database)
    for (let index = 0; index < lives.length; index++) await happens(database, 'ada', 1_000_000 * index)
    while ((await notCountedYet(database)) > 0) await count()
    const id = { name: 'person_id', text: 'select id from person' }
    expect(await database.query(id)).toHaveLength(1)
    const tally = { name: 'tally_of', text: 'select person_id from tally' }
    expect(await database.query(tally)).toEqual(
      (await database.query<{ id: number }>(id)).map((one) => ({ person_id: one.id })),
    )
    await erase(database, 'ada', randomUUID())
    expect(await database.query(tally)).toEqual([])
  })
})
