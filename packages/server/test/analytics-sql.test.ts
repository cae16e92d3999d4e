import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test, vi } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type Call, type House } from './open-house.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
const begins = Date.parse('2026-03-02T00:00Z')

/** The same numbers on each run. */
const numbersFrom = (seed: number) => (below: number) => {
  seed = (seed * 16_807) % 2_147_483_647
  return seed % below
}

const shop = (payments: string, more: object[]) => ({
  name: 'shop',
  gates: { publish: { critical: false, steps: [payments, 'bank'] } },
  steps: [
    { id: 'email', title: 'Email', required: true },
    { id: payments, title: 'Payments', required: true, ...more[0] },
    { id: 'bank', title: 'Bank', scope: 'account' },
    { id: 'theme', title: 'Theme', ...more[1] },
  ],
})

forEachDatabase((_, open) => {
  let database: Database
  let house: House
  let now = begins

  const ask = (text: string): Promise<Record<string, unknown>[]> =>
    database.transaction(async ({ query, script }) => {
      await script(`set local search_path = ${database.schema}_reports`)
      return query({ name: randomUUID(), text })
    })
  const figures = async (question: string) =>
    (await house.server('GET', `/api/admin/analytics/${question}from=2026-03-01&to=2026-03-31`)).body

  /** Ten days of a shop whose flow changes on the way: people of seven accounts do this and that. */
  beforeAll(async () => {
    database = await open()
    house = await openHouse(database, { clock: () => now })
    const random = numbersFrom(7)
    const people: { readonly userId: string; readonly call: Call }[] = []
    let payments = 'pay'
    await house.publish(shop(payments, [{}, {}]))

    const arrive = async (): Promise<void> => {
      const userId = `u${people.length}`
      const account = `a${random(7)}`
      await house.server('PUT', `/api/users/${userId}`, { account, createdAt: new Date(now).toISOString() })
      const call = await house.person(userId, { account })
      await call('PUT', '/api/onboarding/consent', { analytics: true })
      await call('GET', '/api/onboarding')
      people.push({ userId, call })
    }
    const act = async (): Promise<void> => {
      const { userId, call } = people[random(people.length)]!
      const step = ['email', payments, 'bank', 'theme'][random(4)]
      const kind = random(10)
      if (kind < 5)
        await call('PATCH', `/api/onboarding/steps/${step}`, { status: random(4) === 0 ? 'skipped' : 'done' })
      else if (kind < 8) {
        await house.server('POST', '/api/gates/check', { userId, gate: 'publish', route: '/publish' })
        now += random(80) * minuteMs
        if (kind === 7) await call('PATCH', `/api/onboarding/steps/${payments}`, { status: 'done' })
      } else
        await house.server('POST', '/api/events', {
          type: 'track',
          userId,
          event: 'merchant.sold',
          messageId: randomUUID(),
          timestamp: new Date(now).toISOString(),
        })
    }
    for (let turn = 0; turn < 240; turn++) {
      now += random(60) * minuteMs
      if (turn === 120) {
        payments = 'payments'
        await house.publish(shop(payments, [{ renamedFrom: 'pay' }, { version: 2, onVersionChange: 'redo' }]))
      }
      if (people.length === 0 || random(6) === 0) await arrive()
      else await act()
    }
    // All come once more, so that nobody is in the older version; and all windows are over.
    for (const { call } of people) await call('GET', '/api/onboarding')
    now += 8 * dayMs
    await vi.waitFor(async () => expect((await figures('funnel?')).isCurrent).toBe(true), { timeout: 60_000 })
  }, 120_000)

  test('the funnel counts the people whom SQL counts', async () => {
    const { steps } = await figures('funnel?')
    const rows = await ask(`
      select d.called as id, count(*) as offered, count(*) filter (where s.status = 'COMPLETED') as done
      from UserOnboardingStep s
      join (
        select distinct on (id) id, called from onboarding_step_definitions order by id, version desc
      ) d on d.id = s.step_id
      group by d.called`)
    type Counted = { readonly id: string; readonly offered: number; readonly done: number }
    const counted = (steps as Counted[]).map(({ id, offered, done }) => ({ id, offered, done }))
    expect(counted).toHaveLength(4)
    expect(rows).toEqual(expect.arrayContaining(counted))
  })

  test('abandonment is what SQL finds: a colleague’s doing is none, a renamed step is the same', async () => {
    const { blocked, abandoned } = await figures('abandonment?')
    const [row] = await ask(`
      select count(*) as blocked, count(*) filter (where not exists (
        select from onboarding_events e2
        where e2.user_id = e.user_id and e2.event_type = 'onboarding.step_completed'
          and e2.step_id = e.metadata->>'missingStep'
          and e2.created_at > e.created_at and e2.created_at < e.created_at + interval '1 hour')) as abandoned
      from onboarding_events e where event_type = 'gating.blocked'`)
    expect({ blocked, abandoned }).toEqual(row)
    expect(abandoned).toBeGreaterThan(0)
    expect(abandoned).toBeLessThan(blocked)
  })

  test('so many convert within a day and within a week as SQL says', async () => {
    const { signedUp, withinDay, withinWeek } = await figures('conversion?event=merchant.sold&')
    const [row] = await ask(`
      select count(distinct u.id) as "signedUp",
        count(distinct u.id) filter (where e.created_at <= u.created_at + interval '1 day') as day,
        count(distinct u.id) filter (where e.created_at <= u.created_at + interval '7 days') as week
      from users u left join onboarding_events e on e.user_id = u.id and e.event_type = 'merchant.sold'`)
    expect({ signedUp, day: withinDay.people, week: withinWeek.people }).toEqual(row)
    expect(withinDay.people).toBeGreaterThan(0)
  })

  test('the median of those who finished is that of SQL, to one bin', async () => {
    const { finishersOnly } = await figures('time-to-complete?')
    const [row] = await ask(`
      select percentile_cont(0.5) within group (order by extract(epoch from completed_at - started_at) * 1000) as ms
      from UserOnboarding where status = 'COMPLETED'`)
    expect(finishersOnly.median / Number(row?.['ms'])).toBeCloseTo(1, 2)
  })
})
