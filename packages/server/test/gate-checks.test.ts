import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Segment } from '@boardwalk/engine'
import { migrate, ownMigrations, type Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { gateChecks } from '../src/analytics/gate-checks.ts'
import { openHouse } from './open-house.ts'
import { totalsAmiss } from './recount.ts'

const log = pino({ level: 'silent' })
const whoever: Segment = { flow: 'shop', version: 1, arm: '', market: 'FR', plan: '', role: '', locale: '' }

const stored = {
  name: 'stored_checks',
  text: `
    select c.span, to_char(c.begins at time zone 'UTC', 'YYYY-MM-DD"T"HH24') as begins, s.flow, s.version, s.market,
      sum(c.checked)::int as checked
    from check_count c join segment s on s.id = c.segment_id
    where not s.is_total
    group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`,
}

forEachDatabase((_, open) => {
  const checked = ({ query }: Database): Promise<object[]> => query(stored)

  test('every answer of a gate counts once, by whom it was about: over HTTP and in the process, allowed and blocked', async () => {
    const now = Date.UTC(2026, 0, 31, 23, 30)
    const database = await open()
    const house = await openHouse(database, { clock: () => now })
    const step = (id: string) => ({ id, title: id, required: true })
    await house.publish({ name: 'shop', priority: 2, steps: [step('profile')] })
    await house.publish({ name: 'bank', steps: [step('iban')] })
    const ada = await house.person('ada', { market: 'FR' })
    await ada('GET', '/api/onboarding')
    const asks = (steps: string[], more: object = {}) =>
      house.server('POST', '/api/gates/check', { userId: 'ada', steps, route: '/publish', ...more })
    expect((await asks(['profile'])).status).toBe(409)
    await ada('PATCH', '/api/onboarding/steps/profile', { status: 'done' })
    expect((await asks(['profile'])).status).toBe(200)
    expect((await asks(['iban'], { flow: 'bank' })).status).toBe(409)
    expect((await asks(['nowhere'])).status).toBe(400)
    await house.boardwalk.verbs.checkGate({ userId: 'ada', steps: ['profile'], route: '/' })
    const mail = await house.person('mail', { market: 'mail@shop.test' })
    await mail('GET', '/api/onboarding')
    await house.boardwalk.verbs.checkGate({ userId: 'mail', steps: ['profile'], route: '/' })
    await house.boardwalk.verbs.checkGate({ userId: 'new', steps: ['profile'], route: '/' })
    await house.boardwalk.stop()
    const begins: Record<string, string> = {
      hour: '2026-01-31T23',
      day: '2026-01-31T00',
      month: '2026-01-01T00',
    }
    expect(await checked(database)).toEqual(
      ['day', 'hour', 'month'].flatMap((span) => [
        { span, begins: begins[span], flow: 'bank', version: 1, market: 'FR', checked: 1 },
        { span, begins: begins[span], flow: 'shop', version: 1, market: '', checked: 2 },
        { span, begins: begins[span], flow: 'shop', version: 1, market: 'FR', checked: 3 },
      ]),
    )
    expect(await totalsAmiss(database)).toEqual([])
  })

  test('what cannot be written down is kept, and written with what comes later', async () => {
    const database = await open()
    await migrate(database, await ownMigrations())
    let isAway = true
    const query: Database['query'] = async (statement, values) => {
      if (isAway) throw new Error('away')
      return database.query(statement, values)
    }
    const checks = gateChecks({ ...database, query }, () => 0, log)
    checks.count(whoever)
    await checks.flush()
    checks.count(whoever)
    isAway = false
    await checks.stop()
    expect(await checked(database)).toMatchObject([{ checked: 2 }, { checked: 2 }, { checked: 2 }])
  })

  test('what nobody knows to be written is written again, and counts once', async () => {
    const database = await open()
    await migrate(database, await ownMigrations())
    let losesAnswers = true
    const transaction: Database['transaction'] = async (work) => {
      const result = await database.transaction(work)
      if (losesAnswers) throw new Error('the connection broke')
      return result
    }
    const [one, other] = [1, 2].map(() => gateChecks({ ...database, transaction }, () => 0, log))
    one!.count(whoever)
    await one!.flush()
    one!.count(whoever)
    await one!.flush()
    losesAnswers = false
    one!.count(whoever)
    other!.count(whoever)
    await Promise.all([one!.stop(), other!.stop()])
    expect(await checked(database)).toMatchObject([{ checked: 4 }, { checked: 4 }, { checked: 4 }])
    expect(await totalsAmiss(database)).toEqual([])
  })

  test('whatever hosts say of people, memory is bounded, and no check is forgotten', async () => {
    const database = await open()
    await migrate(database, await ownMigrations())
    const checks = gateChecks(database, () => 0, log)
    for (let index = 0; index < 7_000; index++) checks.count({ ...whoever, market: `market ${index}` })
    checks.count({ ...whoever, market: 'market 1' })
    await checks.stop()
    const rows = (await checked(database)) as { span: string; market: string; checked: number }[]
    const hours = rows.filter(({ span }) => span === 'hour')
    expect(hours).toHaveLength(5_001)
    expect(hours.reduce((sum, row) => sum + row.checked, 0)).toBe(7_001)
    expect(hours.find(({ market }) => market === '')?.checked).toBe(2_000)
    expect(hours.find(({ market }) => market === 'market 1')?.checked).toBe(2)
    expect(await totalsAmiss(database)).toEqual([])
  })
})
