import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  addChecks,
  addCounts,
  beginAnalytics,
  migrate,
  moveAnalytics,
  ownMigrations,
  type Checks,
  type Database,
} from '../src/index.ts'
import { forEachDatabase } from '../test-kit/index.ts'

const dayOne = Date.UTC(2026, 0, 5)
const hourMs = 3_600_000
const shop = { flow: 'shop', version: 1, arm: '', plan: '', role: '', locale: '' }

/** As it was counted before there were totals: two in France at nine and at ten, one in Germany at nine, one erased in France. */
const before = `
  insert into segment (flow, version, arm, market, plan, role, locale) values
    ('shop', 1, '', 'FR', '', '', ''), ('shop', 1, '', 'DE', '', '', ''), ('shop', 2, '', 'FR', '', '', '');
  create temporary table person_was (market text, hour int, erased boolean);
  insert into person_was values ('FR', 9, false), ('FR', 10, false), ('DE', 9, false), ('FR', 9, true), ('FR', 10, true);
  create temporary table was as
  select span, date_trunc(span, timestamp '2026-01-05' + hour * interval '1 hour') at time zone 'UTC' as begins,
    s.id as segment_id, erased, count(*) as people
  from person_was join segment s using (market), (values ('hour'), ('day'), ('month')) x (span)
  where s.version = 1 group by 1, 2, 3, 4;
  insert into journey_count select span, begins, segment_id, erased, people, people, 0, people from was;
  insert into step_count select span, begins, segment_id, 'a', erased, people, people, people, 0, 0 from was;
  insert into duration_count select span, begins, segment_id, 'complete', 900, erased, people from was;
  insert into value_count select span, begins, segment_id, 'm.sale', erased, people, people, people, 0, 0 from was;
  insert into return_count select span, begins, segment_id, day, erased, people from was, (values (0), (30)) x (day);
  insert into nudge_count select span, begins, segment_id, erased, people, 0, 0 from was;
  insert into block_count select span, begins, segment_id, 'a', erased, people, 0 from was;
  insert into check_count select span, begins, segment_id, people from was where not erased;`

const stands = (table: string, columns: string) => ({
  name: randomUUID(),
  text: `
    select c.span || ' ' || to_char(c.begins at time zone 'UTC', 'DD"T"HH24') || ' ' || case when s.is_total then 'total' else s.market end
      || ${table === 'check_count' ? "''" : "case when c.erased then ' erased' else '' end"} as row,
      array[${columns}]::int[] as numbers
    from ${table} c join segment s on s.id = c.segment_id
    order by 1`,
})

/** As a version of then did, which kept no word of its writes. */
const addChecksThen = async (database: Database, checks: readonly Checks[]): Promise<void> => {
  const [write] = (await ownMigrations()).filter(({ name }) => name === 'check-writes')
  await database.transaction(({ script }) => script(write?.sql ?? ''))
  await addChecks(database, { process: randomUUID(), number: 1 }, checks)
  await database.transaction(({ script }) => script('drop table check_write'))
}

