import { beforeAll, expect, test, vi } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type Call, type House } from './open-house.ts'

const base = '/api/admin/analytics'
const sale = 'merchant.first_sale'
const shop = {
  name: 'shop',
  gates: { publish: { steps: ['payments'], critical: true } },
  steps: [
    { id: 'profile', title: 'Profile', required: true },
    { id: 'payments', title: 'Payments', required: true, activation: true },
    { id: 'theme', title: 'Theme', required: false },
  ],
}

/** What the people did, in order. */
type Deed = [time: string, who: string, what: (call: Call, house: House, who: string) => Promise<unknown>]

const look: Deed[2] = (call) => call('GET', '/api/onboarding')
const consent: Deed[2] = (call) => call('PUT', '/api/onboarding/consent', { analytics: true })
const does =
  (step: string, status = 'done'): Deed[2] =>
  (call) =>
    call('PATCH', `/api/onboarding/steps/${step}`, { status })
const asks: Deed[2] = (_, { server }, userId) =>
  server('POST', '/api/gates/check', { userId, gate: 'publish', route: '/publish' })
const sells: Deed[2] = (_, { server }, userId) =>
  server('POST', '/api/events', { type: 'track', userId, event: sale, messageId: crypto.randomUUID() })

const markets: { readonly [who: string]: string } = {
  ann: 'FR',
  ben: 'FR',
  gil: 'FR',
  fay: 'FR',
  cid: 'DE',
  dee: 'DE',
}

const history: readonly Deed[] = [
  ['2026-01-05T09:00', 'ann', look],
  ['2026-01-05T09:00', 'ann', consent],
  [
    '2026-01-05T09:05',
    'ann',
    (call) => call('POST', '/api/onboarding/events', { type: 'onboarding.nudge_shown' }),
  ],
  ['2026-01-05T09:10', 'ann', does('profile')],
  ['2026-01-05T09:30', 'ann', does('payments')],
  ['2026-01-05T09:40', 'ann', does('theme', 'skipped')],
  ['2026-01-05T10:00', 'ann', asks],
  ['2026-01-05T10:00', 'ben', look],
  ['2026-01-05T10:00', 'ben', consent],
  ['2026-01-05T10:30', 'ben', does('profile')],
  ['2026-01-05T10:45', 'ben', (call) => call('POST', '/api/onboarding/nudge/snooze', {})],
  ['2026-01-05T11:00', 'ben', asks],
  ['2026-01-05T11:20', 'ben', does('payments')],
  ['2026-01-05T20:00', 'ann', sells],
  ['2026-01-06T09:00', 'gil', look],
  ['2026-01-06T09:30', 'gil', does('profile')],
  ['2026-01-06T10:00', 'cid', look],
  ['2026-01-06T10:00', 'ann', sells],
  ['2026-01-06T11:00', 'cid', does('profile')],
  ['2026-01-06T11:30', 'cid', (call) => call('POST', '/api/onboarding/nudge/dismiss')],
  ['2026-01-06T12:00', 'cid', asks],
  ['2026-01-06T13:00', 'gil', does('payments')],
  ['2026-01-06T23:30', 'dee', look],
  ['2026-01-10T10:00', 'ben', sells],
  ['2026-01-12T08:00', 'eve', look],
  ['2026-01-12T08:05', 'eve', (call) => call('POST', '/api/onboarding/skip')],
  ['2026-01-12T10:30', 'ben', sells],
  [
    '2026-01-13T11:00',
    'fay',
    (_, { server }) => server('PUT', '/api/users/fay', { createdAt: '2026-01-12T11:00:00Z' }),
  ],
  ['2026-01-13T11:00', 'fay', look],
  ['2026-01-13T11:00', 'fay', consent],
  ['2026-01-13T11:05', 'fay', does('payments')],
  ['2026-01-13T11:10', 'fay', does('profile')],
  ['2026-01-13T11:30', 'fay', sells],
  ['2026-01-13T12:10', 'dee', asks],
]

const minutes = (count: number): number => count * 60_000
/** Kept in bins 1 % wide. */
const about = (ms: number) => ({
  asymmetricMatch: (found: unknown) => typeof found === 'number' && Math.abs(found / ms - 1) < 0.0051,
  toString: () => 'about',
  toAsymmetricMatcher: () => `about ${ms}`,
})

