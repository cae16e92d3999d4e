import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type House } from './open-house.ts'

let flows = 0

forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(await open())
  })
  afterAll(() => house.boardwalk.stop())

  /** A flow of its own for each test, for people of that name only, with one optional step and one that waits for an event. */
  const published = async (more: object = {}): Promise<string> => {
    const name = `flow${++flows}`
    await house.publish({
      name,
      audience: { for: name },
      steps: [
        { id: `${name}-logo`, title: 'Logo', required: false },
        { id: `${name}-pay`, title: 'Pay', trigger: { event: `${name}.paid` } },
      ],
      gates: { [name]: { steps: [`${name}-pay`], critical: true } },
      ...more,
    })
    return name
  }
  const personOf = async (flow: string, userId = `ada-${flow}`, facts: object = {}) => {
    await house.server('PUT', `/api/users/${userId}`, { attributes: { for: flow }, ...facts })
    return house.person(userId)
  }
  const path = (flow: string): string => `/api/admin/release/${flow}`
  const set = (flow: string, settings: object, headers = {}) =>
    house.server('PUT', path(flow), settings, headers)
  const gate = (flow: string, userId = `ada-${flow}`) =>
    house.server('POST', '/api/gates/check', { userId, gate: flow, route: `/${flow}` })
  const timeline = async (userId: string): Promise<string[]> => {
    const { body } = await house.server('GET', `/api/admin/people/${userId}/timeline`)
    return body.events.map(({ type }: { type: string }) => type)
  }
  const onboarding = '/api/onboarding'
  const off = {
    flow: null,
    steps: [],
    features: { enabled: false, skip: false, snooze: false, guardRails: false },
  }

  describe('a flow that is switched off', () => {
    test('is on for all while nothing was set', async () => {
      const flow = await published()
      expect(await house.server('GET', path(flow))).toMatchObject({
        status: 200,
        body: { flow, enabled: true, rolloutPercentage: 100, marketWhitelist: null, revision: 0 },
      })
      const ada = await personOf(flow)
      expect((await ada('GET', onboarding)).body).toMatchObject({
        flow: { name: flow },
        features: { enabled: true, skip: true, snooze: true, guardRails: true },
      })
    })

    test('enrols nobody new, and reads as the legacy onboarding', async () => {
      const flow = await published()
      await set(flow, { enabled: false })
      const ada = await personOf(flow)
      expect((await ada('GET', onboarding)).body).toMatchObject(off)
      expect((await ada('GET', `${onboarding}?flow=${flow}`)).body).toMatchObject(off)
      expect(await timeline(`ada-${flow}`)).toEqual([])
    })

    test('keeps an enrolment and its progress, and gives both back', async () => {
      const flow = await published()
      const ada = await personOf(flow)
      await ada('GET', onboarding)
      await ada('PATCH', `${onboarding}/steps/${flow}-logo`, { status: 'done' })
      const before = (await ada('GET', onboarding)).body
      await set(flow, { enabled: false })
      expect((await ada('GET', onboarding)).body).toMatchObject(off)
      expect(await ada('PATCH', `${onboarding}/steps/${flow}-pay`, { status: 'done' })).toMatchObject({
        status: 404,
        body: { error: 'step_not_found' },
      })
      expect((await ada('POST', `${onboarding}/skip`)).body).toMatchObject({ error: 'not_enrolled' })
      await set(flow, { enabled: true })
      expect((await ada('GET', onboarding)).body).toEqual(before)
    })

    test('hides another flow from nobody, and sends nobody who is in it to another', async () => {
      const flow = await published()
      const other = await published({ audience: { for: flow }, priority: -1 })
      const ada = await personOf(flow)
      expect((await ada('GET', onboarding)).body.flow.name).toBe(flow)
      await set(flow, { enabled: false })
      expect((await ada('GET', onboarding)).body).toMatchObject(off)
      const bob = await personOf(flow, `bob-${flow}`)
      expect((await bob('GET', onboarding)).body).toMatchObject({
        flow: { name: other },
        features: { enabled: true },
      })
    })

    test('loses no proof: what an event or the host proves is done when it is on again', async () => {
      const flow = await published()
      const ada = await personOf(flow)
      await ada('GET', onboarding)
      const enrolled = await timeline(`ada-${flow}`)
      await set(flow, { enabled: false })
      const event = { type: 'track', userId: `ada-${flow}`, event: `${flow}.paid`, messageId: flow }
      expect((await house.server('POST', '/api/events', event)).body.results).toMatchObject([
        { status: 'accepted' },
      ])
      // Not merely remembered: a long one would be lost, and all would be dated wrong.
      const proven = [...enrolled, 'onboarding.step_completed']
      expect(await timeline(`ada-${flow}`)).toEqual(proven)
      const told = await house.server('PATCH', `/api/users/ada-${flow}/onboarding/steps/${flow}-logo`, {
        status: 'done',
      })
      expect(told.status).toBe(200)
      expect(await timeline(`ada-${flow}`)).toEqual([
        ...proven,
        'onboarding.step_completed',
        'onboarding.completed',
      ])
      expect((await ada('GET', onboarding)).body).toMatchObject(off)
      await set(flow, { enabled: true })
      expect((await ada('GET', onboarding)).body).toMatchObject({ status: 'completed', progress: 100 })
    })

    test('offers nothing meanwhile, not even of a version published meanwhile', async () => {
      const flow = await published()
      const ada = await personOf(flow)
      await ada('GET', onboarding)
      const offered = await timeline(`ada-${flow}`)
      await set(flow, { enabled: false })
      await published({ name: flow, steps: [{ id: `${flow}-new`, title: 'New' }], gates: {} })
      await ada('GET', onboarding)
      expect(await timeline(`ada-${flow}`)).toEqual([...offered, 'onboarding.moved'])
      await set(flow, { enabled: true })
      await ada('GET', onboarding)
      expect((await timeline(`ada-${flow}`)).slice(offered.length)).toEqual([
        'onboarding.moved',
        'onboarding.offered',
        'onboarding.reached',
      ])
    })

    test('lets gates pass, and that is counted', async () => {
      const flow = await published()
      const ada = await personOf(flow)
      await ada('GET', onboarding)
      expect(await gate(flow)).toMatchObject({ status: 409 })
      await set(flow, { enabled: false })
      expect(await gate(flow)).toMatchObject({ status: 200, body: { allowed: true } })
      await personOf(flow, `new-${flow}`)
      expect(await gate(flow, `new-${flow}`)).toMatchObject({ status: 200, body: { allowed: true } })
      await set(flow, { enabled: true, guardRailsEnabled: false })
      expect(await gate(flow)).toMatchObject({ status: 200, body: { allowed: true } })
      const metrics = String((await house.server('GET', '/metrics')).body)
      const counted = (reason: string): number =>
        Number(
          new RegExp(`onboarding_gate_waived_total\\{route="/${flow}",reason="${reason}"\\} (\\d+)`).exec(
            metrics,
          )?.[1],
        )
      expect([counted('released_off'), counted('guard_rails_off')]).toEqual([2, 1])
      await set(flow, { guardRailsEnabled: true })
      expect(await gate(flow)).toMatchObject({ status: 409 })
    })

    test('does not open the gate of another flow that asks for the same step', async () => {
      const flow = await published()
      const other = await published({
        audience: { for: flow },
        priority: -1,
        steps: [{ id: `${flow}-pay`, title: 'Pay' }],
        gates: { [flow]: { steps: [`${flow}-pay`], critical: true } },
      })
      const ada = await personOf(flow)
      await ada('GET', onboarding)
      await ada('GET', `${onboarding}?flow=${other}`)
      await set(flow, { enabled: false })
      expect(await gate(flow)).toMatchObject({ status: 409, body: { missingStep: `${flow}-pay` } })
    })
  })

  describe('who gets it', () => {
    test('the list beats market and percentage', async () => {
      const flow = await published()
      await set(flow, { rolloutPercentage: 0, marketWhitelist: ['FR'], userWhitelist: [`ada-${flow}`] })
      const ada = await personOf(flow)
      const bob = await personOf(flow, `bob-${flow}`, { market: 'FR' })
      expect((await ada('GET', onboarding)).body.features.enabled).toBe(true)
      expect((await bob('GET', onboarding)).body).toMatchObject(off)
      await set(flow, { rolloutPercentage: 100 })
      expect((await bob('GET', onboarding)).body.flow.name).toBe(flow)
      const cid = await personOf(flow, `cid-${flow}`, { market: 'DE' })
      expect((await cid('GET', onboarding)).body).toMatchObject(off)
      await set(flow, { marketWhitelist: null })
      expect((await cid('GET', onboarding)).body.flow.name).toBe(flow)
    })

    test('only those who signed up since, if so set', async () => {
      const flow = await published()
      await set(flow, { signedUpAfter: '2026-06-01T02:00:00+02:00' })
      const early = await personOf(flow, `early-${flow}`, { createdAt: '2026-05-31T23:59:59Z' })
      const late = await personOf(flow, `late-${flow}`, { createdAt: '2026-06-01T00:00:00Z' })
      expect((await early('GET', onboarding)).body).toMatchObject(off)
      expect((await late('GET', onboarding)).body.flow.name).toBe(flow)
    })

    test('explain tells what decided, with the values', async () => {
      const flow = await published()
      await set(flow, { marketWhitelist: ['FR'], skipEnabled: false })
      await personOf(flow, `ada-${flow}`, { market: 'DE' })
      const { body } = await house.server('GET', `/api/users/ada-${flow}/explain`)
      expect(body).toMatchObject({
        flow: null,
        releases: [
          {
            flow,
            on: false,
            decidedBy: 'marketWhitelist',
            expected: ['FR'],
            found: 'DE',
            skipEnabled: false,
            snoozeEnabled: true,
          },
        ],
      })
    })

    test('explain still tells of the steps of somebody whom it was taken from', async () => {
      const flow = await published()
      const ada = await personOf(flow)
      await ada('GET', onboarding)
      await set(flow, { enabled: false })
      const { body } = await house.server('GET', `/api/users/ada-${flow}/explain`)
      expect(body).toMatchObject({
        flow: { name: flow },
        steps: [{ id: `${flow}-logo` }, { id: `${flow}-pay` }],
        releases: [{ flow, on: false, decidedBy: 'enabled' }],
      })
    })
  })

  describe('what of it', () => {
    test('without skipping nobody skips a step or the flow', async () => {
      const flow = await published()
      await set(flow, { skipEnabled: false })
      const ada = await personOf(flow)
      expect((await ada('GET', onboarding)).body.features).toEqual({
        enabled: true,
        skip: false,
        snooze: true,
        guardRails: true,
      })
      const skipped = { status: 409, body: { error: 'skip_off' } }
      const step = `${onboarding}/steps/${flow}-logo`
      expect(await ada('PATCH', step, { status: 'skipped' })).toMatchObject(skipped)
      expect(await ada('POST', `${onboarding}/skip`)).toMatchObject(skipped)
      await set(flow, { skipEnabled: true })
      expect(await ada('PATCH', step, { status: 'skipped' })).toMatchObject({ status: 200 })
    })

    test('without snoozing nobody snoozes, by either way', async () => {
      const flow = await published()
      await set(flow, { snoozeEnabled: false })
      const ada = await personOf(flow)
      expect((await ada('GET', onboarding)).body.features.snooze).toBe(false)
      const refused = { status: 409, body: { error: 'snooze_off' } }
      expect(await ada('POST', `${onboarding}/nudge/snooze`)).toMatchObject(refused)
      const snoozeUntil = new Date(Date.now() + 86_400_000).toISOString()
      expect(await ada('PATCH', `${onboarding}/steps/${flow}-logo`, { snoozeUntil })).toMatchObject(refused)
      await set(flow, { snoozeEnabled: true })
      expect(await ada('POST', `${onboarding}/nudge/snooze`)).toMatchObject({ status: 200 })
    })
  })

  describe('the settings', () => {
    test('are merged, counted and written down', async () => {
      const flow = await published()
      const first = await set(flow, { rolloutPercentage: 10, reason: 'a tenth first' })
      expect(first.body).toMatchObject({ rolloutPercentage: 10, enabled: true, revision: 1 })
      expect(first.headers.get('etag')).toBe('"1"')
      const second = await set(flow, { userWhitelist: ['ada'] })
      expect(second.body).toMatchObject({ rolloutPercentage: 10, userWhitelist: ['ada'], revision: 2 })
      expect((await set(flow, { rolloutPercentage: 10 })).body.revision).toBe(2)
      expect((await set(flow, { userWhitelist: null })).body).toMatchObject({
        userWhitelist: [],
        revision: 3,
      })
      const { body } = await house.server('GET', `${path(flow)}/changes?limit=2`)
      expect(body.items).toMatchObject([
        { kind: 'set', by: 'key:first', changed: { userWhitelist: { from: ['ada'], to: [] } } },
        { kind: 'set', changed: { userWhitelist: { from: [], to: ['ada'] } } },
      ])
      const rest = await house.server('GET', `${path(flow)}/changes?cursor=${body.nextCursor}`)
      expect(rest.body.items).toMatchObject([
        { reason: 'a tenth first', changed: { rolloutPercentage: { from: 100, to: 10 } } },
      ])
      expect(rest.body.nextCursor).toBeUndefined()
    })

    test('of two who change them, one is told that the other was faster', async () => {
      const flow = await published()
      const tag = String((await house.server('GET', path(flow))).headers.get('etag'))
      expect((await set(flow, { rolloutPercentage: 5 }, { 'if-match': tag })).status).toBe(200)
      const late = await set(flow, { rolloutPercentage: 50 }, { 'if-match': tag })
      expect(late).toMatchObject({ status: 412, body: { error: 'stale' } })
      expect(late.headers.get('etag')).toBe('"1"')
      expect((await house.server('GET', path(flow))).body.rolloutPercentage).toBe(5)
    })

    test('of many who begin from the same state at a time, one is heard', async () => {
      const flow = await published()
      const answers = await Promise.all(
        [1, 2, 3, 4, 5, 6, 7, 8].map((n) => set(flow, { rolloutPercentage: n }, { 'if-match': '"0"' })),
      )
      const [heard, ...others] = answers.map(({ status }) => status).sort((a, b) => a - b)
      expect({ heard, others }).toEqual({ heard: 200, others: others.map(() => 412) })
      expect((await house.server('GET', path(flow))).body.revision).toBe(1)
    })

    test.each([
      { rolloutPercentage: -1 },
      { rolloutPercentage: 100.1 },
      { rolloutPercentage: '10' },
      { rolloutPercentage: null },
      { rollout: 10 },
      { enabled: 'no' },
      { enabled: null },
      { marketWhitelist: 'FR' },
      { marketWhitelist: ['FR', 'FR'] },
      { userWhitelist: [''] },
      { userWhitelist: [7] },
      { userWhitelist: Array.from({ length: 1001 }, (_, n) => `u${n}`) },
      { signedUpAfter: '2026-06-01' },
      { killedAt: '2026-06-01T00:00:00Z' },
      { revision: 7 },
      { __proto__x: 1 },
      [],
      null,
      'on',
    ])('that do not fit are refused: %j', async (settings) => {
      const flow = await published()
      const refused = await house.server('PUT', path(flow), settings)
      expect(refused).toMatchObject({ status: 400 })
      expect((await house.server('GET', path(flow))).body.revision).toBe(0)
    })

    test('of a flow that nobody stored there are none', async () => {
      for (const [method, at, body] of [
        ['GET', path('nowhere'), undefined],
        ['GET', `${path('nowhere')}/changes`, undefined],
        ['PUT', path('nowhere'), { enabled: false }],
        ['POST', `${path('nowhere')}/kill`, { reason: 'x' }],
      ] as const)
        expect(await house.server(method, at, body)).toMatchObject({
          status: 404,
          body: { error: 'flow_not_found' },
        })
    })

    test('ask for a scope of their own', async () => {
      const flow = await published()
      const made = await house.server('POST', '/api/admin/api-keys', {
        name: 'reader',
        scopes: ['release:read'],
      })
      const reader = house.as(made.body.key)
      expect((await reader('GET', path(flow))).status).toBe(200)
      expect(await reader('PUT', path(flow), {})).toMatchObject({ status: 403 })
      expect(await reader('POST', `${path(flow)}/kill`, { reason: 'x' })).toMatchObject({ status: 403 })
    })

    test('may be set before a flow is published', async () => {
      const name = `flow${++flows}`
      await house.server('POST', '/api/admin/flows', { name, steps: [{ id: 'a', title: 'A' }] })
      expect((await set(name, { rolloutPercentage: 0 })).status).toBe(200)
    })
  })

  describe('the kill switch', () => {
    test('switches off, says why, and is undone by switching on', async () => {
      const flow = await published()
      const ada = await personOf(flow)
      await ada('GET', onboarding)
      const killed = await house.server('POST', `${path(flow)}/kill`, { reason: 'payments fail' })
      expect(killed.body).toMatchObject({
        enabled: false,
        killReason: 'payments fail',
        killedAt: expect.stringMatching(/^20/),
      })
      expect((await ada('GET', onboarding)).body).toMatchObject(off)
      const again = await house.server('POST', `${path(flow)}/kill`, { reason: 'once more' })
      expect(again.body).toEqual(killed.body)
      expect((await set(flow, { rolloutPercentage: 50 })).body).toMatchObject({
        killReason: 'payments fail',
        killedAt: killed.body.killedAt,
      })
      const { body } = await set(flow, { enabled: true, rolloutPercentage: 100 })
      expect(body).toMatchObject({ enabled: true })
      expect(body).not.toHaveProperty('killedAt')
      expect(body).not.toHaveProperty('killReason')
      expect((await ada('GET', onboarding)).body.flow.name).toBe(flow)
      const { items } = (await house.server('GET', `${path(flow)}/changes`)).body
      expect(items.map(({ kind }: { kind: string }) => kind)).toEqual(['set', 'set', 'kill'])
    })

    test('asks for a reason', async () => {
      const flow = await published()
      for (const body of [{}, { reason: '' }, { reason: 7 }, { reason: 'x', enabled: true }])
        expect(await house.server('POST', `${path(flow)}/kill`, body)).toMatchObject({ status: 400 })
      expect((await house.server('GET', path(flow))).body.enabled).toBe(true)
    })
  })
})
