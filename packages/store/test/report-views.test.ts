import { beforeAll, describe, expect, test } from 'vitest'
import { erase, migrate, ownMigrations, schemaDifferences, type Database } from '../src/index.ts'
import { forEachDatabase } from '../test-kit/index.ts'
import * as queries from './report-queries.ts'
import { addPerson, day, enrol, happen, reportsOn, stepRow } from './reports.ts'

forEachDatabase((_, open) => {
  let database: Database
  let shop: Awaited<ReturnType<typeof reportsOn>>
  beforeAll(async () => {
    database = await open()
    shop = await reportsOn(database)
  })

  test('every table of the design documents is there, with its columns and their types', async () => {
    const rows = await shop.ask(`
      select table_name as name, column_name as column, data_type as type
      from information_schema.columns where table_schema = '${database.schema}_reports'`)
    const found: typeof queries.designed = {}
    for (const { name, column, type } of rows as { name: string; column: string; type: string }[])
      (found[name] ??= {})[column] = type
    expect(found).toMatchObject(queries.designed)
    expect(Object.keys(found).toSorted()).toEqual(Object.keys(queries.designed).toSorted())
  })

  describe('on a small history', () => {
    const blocked = (step: string) => ({
      step,
      data: { route: '/publish', missingStep: step, missingSteps: [step] },
    })

    beforeAll(async () => {
      await shop.publish({ id: 'email' }, { id: 'payments' }, { id: 'theme' })
      const after = (ago: number, time: string): string => `${day(ago)} + interval '${time}'`
      await shop.tell(
        // Ann and Ben came three days ago, Cleo twenty.
        addPerson(1, 'ann', day(3)),
        addPerson(2, 'ben', day(3)),
        addPerson(3, 'cleo', day(20)),
        enrol(1, 1, day(3), after(3, '3 hours')),
        enrol(2, 1, day(3)),
        enrol(3, 1, day(20), after(20, '5 hours')),
        stepRow(1, 'email', 'done', { settled: after(3, '3 hours') }),
        stepRow(1, 'payments', 'done', { settled: after(3, '90 minutes') }),
        stepRow(1, 'theme', 'skipped', { settled: after(3, '2 hours') }),
        stepRow(2, 'email', 'todo', { offered: day(3) }),
        stepRow(2, 'payments', 'skipped', { settled: day(2) }),
        stepRow(2, 'theme', 'skipped', { settled: day(2) }),
        stepRow(3, 'email', 'done', { settled: after(20, '5 hours') }),
        stepRow(3, 'payments', 'todo', { offered: day(20) }),
        stepRow(3, 'theme', 'done', { settled: after(20, '1 hour') }),
        // Ann is stopped for want of payments and comes back with them within the hour; for want of email, later.
        happen(1, 'gating.blocked', after(3, '1 hour'), blocked('payments')),
        happen(1, 'onboarding.step_completed', after(3, '90 minutes'), {
          step: 'payments',
          data: { stepVersion: 1 },
        }),
        happen(1, 'gating.blocked', after(3, '1 hour'), blocked('email')),
        happen(1, 'onboarding.step_completed', after(3, '3 hours'), {
          step: 'email',
          data: { stepVersion: 1 },
        }),
        happen(2, 'gating.blocked', day(2), blocked('payments')),
        happen(3, 'gating.blocked', after(20, '1 hour'), blocked('payments')),
        happen(1, 'merchant.previewed_store', after(3, '60 minutes')),
        happen(1, 'merchant.previewed_store', after(3, '30 minutes')),
        happen(3, 'merchant.previewed_store', after(20, '2 days')),
        happen(1, 'merchant.first_checkout_attempt', after(3, '23 hours')),
        happen(2, 'merchant.first_checkout_attempt', after(3, '2 days')),
        happen(3, 'merchant.first_checkout_attempt', after(20, '8 days')),
      )
    })

    test('the skip rate of the last seven days', async () => {
      expect(await shop.ask(queries.skipRate)).toEqual([
        { step_id: 'theme', skip_count: 2, total_count: 2, skip_rate_pct: '100.0' },
        { step_id: 'payments', skip_count: 1, total_count: 2, skip_rate_pct: '50.0' },
        { step_id: 'email', skip_count: 0, total_count: 2, skip_rate_pct: '0.0' },
      ])
    })

    test('the time to the first preview, null while there is none', async () => {
      const rows = await shop.ask(queries.timeToValue)
      expect(
        rows.map(({ id, ttv_minutes }) => [id, ttv_minutes === null ? null : Number(ttv_minutes)]),
      ).toEqual([
        ['ann', 30],
        ['cleo', 2880],
        ['ben', null],
      ])
    })

    test('who converted within a day and within seven, by the day of signing up', async () => {
      const rows = await shop.ask(queries.conversion)
      expect(rows.map(({ cohort_date, ...rates }) => rates)).toEqual([
        { signups: 2, d1_conversion_pct: '50.0', d7_conversion_pct: '100.0' },
        { signups: 1, d1_conversion_pct: '0.0', d7_conversion_pct: '0.0' },
      ])
    })

    test('who went away when a gate stopped them', async () => {
      expect(await shop.ask(queries.abandonment)).toEqual([
        { missing_step: 'payments', blocked_count: 2, abandoned_count: 1, abandonment_rate_pct: '50.0' },
        { missing_step: 'email', blocked_count: 1, abandoned_count: 1, abandonment_rate_pct: '100.0' },
      ])
    })

    test('the completion rate of each step', async () => {
      expect(await shop.ask(queries.completionRate)).toEqual([
        { step_id: 'email', completed: 2, total_reached: 3, completion_rate: '66.7' },
        { step_id: 'payments', completed: 1, total_reached: 3, completion_rate: '33.3' },
        { step_id: 'theme', completed: 1, total_reached: 3, completion_rate: '33.3' },
      ])
    })

    test('the median time to complete', async () => {
      expect(await shop.ask(queries.medianHours)).toEqual([{ median_hours: 4 }])
    })

    test('an event tells its type and step among its metadata, and the version of the step', async () => {
      const [event] = await shop.ask(`
        select event_type, step_id, version, metadata, correlation_id from onboarding_events
        where user_id = 'ann' and step_id = 'email' and event_type = 'onboarding.step_completed'`)
      expect(event).toEqual({
        event_type: 'onboarding.step_completed',
        step_id: 'email',
        version: 1,
        metadata: { stepVersion: 1, type: 'onboarding.step_completed', stepId: 'email' },
        correlation_id: 'request-1',
      })
    })

    test('nobody who was erased is in any view', async () => {
      await shop.tell(
        addPerson(9, 'dora', day(1)),
        enrol(9, 1, day(1)),
        stepRow(9, 'email', 'done', { settled: day(1) }),
        happen(9, 'merchant.previewed_store', day(1)),
      )
      const everywhere = `
        select 'user', count(*) from users where id = 'dora'
        union all select 'event', count(*) from onboarding_events where user_id = 'dora'
        union all select 'step', count(*) from user_onboarding where user_id = 'dora' or completed_by = 'dora'
        union all select 'Enrolment', count(*) from UserOnboarding where user_id = 'dora'
        union all select 'Step', count(*) from UserOnboardingStep where user_id = 'dora'`
      expect((await shop.ask(everywhere)).map(({ count }) => count)).toEqual([1, 1, 1, 1, 1])
      await erase(database, 'dora', '00000000-0000-4000-8000-000000000001')
      expect((await shop.ask(everywhere)).map(({ count }) => count)).toEqual([0, 0, 0, 0, 0])
    })
  })

  test('a role that may read the reports can read all of them, and nothing beneath them', async () => {
    const { schema } = database
    const asked = database.transaction(async ({ script, query }) => {
      await script(`
        create role bi_${schema};
        grant usage on schema ${schema}_reports to bi_${schema};
        grant select on all tables in schema ${schema}_reports to bi_${schema};
        set local role bi_${schema};
        set local search_path = public`)
      for (const view of Object.keys(queries.designed))
        await script(`select * from ${schema}_reports.${view}`)
      await query({ name: `peek_${schema}`, text: `select * from ${schema}.webhook` })
    })
    await expect(asked).rejects.toThrow('permission denied for schema')
  })

  test('a role that may not make the schema of the reports is told what an administrator has to run', async () => {
    const { schema } = database
    const own = await ownMigrations()
    const migrating = database.transaction(async ({ script }) => {
      await script(`
        create role clerk_${schema};
        create schema clerk_${schema} authorization clerk_${schema};
        set local role clerk_${schema};
        set local search_path = clerk_${schema}`)
      for (const { sql } of own) await script(sql)
    })
    const name = `clerk_${schema}`
    await expect(migrating).rejects.toThrow(`run: create schema ${name}_reports authorization ${name}`)
  })

  test('dropping the schema leaves only an empty one behind, which the next migration fills again', async () => {
    const other = await open()
    await migrate(other, await ownMigrations())
    await other.transaction(({ script }) => script(`drop schema ${other.schema} cascade`))
    await migrate(other, await ownMigrations())
    expect(await schemaDifferences(other)).toEqual([])
  })

  test('what a host or a browser may say about times and versions spoils no report', async () => {
    await shop.tell(
      addPerson(7, 'eve', day(2)),
      `update person set facts = '{"createdAt": "0000-01-01T00:00:00.000Z", "attributes": {}}' where id = 7`,
      addPerson(8, 'fay', day(2)),
      `update person set facts = '{"createdAt": "2026-02-03T04:05:06.000Z", "attributes": {}}' where id = 8`,
      happen(7, 'onboarding.viewed', day(1), { data: { stepVersion: 'many', type: 'x', stepId: 7 } }),
    )
    const created = `select (created_at = ${day(2)}) as "asKnown", created_at = '2026-02-03T04:05:06Z' as told from users`
    expect(await shop.ask(`${created} where id in ('eve', 'fay') order by id`)).toEqual([
      { asKnown: true, told: false },
      { asKnown: false, told: true },
    ])
    expect(
      await shop.ask(
        `select version, metadata ->> 'type' as type from onboarding_events where user_id = 'eve'`,
      ),
    ).toEqual([{ version: null, type: 'onboarding.viewed' }])
  })
})