forEachDatabase((_, open) => {
  let house: House
  let now = 0
  const ask = async (question: string, expected = 200) => {
    const { status, body } = await house.server('GET', `${base}/${question}`)
    expect([status, body.message ?? '']).toEqual([expected, body.message ?? ''])
    return body
  }

  beforeAll(async () => {
    now = Date.parse('2026-01-05T08:00Z')
    house = await openHouse(await open(), { clock: () => now })
    await house.publish(shop)
    for (const [time, who, what] of history) {
      now = Date.parse(`${time}Z`)
      const market = markets[who]
      const { status, body } = (await what(
        await house.person(who, market ? { market } : {}),
        house,
        who,
      )) as any
      if (status >= 400 && what !== asks) throw new Error(`${time} ${who}: ${JSON.stringify(body)}`)
      if (body.results?.some((result: { status: string }) => result.status !== 'accepted'))
        throw new Error(JSON.stringify(body))
    }
    now = Date.parse('2026-01-13T12:30Z')
  })

  test('a funnel tells how far those came who entered, and whom to wait for', async () => {
    const funnel = await ask('funnel?flow=shop')
    expect(funnel).toMatchObject({
      flow: 'shop',
      stepsOfVersion: 1,
      enrolled: 7,
      completed: 4,
      skipped: 1,
      inWindow: 2,
      completionRate: 0.5714,
      matured: 4,
      completionRateMatured: 0.75,
      isCurrent: true,
      asOf: '2026-01-13T12:10:00.000Z',
      range: { from: '2025-12-15', to: '2026-01-13', timeZone: 'UTC', ends: '2026-01-14T00:00:00.000Z' },
      notes: [],
    })
    expect(funnel.steps).toEqual([
      {
        id: 'profile',
        offered: 7,
        reached: 7,
        done: 5,
        skipped: 0,
        dropped: 2,
        dropOff: 0.2857,
        share: 0.7143,
        ofPrevious: 0.7143,
        completionRate: 0.7143,
        skipRate: 0,
      },
      {
        id: 'payments',
        offered: 7,
        reached: 5,
        done: 4,
        skipped: 0,
        dropped: 1,
        dropOff: 0.1429,
        share: 0.5714,
        ofPrevious: 0.8,
        completionRate: 0.8,
        skipRate: 0,
      },
      {
        id: 'theme',
        offered: 7,
        reached: 4,
        done: 0,
        skipped: 1,
        dropped: 3,
        dropOff: 0.4286,
        share: 0,
        ofPrevious: 0,
        completionRate: 0,
        skipRate: 0.1429,
      },
    ])
  })

  test('in strict order a step counts only after those before it', async () => {
    const { steps } = await ask('funnel?order=strict')
    expect(steps.map(({ done }: { done: number }) => done)).toEqual([5, 3, 0])
  })

  test('the window says how long people are waited for', async () => {
    expect(await ask('funnel?window=1h')).toMatchObject({ inWindow: 0, matured: 6 })
    expect(await ask('funnel?window=29h')).toMatchObject({
      inWindow: 1,
      matured: 5,
      completionRateMatured: 0.6,
    })
  })

  test('groups add up to the whole, the largest first', async () => {
    const { groups, enrolled } = await ask('funnel?compare=market')
    expect(
      groups.map((group: any) => [group.value, group.enrolled, group.completed, group.steps[1].done]),
    ).toEqual([
      ['FR', 4, 4, 4],
      ['DE', 2, 0, 0],
      ['', 1, 0, 0],
    ])
    expect(enrolled).toBe(7)
    expect((await ask('funnel?compare=version')).groups).toMatchObject([{ value: '1', enrolled: 7 }])
  })

  test.each([
    ['market=DE', 2],
    ['market=', 1],
    ['market=fr', 0],
    ['market=DE&plan=', 2],
    ['plan=team', 0],
    ['version=1&arm=&role=&locale=', 7],
    ['arm=b', 0],
    ['from=2026-01-06', 5],
    ['from=2026-01-05&to=2026-01-05', 2],
    ['from=2026-01-05T10:00:00Z&to=2026-01-06T10:30:00Z', 2],
    ['from=2026-01-05T11:59:00%2B02:00&to=2026-01-05T12:00:00%2B02:00', 1],
    ['from=2025-12-01&to=2025-12-31', 0],
    ['from=2027-01-01&to=2027-01-31', 0],
    ['from=2017-01-01&to=2026-12-31', 7],
    // 23:30 UTC is the next day there.
    ['from=2026-01-07&to=2026-01-07&timeZone=Europe/Paris', 1],
    ['from=2026-01-07&to=2026-01-07', 0],
  ])('%s selects who entered', async (filter, enrolled) => {
    expect(await ask(`funnel?${filter}`)).toMatchObject({ enrolled })
  })

  test('each day stands by itself when asked for', async () => {
    const { days } = await ask('funnel?by=day&from=2026-01-05&to=2026-01-07')
    expect(days).toEqual([
      { date: '2026-01-05', enrolled: 2, completed: 2, skipped: 0, inWindow: 0, completionRate: 1 },
      { date: '2026-01-06', enrolled: 3, completed: 1, skipped: 0, inWindow: 1, completionRate: 0.3333 },
      { date: '2026-01-07', enrolled: 0, completed: 0, skipped: 0, inWindow: 0, completionRate: null },
    ])
  })

  test('times take the unfinished as unfinished', async () => {
    const times = await ask('time-to-complete')
    expect(times).toMatchObject({
      people: 7,
      completed: 4,
      censored: 3,
      median: { reached: true, ms: about(minutes(240)), low: about(minutes(30)), high: null },
      percentiles: {
        p25: { reached: true, ms: about(minutes(30)) },
        p75: { reached: false, ms: null },
        p90: { reached: false, ms: null },
      },
      finishersOnly: {
        median: about(minutes(55)),
        p25: about(minutes(25)),
        p75: about(minutes(120)),
        p90: about(minutes(192)),
      },
    })
    expect(times.curve.map(({ ms, share }: any) => [Math.round(ms / 60_000), share])).toEqual([
      [10, 0.1429],
      [30, 0.2857],
      [80, 0.4286],
      [240, 0.5714],
    ])
  })

  test('groups of which one is faster differ by the log-rank test', async () => {
    const { groups, logRank } = await ask('time-to-complete?compare=market')
    expect(groups.map(({ value, completed, people }: any) => [value, completed, people])).toEqual([
      ['FR', 4, 4],
      ['DE', 0, 2],
      ['', 0, 1],
    ])
    expect(logRank).toMatchObject({ degreesOfFreedom: 2 })
    expect(logRank.p).toBeGreaterThan(0)
    expect(logRank.p).toBeLessThan(0.3)
    expect((await ask('time-to-complete?compare=plan')).logRank).toBeNull()
  })

  test('time to value begins with signing up', async () => {
    expect(await ask(`time-to-value?event=${sale}`)).toMatchObject({
      flow: null,
      event: sale,
      people: 7,
      completed: 3,
      finishersOnly: { median: about(minutes(24.5 * 60)) },
    })
    expect(await ask('time-to-value?event=activation')).toMatchObject({
      flow: 'shop',
      people: 7,
      completed: 4,
      finishersOnly: { p25: about(minutes(67.5)) },
    })
    expect(await ask('time-to-value?event=never.heard_of')).toMatchObject({
      people: 7,
      completed: 0,
      median: { reached: false, ms: null },
      curve: [],
    })
  })

  test('of an event that nobody ever did the answer says so, and which there are', async () => {
    const notes = [`Nobody ever did "merchant.sale", as far as is counted. Events known: "${sale}".`]
    for (const question of ['conversion', 'time-to-value']) {
      expect(await ask(`${question}?event=merchant.sale`)).toMatchObject({ notes })
      // Somebody did, though not of these.
      const [nobody, somebody] = [
        await ask(`${question}?event=${sale}&market=DE`),
        await ask(`${question}?event=${sale}`),
      ]
      expect([nobody.notes, somebody.notes]).toEqual([[], []])
    }
    expect(await ask('time-to-value?event=activation&market=DE')).toMatchObject({ completed: 0, notes: [] })
  })

  test('conversion is told of those whose time has passed, and of all so far', async () => {
    const conversion = await ask(`conversion?event=${sale}`)
    expect(conversion).toMatchObject({
      signedUp: 7,
      converted: 3,
      withinDay: { people: 1, of: 7, rate: 0.1429, waiting: 0, soFar: 1, rateSoFar: 0.1429 },
      withinWeek: { people: 2, of: 4, rate: 0.5, waiting: 3, soFar: 3, rateSoFar: 0.4286 },
      onDay1: { people: 1, of: 5, rate: 0.2, waiting: 2, soFar: 2, rateSoFar: 0.2857 },
      onDay7: { people: 1, of: 2, rate: 0.5, waiting: 5, soFar: 1, rateSoFar: 0.1429 },
    })
    const cohorts = conversion.cohorts.filter(({ signedUp }: { signedUp: number }) => signedUp > 0)
    expect(cohorts).toMatchObject([
      { date: '2026-01-05', signedUp: 2, converted: 2, withinDay: { people: 1, of: 2 }, isMature: false },
      { date: '2026-01-06', signedUp: 3, converted: 0, withinWeek: { of: 2, waiting: 1 }, isMature: false },
      { date: '2026-01-12', signedUp: 2, converted: 1, onDay1: { people: 0, of: 0, rate: null, soFar: 1 } },
    ])
    expect(conversion.cohorts).toHaveLength(30)
    expect(conversion.cohorts[0]).toMatchObject({ date: '2025-12-15', isMature: true })
    expect(await ask(`conversion?event=${sale}&flow=shop&market=FR`)).toMatchObject({
      signedUp: 4,
      converted: 3,
    })
  })

  test('retention tells who comes back, day by day', async () => {
    const { retention, cohorts, signedUp } = await ask('retention?from=2026-01-05')
    expect(signedUp).toBe(7)
    const some = (at: number[]) => Array.from({ length: 31 }, (_unused, day) => at[day] ?? 0)
    expect(cohorts.map(({ date, returned, matureDays }: any) => [date, returned, matureDays])).toEqual([
      ['2026-01-05', some([2, 1, 0, 0, 0, 1, 0, 1]), 7],
      ['2026-01-06', some([3, 0, 0, 0, 0, 0, 1]), 6],
      ['2026-01-07', some([]), 5],
      ['2026-01-08', some([]), 4],
      ['2026-01-09', some([]), 3],
      ['2026-01-10', some([]), 2],
      ['2026-01-11', some([]), 1],
      ['2026-01-12', some([1, 1]), 0],
      ['2026-01-13', some([]), 0],
    ])
    expect(retention.slice(0, 8)).toEqual([
      { day: 0, people: 5, of: 5, rate: 1 },
      { day: 1, people: 1, of: 5, rate: 0.2 },
      { day: 2, people: 0, of: 5, rate: 0 },
      { day: 3, people: 0, of: 5, rate: 0 },
      { day: 4, people: 0, of: 5, rate: 0 },
      { day: 5, people: 1, of: 5, rate: 0.2 },
      { day: 6, people: 0, of: 2, rate: 0 },
      { day: 7, people: 0, of: 0, rate: null },
    ])
  })

  test('abandonment leaves out attempts whose hour has not passed', async () => {
    const stopped = { blocked: 2, recovered: 1, abandoned: 1, rate: 0.5, inWindow: 1 }
    expect(await ask('abandonment')).toMatchObject({ ...stopped, steps: [{ id: 'payments', ...stopped }] })
    expect((await ask('abandonment?by=day&from=2026-01-05&to=2026-01-06')).days).toEqual([
      { date: '2026-01-05', blocked: 1, recovered: 1, abandoned: 0, rate: 0, inWindow: 0 },
      { date: '2026-01-06', blocked: 1, recovered: 0, abandoned: 1, rate: 1, inWindow: 0 },
    ])
  })

  test('nudges and gates are counted when they happen', async () => {
    expect(await ask('nudges')).toMatchObject({ shown: 1, snoozed: 1, dismissed: 1, snoozeRate: 1 })
    expect(await ask('nudges?market=DE')).toMatchObject({ shown: 0, dismissed: 1, dismissRate: null })
    // What gates are asked is written down every other second.
    await vi.waitFor(
      async () =>
        expect(await ask('gates')).toMatchObject({
          checked: 4,
          blocked: 3,
          share: 0.75,
          steps: [{ id: 'payments', blocked: 3 }],
        }),
      60_000,
    )
  })

  test('the answer is a table for a spreadsheet, too', async () => {
    const csv = await house.server('GET', `${base}/funnel?flow=shop&from=2026-01-05`, undefined, {
      accept: 'text/csv',
    })
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(csv.headers.get('content-disposition')).toBe(
      'attachment; filename="funnel-shop-2026-01-05-2026-01-13.csv"',
    )
    expect(csv.body.split('\r\n')).toEqual([
      'step,removed,enrolled,completed,inWindow,offered,reached,done,skipped,dropped,dropOff,share,ofPrevious,completionRate,skipRate',
      'profile,false,7,4,2,7,7,5,0,2,0.2857,0.7143,0.7143,0.7143,0',
      'payments,false,7,4,2,7,5,4,0,1,0.1429,0.5714,0.8,0.8,0',
      'theme,false,7,4,2,7,4,0,1,3,0.4286,0,0,0,0.1429',
      '',
    ])
  })
})
