import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test, vi } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachPostgres, liveAYear, yearFlow } from '@boardwalk/store/test-kit'
import { openHouse, type House } from '../open-house.ts'
import { notCountedYet } from '../recount.ts'

// The SQL of the design documents over the report views, beside the figures of the same year, to the last person.

const people = Number(process.env['PROOF_PEOPLE'] ?? 20_000)
const until = new Date('2026-03-30T00:00:00Z')
const end = `timestamptz '${until.toISOString()}'`
const range = 'from=2025-03-30&to=2026-03-29'

const own = `'onboarding.enrolled', 'onboarding.viewed', 'onboarding.step_completed', 'onboarding.step_skipped', 'onboarding.nudge_snoozed',
  'gating.blocked', 'merchant.previewed_store', 'merchant.first_checkout_attempt'`

type Row = Record<string, any>

const rounded = (share: number): number => Math.round(share * 10_000) / 10_000

forEachPostgres((_, __, open) => {
  let database: Database
  let house: House

  const ask = (text: string): Promise<Row[]> =>
    database.transaction(async ({ query, script }) => {
      await script(`set local statement_timeout = 0; set local search_path = ${database.schema}_reports`)
      return query({ name: randomUUID(), text })
    })
  const figures = async (question: string): Promise<Row> =>
    (await house.server('GET', `/api/admin/analytics/${question}${range}`)).body

  beforeAll(async () => {
    database = await open()
    house = await openHouse(database, { clock: () => until.getTime() })
    for (const version of [1, 2] as const) await house.publish(yearFlow(version))
    await liveAYear(database, people, until)
    await vi.waitFor(async () => expect(await notCountedYet(database)).toBe(0), { timeout: 600_000 })
  }, 900_000)

  test('a step’s completion rate is SQL’s when it is of all who were shown it; ours is of those who came to it', async () => {
    const { enrolled, steps } = await figures('funnel?')
    const rows = await ask(`
      select s.step_id as id, count(*) filter (where status = 'COMPLETED') as done, count(*) as offered, r.reached
      from UserOnboardingStep s
      join (
        select step_id, count(distinct user_id) as reached from onboarding_events
        where event_type = 'onboarding.reached' group by step_id
      ) r on r.step_id = s.step_id
      where flow_id = 'shop' group by s.step_id, r.reached`)
    const counted = steps.map(({ id, done, offered, reached }: Row) => ({ id, done, offered, reached }))
    expect(counted).toHaveLength(3)
    expect(rows).toEqual(expect.arrayContaining(counted))
    for (const { done, offered, reached, skipped, completionRate, dropOff } of steps) {
      expect(completionRate).toBe(rounded(done / reached))
      expect(reached).toBeLessThanOrEqual(offered)
      expect(dropOff).toBe(rounded((reached - done - skipped) / enrolled))
    }
  })

  test('so many skipped as SQL says, of all time', async () => {
    const { steps } = await figures('funnel?')
    const rows = await ask(`
      select step_id as id, count(*) filter (where status = 'skipped') as skipped, count(*) as offered
      from user_onboarding group by step_id`)
    const counted = steps.map(({ id, skipped, offered }: Row) => ({ id, skipped, offered }))
    expect(rows).toEqual(expect.arrayContaining(counted))
    expect(counted.at(-1).skipped).toBeGreaterThan(0)
  })

  test('each day’s cohort converts within a day and a week as SQL says', async () => {
    const { cohorts } = await figures('conversion?event=merchant.first_checkout_attempt&')
    const rows = await ask(`
      select to_char(u.created_at, 'YYYY-MM-DD') as date, count(distinct u.id) as "signedUp",
        count(distinct case when e.created_at <= u.created_at + interval '1 day' then u.id end) as day,
        count(distinct case when e.created_at <= u.created_at + interval '7 days' then u.id end) as week
      from users u
      left join onboarding_events e on e.user_id = u.id and e.event_type = 'merchant.first_checkout_attempt'
      group by 1 order by 1`)
    const told = cohorts.map(({ date, signedUp, withinDay, withinWeek }: Row) => ({
      date,
      signedUp,
      day: withinDay.soFar,
      week: withinWeek.soFar,
    }))
    expect(rows).toHaveLength(365)
    expect(told).toEqual(rows)
  })

  test('each day’s cohort returns as SQL says', async () => {
    const { cohorts } = await figures('retention?')
    const rows = await ask(`
      select to_char(u.created_at, 'YYYY-MM-DD') as date, floor(extract(epoch from e.created_at - u.created_at) / 86400)::int as day,
        count(distinct u.id) as people
      from users u
      join onboarding_events e on e.user_id = u.id and e.event_type in (${own})
        and e.created_at >= u.created_at and e.created_at < u.created_at + interval '31 days'
      group by 1, 2 order by 1, 2`)
    const told = cohorts.flatMap(({ date, returned }: Row) =>
      returned.map((some: number, day: number) => ({ date, day, people: some })),
    )
    expect(told.filter((row: Row) => row['people'] > 0)).toEqual(rows)
  })

  test('abandonment is SQL’s of those who have had their hour; the others stand apart', async () => {
    const { steps } = await figures('abandonment?')
    const count = (before: string) =>
      ask(`
        select metadata->>'missingStep' as id, count(*) as blocked,
          count(*) filter (where not exists (
            select 1 from onboarding_events e2
            where e2.user_id = e.user_id and e2.event_type = 'onboarding.step_completed'
              and e2.step_id = e.metadata->>'missingStep'
              and e2.created_at > e.created_at and e2.created_at < e.created_at + interval '1 hour')) as abandoned
        from onboarding_events e
        where event_type = 'gating.blocked' and created_at < ${before}
        group by metadata->>'missingStep'`)
    const told = steps.map(({ id, blocked, abandoned }: Row) => ({ id, blocked, abandoned }))
    expect(told).toEqual(await count(`${end} - interval '1 hour'`))
    const [all] = await count(end)
    expect(all?.['blocked']).toBe(steps[0].blocked + steps[0].inWindow)
  })

  test('the median of those who are through is SQL’s to half a percent; of all it is Kaplan and Meier’s, and longer', async () => {
    const { median, finishersOnly } = await figures('time-to-complete?')
    const [through] = await ask(`
      select percentile_cont(0.5) within group (order by extract(epoch from completed_at - started_at) * 1000) as ms
      from UserOnboarding where status = 'COMPLETED'`)
    expect(Math.abs(finishersOnly.median / through?.['ms'] - 1)).toBeLessThan(0.005)
    const [all] = await ask(`
      with life as (
        select extract(epoch from coalesce(completed_at, ${end}) - started_at) * 1000 as ms, completed_at is not null as is_through
        from UserOnboarding
      ), at as (
        select ms, count(*) filter (where is_through) as through, count(*) as people from life group by ms
      ), risk as (
        select ms, through, sum(people) over (order by ms desc) as at_risk from at
      ), survival as (
        select ms, exp(sum(ln(1 - through::float8 / at_risk)) over (order by ms)) as share
        from risk where through > 0 and through < at_risk
      )
      select min(ms)::float8 as ms from survival where share <= 0.5`)
    expect(Math.abs(median.ms / all?.['ms'] - 1)).toBeLessThan(0.01)
    expect(median.ms).toBeGreaterThan(finishersOnly.median)
  })

  test('the time to value of those who came to it is SQL’s to half a percent', async () => {
    const { finishersOnly, completed } = await figures('time-to-value?event=merchant.previewed_store&')
    const [row] = await ask(`
      select count(*) as completed, percentile_cont(0.5) within group (order by ms) as ms from (
        select extract(epoch from min(e.created_at) - u.created_at) * 1000 as ms
        from users u join onboarding_events e on e.user_id = u.id and e.event_type = 'merchant.previewed_store'
        group by u.id, u.created_at) first`)
    expect(completed).toBe(row?.['completed'])
    expect(Math.abs(finishersOnly.median / row?.['ms'] - 1)).toBeLessThan(0.005)
  })

  test('so many nudges were shown and snoozed as SQL says', async () => {
    const { shown, snoozed } = await figures('nudges?')
    const [row] = await ask(`
      select count(*) filter (where event_type = 'onboarding.nudge_shown') as shown,
        count(*) filter (where event_type = 'onboarding.nudge_snoozed') as snoozed
      from onboarding_events`)
    expect({ shown, snoozed }).toEqual(row)
    expect(snoozed).toBeGreaterThan(0)
  })
})
