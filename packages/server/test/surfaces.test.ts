import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type Answer, type Call, type House } from './open-house.ts'

const dayMs = 86_400_000
const iso = (ms: number): string => new Date(ms).toISOString()
const at = '/api/onboarding'

forEachDatabase((_, open) => {
  let house: House
  let now = Date.now()
  const flow = (name: string, more: object = {}) => ({
    name,
    priority: 1,
    audience: { flow: name },
    steps: [
      { id: 'first', title: { en: 'First', fr: 'Premier' }, required: true },
      { id: 'second', title: 'Second', restrictedTo: ['owner'] },
      { id: 'third', title: 'Third', required: true },
    ],
    ...more,
  })

  beforeAll(async () => {
    house = await openHouse(await open(), { clock: () => now })
    await house.publish(flow('plain'))
    await house.publish(flow('short', { nudge: { snoozeDays: 2, maxSnoozes: 1 } }))
  })
  afterAll(() => house.boardwalk.stop())

  let people = 0
  const someone = (name = 'plain', claims: object = {}): Promise<Call> =>
    house.person(`someone-${(people += 1)}`, { attributes: { flow: name }, ...claims })
  const same = (name = 'plain'): Promise<Call> =>
    house.person(`someone-${people}`, { attributes: { flow: name } })
  const read = async (me: Call): Promise<any> => (await me('GET', at)).body
  const typesOf = async (userId = `someone-${people}`): Promise<string[]> =>
    (await house.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)).body.events
      .map((event: any) => event.type)
      .filter((type: string) => type.startsWith('onboarding.nudge'))

  describe('snooze', () => {
    test('hides the reminder for the flow’s days, on every device', async () => {
      const me = await someone()
      expect((await read(me)).nudge).toEqual({
        visible: true,
        remainingSteps: 3,
        snoozeCount: 0,
        maxSnoozes: 3,
        snoozeDays: 7,
      })
      const asleep = {
        visible: false,
        snoozeCount: 1,
        snoozedUntil: iso(now + 7 * dayMs),
        undoUntil: iso(now + 10_000),
      }
      const { status, body } = await me('POST', `${at}/nudge/snooze`)
      expect(status).toBe(200)
      expect(body).toMatchObject({
        success: true,
        flow: { name: 'plain', version: 1 },
        status: 'in_progress',
        nudge: asleep,
        guide: { dismissed: false },
        welcome: { seen: false },
      })
      const device = await same()
      expect((await read(device)).nudge).toMatchObject(asleep)
      now += 6 * dayMs
      const later = (await read(device)).nudge
      expect(later).toMatchObject({ visible: false, snoozedUntil: expect.any(String) })
      expect(later).not.toHaveProperty('undoUntil')
      now += 2 * dayMs
      expect((await read(device)).nudge).toMatchObject({ visible: true, snoozeCount: 1 })
      expect(await typesOf()).toEqual(['onboarding.nudge_snoozed'])
    })

    test.each([
      ['a moment sooner', 3, 3],
      ['a moment later is shortened', 300, 7],
    ])('until %s', async (_name, asked, got) => {
      const me = await someone()
      const { body } = await me('POST', `${at}/nudge/snooze`, { until: iso(now + asked * dayMs) })
      expect(body.nudge.snoozedUntil).toBe(iso(now + got * dayMs))
    })

    test('is as long and as often as the flow says, by either way', async () => {
      const me = await someone('short')
      const { body } = await me('POST', `${at}/nudge/snooze`, {})
      expect(body.nudge).toMatchObject({ snoozeDays: 2, maxSnoozes: 1, snoozedUntil: iso(now + 2 * dayMs) })
      const refused = { status: 409, body: { error: 'snooze_limit' } }
      expect(await me('POST', `${at}/nudge/snooze`)).toMatchObject(refused)
      const alias = { snoozeUntil: iso(now + dayMs) }
      expect(await me('PATCH', `${at}/steps/first`, alias)).toMatchObject(refused)
    })

    test('three times, then it is refused', async () => {
      const me = await someone()
      for (const snoozeCount of [1, 2, 3]) {
        expect((await me('POST', `${at}/nudge/snooze`)).body.nudge.snoozeCount).toBe(snoozeCount)
        now += 8 * dayMs
      }
      expect(await me('POST', `${at}/nudge/snooze`)).toMatchObject({
        status: 409,
        body: { error: 'snooze_limit' },
      })
    })

    test.each([
      [{ until: '2001-01-01T00:00:00Z' }, 'plain', 400, 'snooze_past'],
      [{ until: 'tomorrow' }, 'plain', 400, 'invalid_request'],
      [{ until: 0 }, 'plain', 400, 'invalid_request'],
      [{ until: null }, 'plain', 400, 'invalid_request'],
      [{ days: 3 }, 'plain', 400, 'invalid_request'],
      [undefined, 'nobody’s', 404, 'not_enrolled'],
    ])('%o is refused', async (body, name, status, error) => {
      const me = await someone(name)
      expect(await me('POST', `${at}/nudge/snooze`, body)).toMatchObject({ status, body: { error } })
    })

    test('of twenty at once as many count as the flow allows', async () => {
      const me = await someone()
      const all = await Promise.all(Array.from({ length: 20 }, () => me('POST', `${at}/nudge/snooze`)))
      expect(all.filter(({ status }) => status === 200)).toHaveLength(3)
      expect(all.filter(({ body }) => body.error === 'snooze_limit')).toHaveLength(17)
      expect((await read(me)).nudge.snoozeCount).toBe(3)
      expect(await typesOf()).toHaveLength(3)
    })

    test('of twenty at once with one key one counts', async () => {
      const me = await someone()
      const key = { 'idempotency-key': 'once' }
      const all = await Promise.all(
        Array.from({ length: 20 }, () => me('POST', `${at}/nudge/snooze`, undefined, key)),
      )
      for (const { status, body } of all) {
        expect(status).toBe(200)
        expect(body).toEqual(all[0]?.body)
      }
      expect((await read(me)).nudge.snoozeCount).toBe(1)
      expect(await me('POST', `${at}/nudge/snooze`, { until: iso(now + dayMs) }, key)).toMatchObject({
        status: 422,
      })
    })

    test('others are not concerned', async () => {
      const other = await someone()
      const before = await read(other)
      const me = await someone()
      for (const path of ['nudge/snooze', 'nudge/dismiss', 'guide/dismiss', 'welcome/seen'])
        expect((await me('POST', `${at}/${path}`)).status).toBe(200)
      expect(await read(other)).toEqual(before)
    })
  })

  describe('unsnooze', () => {
    test('within ten seconds gives back the count and shows the reminder, also from another device', async () => {
      const me = await someone()
      const before = await read(me)
      await me('POST', `${at}/nudge/snooze`)
      now += 10_000
      const undone = await (await same())('POST', `${at}/nudge/unsnooze`)
      expect(undone.body).toMatchObject({ success: true, nudge: before.nudge })
      expect(await read(me)).toEqual(before)
      expect(await typesOf()).toEqual(['onboarding.nudge_snoozed', 'onboarding.nudge_unsnoozed'])
    })

    test.each([
      ['after ten seconds', 10_001],
      ['after a day', dayMs],
    ])('%s is too late', async (_name, afterMs) => {
      const me = await someone()
      await me('POST', `${at}/nudge/snooze`)
      now += afterMs
      expect(await me('POST', `${at}/nudge/unsnooze`)).toMatchObject({
        status: 409,
        body: { error: 'unsnooze_late' },
      })
      expect((await read(me)).nudge).toMatchObject({ visible: false, snoozeCount: 1 })
    })

    test('undoes one snooze once, of twenty at once too; and there must be one', async () => {
      const me = await someone()
      const late = { status: 409, body: { error: 'unsnooze_late' } }
      expect(await me('POST', `${at}/nudge/unsnooze`)).toMatchObject(late)
      const first = (await me('POST', `${at}/nudge/snooze`, { until: iso(now + dayMs) })).body.nudge
      now += 1000
      await me('POST', `${at}/nudge/snooze`)
      const all = await Promise.all(Array.from({ length: 20 }, () => me('POST', `${at}/nudge/unsnooze`)))
      expect(all.filter(({ status }) => status === 200)).toHaveLength(1)
      expect((await read(me)).nudge).toMatchObject({ snoozeCount: 1, snoozedUntil: first.snoozedUntil })
    })
  })

  test('dismissing the reminder holds for the version, on every device; a new version may remind again', async () => {
    const version = await house.publish(flow('dismissed'))
    const me = await someone('dismissed')
    expect((await read(me)).nudge.visible).toBe(true)
    for (let times = 0; times < 2; times++)
      expect((await me('POST', `${at}/nudge/dismiss`)).body.nudge.visible).toBe(false)
    now += 20 * dayMs
    expect((await read(await same('dismissed'))).nudge.visible).toBe(false)
    expect(await typesOf()).toEqual(['onboarding.nudge_dismissed'])
    await house.publish(flow('dismissed', { title: 'Another' }))
    expect((await read(me)).nudge.visible).toBe(true)
    await house.server('POST', `/api/admin/flows/dismissed/versions/${version}/rollback`)
    expect((await read(me)).nudge.visible).toBe(false)
  })

  test('the guide is dismissed and restored, the welcome seen once for all', async () => {
    const me = await someone()
    expect(await read(me)).toMatchObject({ guide: { dismissed: false }, welcome: { seen: false } })
    const answers: Answer[] = []
    for (const path of ['guide/dismiss', 'guide/dismiss', 'guide/restore', 'guide/restore', 'welcome/seen'])
      answers.push(await me('POST', `${at}/${path}`))
    expect(answers.map(({ body }) => [body.guide.dismissed, body.welcome.seen])).toEqual([
      [true, false],
      [true, false],
      [false, false],
      [false, false],
      [false, true],
    ])
    await me('POST', `${at}/guide/dismiss`)
    expect(await read(await same())).toMatchObject({ guide: { dismissed: true }, welcome: { seen: true } })
    expect(await typesOf()).toEqual([])
    const held = (await house.server('GET', `/api/users/someone-${people}/export`)).body.enrolments[0]
    expect(held).toMatchObject({ guideDismissedAt: iso(now), welcomeSeenAt: iso(now) })
  })

  test('where no flow lets anybody in, nothing is put away and nothing can be', async () => {
    const me = await someone('nobody’s')
    expect(await read(me)).toMatchObject({
      flow: null,
      nudge: { visible: false, remainingSteps: 0, snoozeCount: 0, maxSnoozes: 0, snoozeDays: 7 },
      guide: { dismissed: false },
      welcome: { seen: false },
    })
    for (const path of ['nudge/unsnooze', 'nudge/dismiss', 'guide/dismiss', 'guide/restore', 'welcome/seen'])
      expect(await me('POST', `${at}/${path}`)).toMatchObject({
        status: 404,
        body: { error: 'not_enrolled' },
      })
    expect(await me('POST', `${at}/guide/dismiss?flow=nothing`)).toMatchObject({
      status: 404,
      body: { error: 'flow_not_found' },
    })
  })

  describe('the answer to a change', () => {
    const changes: [string, string, unknown][] = [
      ['POST', `${at}/nudge/snooze`, undefined],
      ['POST', `${at}/nudge/unsnooze`, undefined],
      ['PATCH', `${at}/steps/first`, { snoozeUntil: iso(now + 400 * dayMs) }],
      ['POST', `${at}/nudge/dismiss`, {}],
      ['POST', `${at}/guide/dismiss`, undefined],
      ['POST', `${at}/guide/restore`, undefined],
      ['POST', `${at}/welcome/seen`, undefined],
      ['PATCH', `${at}/steps/second`, { status: 'skipped' }],
      ['POST', `${at}/skip`, undefined],
      ['POST', `${at}/resume`, undefined],
      ['PATCH', `${at}/steps/first`, { status: 'done' }],
      ['PATCH', `${at}/steps/first`, { status: 'done' }],
      ['PATCH', `${at}/steps/third`, { status: 'done' }],
    ]
    const whole = { prefer: 'return=representation' }

    test.each([
      ['no language', {}, {}],
      ['French by header', {}, { 'accept-language': 'fr' }],
      ['French by fact', { locale: 'fr' }, {}],
    ])(
      'bears the tag of what is read next, and is what the next change may go by: %s',
      async (_name, claims, language) => {
        const me = await someone('plain', { role: 'owner', ...claims })
        let tag = (await me('GET', at, undefined, language)).headers.get('etag') ?? ''
        for (const [method, path, body] of changes) {
          const changed = await me(method, path, body, { ...language, 'if-match': tag })
          expect([path, changed.status]).toEqual([path, 200])
          expect(changed.body).not.toHaveProperty('onboarding')
          expect(changed.headers.get('preference-applied')).toBeNull()
          tag = changed.headers.get('etag') ?? ''
          const next = await me('GET', at, undefined, language)
          expect([path, next.headers.get('etag')]).toEqual([path, tag])
          expect(next.body.steps[0].title).toBe(_name === 'no language' ? 'First' : 'Premier')
        }
        expect((await read(me)).status).toBe('completed')
      },
    )

    test('has all of it for whoever prefers that', async () => {
      const me = await someone('plain', { role: 'owner' })
      for (const [method, path, body] of changes) {
        const changed = await me(method, path, body, whole)
        const next = await me('GET', at)
        expect(changed.headers.get('preference-applied')).toBe('return=representation')
        expect(changed.body.onboarding).toEqual(next.body)
        expect(changed.headers.get('etag')).toBe(next.headers.get('etag'))
      }
    })

    test('tells of the flow that a plain read shows next, and of a named one when it is named', async () => {
      await house.publish(flow('other'))
      const me = await someone()
      await me('GET', at)
      now += 1000
      const other = await house.person(`someone-${people}`, { attributes: { flow: 'other' } })
      const named = await other('POST', `${at}/guide/dismiss?flow=other`, undefined, whole)
      expect(named.body).toMatchObject({ flow: { name: 'other' }, onboarding: { flow: { name: 'other' } } })
      expect(named.headers.get('etag')).toBe((await other('GET', `${at}?flow=other`)).headers.get('etag'))
      await other('PATCH', `${at}/steps/first`, { status: 'done' })
      const last = await other('PATCH', `${at}/steps/third`, { status: 'done' }, whole)
      expect(last.body).toMatchObject({
        flow: { name: 'plain' },
        status: 'completed',
        onboarding: { flow: { name: 'other' }, guide: { dismissed: true } },
      })
      expect(last.headers.get('etag')).toBe((await other('GET', at)).headers.get('etag'))
    })

    test('counts in what the same token says: another language, another role', async () => {
      await someone('plain', { role: 'owner' })
      const userId = `someone-${people}`
      const english = await house.person(userId, {
        attributes: { flow: 'plain' },
        locale: 'en',
        role: 'owner',
      })
      const tag = (await english('GET', at)).headers.get('etag') ?? ''
      const french = await house.person(userId, {
        attributes: { flow: 'plain' },
        locale: 'fr',
        role: 'owner',
      })
      const stale = { 'if-match': tag }
      expect((await french('POST', `${at}/guide/dismiss`, undefined, stale)).status).toBe(412)
      const staff = await house.person(userId, { attributes: { flow: 'plain' }, role: 'staff' })
      const changed = await staff('POST', `${at}/guide/dismiss`, undefined, whole)
      expect(changed.body.onboarding.steps).toMatchObject([
        { title: 'Premier' },
        { allowed: false, roleRestricted: 'owner' },
        {},
      ])
      expect(changed.headers.get('etag')).toBe((await staff('GET', at)).headers.get('etag'))
      await house.server('PUT', `/api/users/${userId}`, { locale: 'en' })
      const refused = await staff('POST', `${at}/guide/restore`, undefined, {
        'if-match': changed.headers.get('etag') ?? '',
      })
      expect(refused).toMatchObject({ status: 412, body: { error: 'stale' } })
      expect(refused.headers.get('etag')).toBeNull()
    })

    test('repeated for a key, is the saved one with the tag and the reading of by then', async () => {
      const me = await someone('plain', { role: 'owner' })
      const key = { ...whole, 'idempotency-key': 'again' }
      const first = await me('POST', `${at}/nudge/snooze`, undefined, key)
      await me('PATCH', `${at}/steps/first`, { status: 'done' })
      now += 60_000
      const again = await me('POST', `${at}/nudge/snooze`, undefined, key)
      const current = await me('GET', at)
      const { onboarding: before, ...saved } = first.body
      expect(again.body).toEqual({ ...saved, onboarding: current.body })
      expect(before.progress).toBe(0)
      expect(again.headers.get('etag')).toBe(current.headers.get('etag'))
      expect(again.headers.get('etag')).not.toBe(first.headers.get('etag'))
      const plain = await me('POST', `${at}/nudge/snooze`, undefined, { 'idempotency-key': 'again' })
      expect(plain.body).toEqual(saved)
      const next = { 'if-match': again.headers.get('etag') ?? '' }
      expect((await me('POST', `${at}/guide/dismiss`, undefined, next)).status).toBe(200)
    })

    test.each([
      ['return=representation', true],
      ['RETURN="representation"', true],
      ['respond-async, return = representation; a=b', true],
      ['return=minimal', false],
      ['return=minimal, return=representation', false],
      ['return', false],
      ['representation', false],
      ['return=a=b', false],
      [',;=', false],
      ['', false],
    ])('Prefer: %s', async (prefer, applied) => {
      const me = await someone()
      const { status, body } = await me('POST', `${at}/welcome/seen`, undefined, { prefer })
      expect([status, 'onboarding' in body]).toEqual([200, applied])
    })

    test('of two changes based on one reading one is refused', async () => {
      const me = await someone()
      const basis = { 'if-match': (await me('GET', at)).headers.get('etag') ?? '' }
      const both = await Promise.all([
        me('POST', `${at}/nudge/snooze`, undefined, basis),
        me('POST', `${at}/guide/dismiss`, undefined, basis),
      ])
      expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 412]))
    })

    test('the host’s server is answered as before', async () => {
      await (
        await someone()
      )('GET', at)
      const answer = await house.server(
        'PATCH',
        `/api/users/someone-${people}/onboarding/steps/first`,
        { status: 'done' },
        whole,
      )
      expect(answer.headers.get('etag')).toBeNull()
      expect(answer.body).not.toHaveProperty('onboarding')
    })
  })
})