forEachDatabase((_, open) => {
  const standing = async ({ query }: Database, table: string, columns: string): Promise<object> => {
    const rows = await query<{ row: string; numbers: number[] }>(stands(table, columns))
    return Object.fromEntries(rows.map(({ row, numbers }) => [row, numbers]))
  }

  const ofAll = (times: number, erasedToo = true) =>
    Object.fromEntries(
      Object.entries({
        'hour 05T09 FR': 1,
        'hour 05T10 FR': 1,
        'hour 05T09 DE': 1,
        'hour 05T09 total': 2,
        'hour 05T10 total': 1,
        'day 05T00 FR': 2,
        'day 05T00 DE': 1,
        'day 05T00 total': 3,
        'month 01T00 FR': 2,
        'month 01T00 DE': 1,
        'month 01T00 total': 3,
        ...(erasedToo && {
          'hour 05T00  erased': 2,
          'hour 05T00 total erased': 2,
          'day 05T00  erased': 2,
          'day 05T00 total erased': 2,
          'month 01T00  erased': 2,
          'month 01T00 total erased': 2,
        }),
      }).map(([row, people]) => [row, Array.from({ length: times }, () => people)]),
    )

  test('what was counted before there were totals is in them, and erased people are nobody', async () => {
    const database = await open()
    const migrations = await ownMigrations()
    const totals = migrations.findIndex(({ name }) => name === 'totals')
    await migrate(database, migrations.slice(0, totals))
    await database.transaction(({ script }) => script(before))
    await migrate(database, migrations.slice(0, totals + 1))
    expect(await standing(database, 'journey_count', 'enrolled, completed, signed_up')).toEqual(ofAll(3))
    expect(await standing(database, 'step_count', 'offered, reached, done')).toEqual(ofAll(3))
    expect(await standing(database, 'duration_count', 'people')).toEqual(ofAll(1))
    expect(await standing(database, 'value_count', 'people, within_day, within_week')).toEqual(ofAll(3))
    expect(await standing(database, 'return_count', 'day_0, day_30')).toEqual(ofAll(2))
    expect(await standing(database, 'nudge_count', 'shown')).toEqual(ofAll(1))
    expect(await standing(database, 'block_count', 'blocked')).toEqual(ofAll(1))
    expect(await standing(database, 'check_count', 'checked')).toEqual(ofAll(1, false))
    const others = { name: 'others', text: 'select sum(day_1) as sum, count(day_1) as n from return_count' }
    expect(await database.query(others)).toEqual([{ sum: null, n: 0 }])

    // What is counted from now on is added to them.
    const segment = { ...shop, market: 'FR' }
    const begins = dayOne + 9 * hourMs
    await addCounts(database.query, [
      { of: 'return', segment, begins, day: 30, people: 1 },
      { of: 'return', segment, begins, day: 1, people: 2 },
    ])
    await addChecksThen(database, [{ segment, begins, checked: 4 }])
    expect(await standing(database, 'return_count', 'day_0, day_1, day_30')).toMatchObject({
      'hour 05T09 FR': [1, 2, 2],
      'hour 05T09 total': [2, 2, 3],
      'month 01T00 total': [3, 2, 4],
    })
    expect(await standing(database, 'check_count', 'checked')).toMatchObject({
      'hour 05T09 FR': [5],
      'hour 05T09 total': [6],
      'hour 05T09 DE': [1],
    })
  })

  test('what was counted by older rules is counted anew, but for what erased people left', async () => {
    const database = await open()
    const migrations = await ownMigrations()
    const anew = migrations.findIndex(({ name }) => name === 'count-anew')
    await migrate(database, migrations.slice(0, anew))
    const segment = { ...shop, market: 'FR' }
    const day = { of: 'return' as const, segment, begins: dayOne, day: 3, people: 1 }
    await addCounts(database.query, [day], [{ ...day, people: 2 }])
    await addChecksThen(database, [{ segment, begins: dayOne, checked: 4 }])
    await beginAnalytics(database.query)
    await moveAnalytics(database.query, { xid: '5', seq: 7 })
    await migrate(database, migrations)
    const left = await standing(database, 'return_count', 'day_3')
    expect(Object.keys(left).filter((row) => !row.endsWith('erased'))).toEqual([])
    expect(left).toMatchObject({ 'day 05T00 total erased': [2] })
    expect(await standing(database, 'check_count', 'checked')).toMatchObject({ 'day 05T00 total': [4] })
    const place = { name: 'place', text: `select xid::text as xid, seq from reader where name = 'analytics'` }
    expect(await database.query(place)).toEqual([{ xid: '0', seq: 0 }])
  })

  test('counts that are taken back leave nothing in totals either', async () => {
    const database = await open()
    await migrate(database, await ownMigrations())
    const segment = { ...shop, market: 'FR' }
    const day = { of: 'return' as const, segment, begins: dayOne, day: 3, people: 1 }
    await addCounts(database.query, [day, { ...day, segment: { ...shop, market: '' } }])
    expect(await standing(database, 'return_count', 'day_3')).toMatchObject({ 'day 05T00 total': [2] })
    await addCounts(database.query, [
      { ...day, people: -1 },
      { ...day, segment: { ...shop, market: '' }, people: -1 },
    ])
    const left = await standing(database, 'return_count', 'day_3')
    expect(Object.values(left)).toEqual(Array.from({ length: 9 }, () => [null]))
  })
})
