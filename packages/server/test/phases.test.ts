import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { watchedFlow, watchedHouse, type WatchedHouse } from './watched-house.ts'

const soon = { interval: 50 }
const path = '/api/admin/release/shop/phases'

forEachDatabase((_, open) => {
  let house: WatchedHouse
  beforeEach(async () => {
    house = await watchedHouse(await open(), { identify: () => undefined })
    await house.publish(watchedFlow('shop'))
    await house.set('shop', { minimumSample: 10 })
  })
  afterEach(() => house.boardwalk.stop())

  const advance = async (body?: object) => (await house.server('POST', `${path}/advance`, body)).body
  const release = async () => (await house.server('GET', '/api/admin/release/shop')).body
  const plan = (phases: object[], headers = {}) => house.server('PUT', path, { phases }, headers)
  /** As many people enter, and some of them skip the theme. */
  const come = async (name: string, people: number, skipping: number): Promise<void> => {
    for (let n = 0; n < people; n++) {
      const person = await house.person(`${name}-${n}`)
      await person('GET', '/api/onboarding')
      if (n < skipping) await person('PATCH', '/api/onboarding/steps/theme', { status: 'skipped' })
    }
  }
  const skips = { metric: 'skipRate', is: 'atMost', limit: 0.2 }

  test('a release that nobody planned has the four phases of the design, and has not begun', async () => {
    const { body, headers } = await house.server('GET', path)
    expect(body).toMatchObject({ current: null, next: 'internal', revision: 0, criteria: [] })
    expect(body.phases.map(({ name }: any) => name)).toEqual(['internal', 'limited', 'expanded', 'full'])
    expect(headers.get('etag')).toBe('"0"')
    expect(await release()).toMatchObject({ rolloutPercentage: 100, revision: 0 })
  })

  test('the four phases are gone through: the list, a tenth of new sign-ups in markets, half, all', async () => {
    expect(await advance()).toMatchObject({ advanced: true, current: 'internal' })
    expect(await release()).toMatchObject({ rolloutPercentage: 0, marketWhitelist: null })
    const before = Date.now()
    expect(await advance({ to: 'limited' })).toMatchObject({ advanced: true, current: 'limited' })
    const limited = await release()
    expect(limited).toMatchObject({ rolloutPercentage: 10, marketWhitelist: ['FR'] })
    expect(Date.parse(limited.signedUpAfter)).toBeGreaterThanOrEqual(before)
    expect(await advance({ ifCriteria: 'any', reason: 'Mondays are quiet' })).toMatchObject({
      current: 'expanded',
    })
    expect(await release()).toMatchObject({
      rolloutPercentage: 50,
      marketWhitelist: null,
      signedUpAfter: limited.signedUpAfter,
    })
    expect(await advance({ ifCriteria: 'any' })).toMatchObject({ current: 'full' })
    expect(await release()).toMatchObject({ rolloutPercentage: 100, signedUpAfter: null })
    expect(await advance({ ifCriteria: 'any' })).toMatchObject({ advanced: false, refused: 'last_phase' })
    const { items } = (await house.server('GET', '/api/admin/release/shop/changes')).body
    expect(items.map(({ reason }: any) => reason)).toEqual([
      'phase "full"',
      'phase "expanded": Mondays are quiet',
      'phase "limited"',
      'phase "internal"',
    ])
  })

  describe('criteria', () => {
    beforeEach(async () => {
      await plan([
        { name: 'some', settings: { rolloutPercentage: 100 }, criteria: [skips] },
        { name: 'all', settings: { rolloutPercentage: 100, userWhitelist: ['boss'] }, criteria: [] },
      ])
      await advance()
    })

    test('that nobody can judge yet are not met', async () => {
      await come('few', 4, 0)
      expect(await advance()).toMatchObject({
        advanced: false,
        refused: 'criteria',
        current: 'some',
        criteria: [{ ...skips, outcome: 'unknown' }],
      })
    })

    test('that are met let the release go on, with what was measured', async () => {
      await come('few', 12, 1)
      await expect.poll(async () => (await house.server('GET', path)).body.criteria[0].n, soon).toBe(24)
      expect(await advance()).toMatchObject({
        advanced: true,
        current: 'all',
        criteria: [{ outcome: 'met', n: 24, at: 0.2, value: expect.closeTo(1 / 24, 5) }],
        release: { userWhitelist: ['boss'] },
      })
    })

    test('that are not met hold it, unless somebody says that they do not matter', async () => {
      await come('few', 12, 12)
      await expect.poll(async () => (await advance()).criteria[0].value, soon).toBe(0.5)
      expect(await advance()).toMatchObject({ advanced: false, criteria: [{ outcome: 'not_met' }] })
      expect((await release()).userWhitelist).toEqual([])
      expect(await advance({ ifCriteria: 'any' })).toMatchObject({ advanced: true })
    })

    test('of a baseline that nobody took are not known', async () => {
      const criteria = [{ metric: 'completionRate', is: 'atLeast', limit: 1, of: 'baseline' }]
      await plan([
        { name: 'some', settings: {}, criteria },
        { name: 'all', settings: {}, criteria: [] },
      ])
      expect(await advance()).toMatchObject({
        refused: 'criteria',
        criteria: [{ outcome: 'unknown', at: null }],
      })
    })
  })

  test('a phase begins by itself once its time has come and the criteria are met', async () => {
    const startsAt = new Date(Date.now() - 1000).toISOString()
    await plan([
      { name: 'some', settings: {}, criteria: [skips] },
      { name: 'all', settings: { userWhitelist: ['boss'] }, criteria: [], startsAt },
      { name: 'later', settings: { rolloutPercentage: 1 }, criteria: [], startsAt: '2199-01-01T00:00:00Z' },
    ])
    await advance()
    await come('few', 12, 0)
    await expect.poll(async () => (await house.server('GET', path)).body.current, soon).toBe('all')
    const { items } = (await house.server('GET', '/api/admin/release/shop/changes')).body
    expect(items[0]).toMatchObject({ by: 'watch', reason: 'phase "all"' })
    expect((await house.server('GET', '/api/admin/audit?actor=system')).body.items[0]).toMatchObject({
      action: 'automaticAdvance',
      target: { kind: 'flow', id: 'shop' },
    })
  })

  test('a plan that no longer has the current phase does not begin anew by a time that has passed', async () => {
    const startsAt = new Date(Date.now() - 60_000).toISOString()
    const first = { name: 'none', settings: { rolloutPercentage: 0 }, criteria: [], startsAt }
    await plan([first, { name: 'half', settings: { rolloutPercentage: 50 }, criteria: [] }])
    await advance({ to: 'none' })
    await advance({ to: 'half' })
    await plan([first, { name: 'half-of-all', settings: { rolloutPercentage: 50 }, criteria: [] }])
    await house.checks(3)
    expect(await release()).toMatchObject({ rolloutPercentage: 50 })
    const later = new Date(Date.now() + 500).toISOString()
    await plan([{ ...first, startsAt: later }])
    await expect.poll(async () => (await release()).rolloutPercentage, soon).toBe(0)
  })

  test('a release that was killed does not go on until it is switched on', async () => {
    await house.server('POST', '/api/admin/release/shop/kill', { reason: 'no' })
    expect(await advance({ ifCriteria: 'any' })).toMatchObject({ advanced: false, refused: 'killed' })
    await house.server('PUT', '/api/admin/release/shop', { enabled: true })
    expect(await advance()).toMatchObject({ advanced: true })
  })

  test('of many who click at once one is heard; whoever named the phase does no harm later', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => advance({ to: 'internal' })))
    expect(all.filter(({ advanced }) => advanced)).toHaveLength(1)
    expect(await advance({ to: 'internal' })).toMatchObject({ refused: 'not_next', current: 'internal' })
  })

  test('another plan leaves the release in the phase of that name, else before the first', async () => {
    await advance()
    const kept = await plan([
      { name: 'first', settings: {}, criteria: [] },
      { name: 'internal', settings: {}, criteria: [] },
    ])
    expect(kept.body).toMatchObject({ current: 'internal', next: null, revision: 2 })
    const stale = await plan([{ name: 'x', settings: {}, criteria: [] }], { 'if-match': '"1"' })
    expect(stale).toMatchObject({ status: 412, body: { error: 'stale' } })
    const other = await plan([{ name: 'x', settings: {}, criteria: [] }], { 'if-match': '"2"' })
    expect(other.body).toMatchObject({ current: null, next: 'x' })
    expect(other.body).not.toHaveProperty('enteredAt')
  })

  test.each([
    [],
    [{ name: 'a', settings: {} }],
    [{ name: 'A', settings: {}, criteria: [] }],
    [{ name: 'a', settings: { enabled: true }, criteria: [] }],
    [{ name: 'a', settings: { rolloutPercentage: 101 }, criteria: [] }],
    [{ name: 'a', settings: { signedUpAfter: 'soon' }, criteria: [] }],
    [{ name: 'a', settings: {}, criteria: [{ metric: 'luck', is: 'atLeast', limit: 1 }] }],
    [{ name: 'a', settings: {}, criteria: [{ metric: 'skipRate', is: 'atLeast', limit: -1 }] }],
    [{ name: 'a', settings: {}, criteria: [], startsAt: 'tomorrow' }],
    [
      { name: 'a', settings: {}, criteria: [] },
      { name: 'a', settings: {}, criteria: [] },
    ],
  ])('phases that do not fit are refused: %j', async (...phases) => {
    expect(await plan(phases.filter((one) => typeof one === 'object'))).toMatchObject({ status: 400 })
  })

  test('of a flow that nobody stored there are none', async () => {
    const nowhere = '/api/admin/release/nowhere/phases'
    for (const [method, at, body] of [
      ['GET', nowhere, undefined],
      ['PUT', nowhere, { phases: [{ name: 'a', settings: {}, criteria: [] }] }],
      ['POST', `${nowhere}/advance`, {}],
    ] as const)
      expect(await house.server(method, at, body)).toMatchObject({
        status: 404,
        body: { error: 'flow_not_found' },
      })
  })
})
