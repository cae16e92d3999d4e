import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { flowFile, openHouse, type Call, type House } from './open-house.ts'

forEachDatabase((_, open) => {
  let house: House
  let now = Date.now()
  beforeAll(async () => {
    house = await openHouse(await open(), { clock: () => now })
    await house.publish(flowFile('shop'))
    await house.publish({
      name: 'small',
      priority: 5,
      audience: { size: 'small' },
      steps: [
        { id: 'first', title: 'First', required: true },
        { id: 'second', title: 'Second', dependsOn: ['first'] },
        { id: 'proven', title: 'Proven', completion: 'proof' },
        { id: 'later', title: 'Later', activeFrom: new Date(now + 3_600_000).toISOString() },
      ],
    })
  })
  afterAll(() => house.boardwalk.stop())

  let people = 0
  const someone = (claims: object = {}): Promise<Call> =>
    house.person(`someone-${(people += 1)}`, {
      role: 'owner',
      market: 'FR',
      account: `account-${people}`,
      ...claims,
    })
  const small = (): Promise<Call> => someone({ attributes: { size: 'small' } })
  const eventsOf = async (userId: string): Promise<any[]> =>
    (await house.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)).body.events
  const typesOf = async (userId: string): Promise<string[]> =>
    (await eventsOf(userId)).map((event) => event.type)

  describe('Idempotency-Key', () => {
    const key = { 'idempotency-key': 'same' }

    test('the same request again gets the very same answer, and one effect', async () => {
      const me = await someone()
      const first = await me('PATCH', '/api/onboarding/steps/theme', { status: 'skipped' }, key)
      now += 5000
      const again = await me('PATCH', '/api/onboarding/steps/theme', { status: 'skipped' }, key)
      expect(again).toMatchObject({ status: 200, body: first.body })
      expect(
        (await typesOf(`someone-${people}`)).filter((type) => type === 'onboarding.step_skipped'),
      ).toHaveLength(1)
    })

    test('with another body it is refused, also when the first changed nothing', async () => {
      const me = await someone()
      await me('PATCH', '/api/onboarding/steps/theme', { status: 'done' })
      await me('PATCH', '/api/onboarding/steps/theme', { status: 'done' }, key)
      expect(await me('PATCH', '/api/onboarding/steps/product', { status: 'done' }, key)).toMatchObject({
        status: 422,
        body: { error: 'idempotency_mismatch' },
      })
    })

    test('a refused request does not use the key up', async () => {
      const me = await small()
      expect((await me('PATCH', '/api/onboarding/steps/second', { status: 'done' }, key)).status).toBe(409)
      await me('PATCH', '/api/onboarding/steps/first', { status: 'done' })
      expect((await me('PATCH', '/api/onboarding/steps/second', { status: 'done' }, key)).status).toBe(200)
    })

    test("another person's key is another key", async () => {
      const [one, other] = [await someone(), await someone()]
      await one('PATCH', '/api/onboarding/steps/theme', { status: 'done', metadata: { mine: true } }, key)
      expect(
        (await other('PATCH', '/api/onboarding/steps/product', { status: 'done' }, key)).body.step.id,
      ).toBe('product')
    })
  })

  describe('ETag', () => {
    test('an unchanged onboarding is 304, a changed one 200 with another tag', async () => {
      const me = await someone()
      const etag = (await me('GET', '/api/onboarding')).headers.get('etag') ?? ''
      const same = await me('GET', '/api/onboarding', undefined, { 'if-none-match': `"other", W/${etag}` })
      expect([same.status, same.body]).toEqual([304, ''])
      await me('PATCH', '/api/onboarding/steps/theme', { status: 'done' })
      expect((await me('GET', '/api/onboarding', undefined, { 'if-none-match': '*' })).status).toBe(304)
      const changed = await me('GET', '/api/onboarding', undefined, { 'if-none-match': etag })
      expect(changed.status).toBe(200)
      expect(changed.headers.get('etag')).not.toBe(etag)
    })

    test('a change based on an older reading is 412 and changes nothing', async () => {
      const me = await someone()
      const etag = (await me('GET', '/api/onboarding')).headers.get('etag') ?? ''
      expect(
        (await me('PATCH', '/api/onboarding/steps/theme', { status: 'done' }, { 'if-match': etag })).status,
      ).toBe(200)
      expect(
        await me('PATCH', '/api/onboarding/steps/product', { status: 'done' }, { 'if-match': etag }),
      ).toMatchObject({
        status: 412,
        body: { error: 'stale' },
      })
      expect(
        (await me('GET', '/api/onboarding')).body.steps.find((step: any) => step.id === 'product').status,
      ).toBe('todo')
    })
  })

  describe('refusals', () => {
    test.each([
      ['a required step is not skipped', 'first', 'skipped', 400, 'step_required'],
      ['a dependency comes first', 'second', 'done', 409, 'dependency_open'],
      ['a click does not prove', 'proven', 'done', 409, 'proof_required'],
      ['a step not active yet is not there', 'later', 'done', 404, 'step_not_found'],
      ['a step nobody knows is not there', 'nothing', 'done', 404, 'step_not_found'],
    ])('%s', async (_name, step, status, code, error) => {
      const me = await small()
      expect(await me('PATCH', `/api/onboarding/steps/${step}`, { status })).toMatchObject({
        status: code,
        body: { error },
      })
    })

    test('done is not skipped, and done again keeps the first time and author', async () => {
      const me = await someone()
      const first = await me('PATCH', '/api/onboarding/steps/theme', { status: 'done' })
      now += 60_000
      expect(await me('PATCH', '/api/onboarding/steps/theme', { status: 'skipped' })).toMatchObject({
        status: 409,
        body: { error: 'step_already_done' },
      })
      const again = await me('PATCH', '/api/onboarding/steps/theme', { status: 'done' })
      expect(again.body.step).toEqual(first.body.step)
    })

    test('skipped can be done later', async () => {
      const me = await someone()
      await me('PATCH', '/api/onboarding/steps/theme', { status: 'skipped' })
      expect((await me('PATCH', '/api/onboarding/steps/theme', { status: 'done' })).body.step.status).toBe(
        'done',
      )
    })
  })

  test('the host’s server proves what a click cannot, and before its dependencies', async () => {
    await small()
    const userId = `someone-${people}`
    await house.server('PUT', `/api/users/${userId}`, { attributes: { size: 'small' } })
    const proven = await house.server('PATCH', `/api/users/${userId}/onboarding/steps/proven`, {
      status: 'done',
      metadata: { by: 'billing' },
    })
    expect(proven).toMatchObject({ status: 200, body: { step: { id: 'proven', status: 'done' } } })
    expect(
      (await house.server('PATCH', `/api/users/${userId}/onboarding/steps/second`, { status: 'done' }))
        .status,
    ).toBe(200)
    const event = (await eventsOf(userId)).find(
      (one) => one.stepId === 'proven' && one.type === 'onboarding.step_completed',
    )
    expect(event.data).toMatchObject({ source: 'api', metadata: { by: 'billing' } })
  })

  test('a step appears by the clock, and an ETag of before does not hide it', async () => {
    const me = await small()
    const before = await me('GET', '/api/onboarding')
    expect(before.body.steps.map((step: any) => step.id)).not.toContain('later')
    now += 2 * 3_600_000
    const after = await me('GET', '/api/onboarding', undefined, {
      'if-none-match': before.headers.get('etag') ?? '',
    })
    expect(after.body.steps.map((step: any) => step.id)).toContain('later')
  })

  test('a whole flow is skipped and resumed; gates hold meanwhile; finishing completes it; then skipping is refused', async () => {
    const me = await someone()
    const userId = `someone-${people}`
    expect((await me('POST', '/api/onboarding/skip')).body).toMatchObject({
      success: true,
      status: 'skipped',
    })
    expect((await me('POST', '/api/onboarding/skip')).body.status).toBe('skipped')
    expect((await me('POST', '/api/onboarding/skip', { bogus: 1 })).status).toBe(400)
    expect((await me('POST', '/api/onboarding/resume', { bogus: 1 })).status).toBe(400)
    const gate = () =>
      house.server('POST', '/api/gates/check', { userId, gate: 'publish', route: '/publish' })
    expect((await gate()).status).toBe(409)
    expect((await me('POST', '/api/onboarding/resume')).body.status).toBe('in_progress')
    await me('POST', '/api/onboarding/skip', { reason: 'no time' })
    expect((await eventsOf(userId)).at(-1)).toMatchObject({
      type: 'onboarding.skipped',
      data: { reason: 'no time' },
    })
    await me('PATCH', '/api/onboarding/steps/email_verification', { status: 'done' })
    expect((await me('PATCH', '/api/onboarding/steps/payments', { status: 'done' })).body.status).toBe(
      'completed',
    )
    expect((await gate()).body).toEqual({ allowed: true })
    expect(await me('POST', '/api/onboarding/skip')).toMatchObject({
      status: 409,
      body: { error: 'flow_completed' },
    })
    expect((await typesOf(userId)).filter((type) => /skipped|resumed|completed$/.test(type))).toEqual([
      'onboarding.skipped',
      'onboarding.resumed',
      'onboarding.skipped',
      'onboarding.step_completed',
      'onboarding.step_completed',
      'onboarding.completed',
    ])
  })

  test('facts that change later never uncomplete a flow, but gates see the new step', async () => {
    const me = await someone()
    const userId = `someone-${people}`
    await me('PATCH', '/api/onboarding/steps/email_verification', { status: 'done' })
    await me('PATCH', '/api/onboarding/steps/payments', { status: 'done' })
    await house.server('PUT', `/api/users/${userId}`, { market: 'DE' })
    const server = await house.server('GET', `/api/users/${userId}/onboarding`)
    expect(server.body).toMatchObject({ status: 'completed', nextStep: 'theme' })
    expect(server.body.steps.at(-1)).toMatchObject({ id: 'impressum', required: true, status: 'todo' })
    expect(
      await house.server('POST', '/api/gates/check', { userId, steps: ['impressum'], route: '/publish' }),
    ).toMatchObject({ status: 409 })
  })

  test('the reminder is snoozed at most as often and as long as the flow allows', async () => {
    const me = await someone()
    const far = new Date(now + 30 * 86_400_000).toISOString()
    const snoozed = await me('PATCH', '/api/onboarding/steps/theme', { snoozeUntil: far })
    expect(snoozed.body.nudge).toMatchObject({
      visible: false,
      snoozeCount: 1,
      snoozedUntil: new Date(now + 7 * 86_400_000).toISOString(),
    })
    await me('PATCH', '/api/onboarding/steps/theme', { snoozeUntil: far })
    await me('PATCH', '/api/onboarding/steps/theme', { snoozeUntil: far })
    expect(await me('PATCH', '/api/onboarding/steps/theme', { snoozeUntil: far })).toMatchObject({
      status: 409,
      body: { error: 'snooze_limit' },
    })
    now += 8 * 86_400_000
    expect((await me('GET', '/api/onboarding')).body.nudge.visible).toBe(true)
  })

  describe('gates', () => {
    test('enrol a person they have never seen, and tell the steps that are missing', async () => {
      const userId = `someone-${(people += 1)}`
      const blocked = await house.server('POST', '/api/gates/check', {
        userId,
        steps: ['email_verification', 'theme'],
        route: '/x',
      })
      expect(blocked.body).toMatchObject({
        missingStep: 'email_verification',
        missingSteps: ['email_verification', 'theme'],
      })
      expect(await typesOf(userId)).toEqual(['onboarding.enrolled', 'gating.blocked'])
    })

    test.each([
      [{ steps: ['nothing'] }, 400, 'unknown_step'],
      [{ gate: 'nothing' }, 400, 'unknown_gate'],
      [{ steps: ['theme'], flow: 'nothing' }, 404, 'flow_not_found'],
      [{ steps: ['theme'], gate: 'publish' }, 400, 'invalid_request'],
      [{}, 400, 'invalid_request'],
      [{ steps: [] }, 400, 'invalid_request'],
      [{ steps: 'theme' }, 400, 'invalid_request'],
    ])('%o is refused, critical or not', async (question, status, error) => {
      for (const critical of [true, false]) {
        const answer = await house.server('POST', '/api/gates/check', {
          userId: 'gate-asker',
          route: '/x',
          critical,
          ...question,
        })
        expect(answer).toMatchObject({ status, body: { error } })
      }
    })

    test('a step that the person does not see is no obstacle', async () => {
      await someone()
      const answer = await house.server('POST', '/api/gates/check', {
        userId: `someone-${people}`,
        steps: ['impressum'],
        route: '/x',
      })
      expect(answer).toMatchObject({ status: 200, body: { allowed: true } })
    })
  })

  describe('people', () => {
    test('facts: absent leaves, null forgets, a value stores', async () => {
      await house.server('PUT', '/api/users/facts', {
        role: 'owner',
        plan: 'team',
        attributes: { a: 1, b: 2 },
        account: 'f-1',
      })
      const { body } = await house.server('PUT', '/api/users/facts', {
        plan: null,
        attributes: { a: null, c: 3 },
      })
      expect(body).toEqual({
        userId: 'facts',
        facts: { role: 'owner', attributes: { b: 2, c: 3 } },
        account: 'f-1',
      })
      const left = await house.server('PUT', '/api/users/facts', { account: null })
      expect(left.body.account).toBeNull()
    })

    test('a person told of with no facts is known all the same', async () => {
      expect((await house.server('PUT', '/api/users/blank', {})).status).toBe(200)
      expect((await house.server('GET', '/api/users/blank/export')).body).toMatchObject({
        userId: 'blank',
        events: [],
      })
    })

    test('claims of a token are stored and absent ones change nothing, also when the request is refused', async () => {
      await house.server('PUT', '/api/users/claims', { role: 'owner', plan: 'team', account: 'c-1' })
      const me = await house.person('claims', { role: 'staff' })
      expect((await me('PATCH', '/api/onboarding/steps/payments', { status: 'done' })).status).toBe(403)
      const { body } = await house.server('PUT', '/api/users/claims', {})
      expect(body).toMatchObject({ facts: { role: 'staff', plan: 'team' }, account: 'c-1' })
    })

    test('account attributes decide for all members', async () => {
      await house.publish({
        name: 'big',
        priority: 70,
        audience: { 'account.size': { $gt: 10 } },
        steps: [{ id: 'sso', title: 'SSO' }],
      })
      expect(
        (await house.server('PUT', '/api/accounts/big-co', { attributes: { size: 50, old: 1 } })).body
          .attributes,
      ).toEqual({ size: 50, old: 1 })
      expect(
        (await house.server('PUT', '/api/accounts/big-co', { attributes: { old: null } })).body.attributes,
      ).toEqual({ size: 50 })
      const me = await house.person('employee', { account: 'big-co' })
      expect((await me('GET', '/api/onboarding')).body.flow.name).toBe('big')
    })

    test('who changes account leaves the state with the account', async () => {
      const before = await house.person('switcher', { role: 'owner', market: 'FR', account: 'from' })
      await before('PATCH', '/api/onboarding/steps/payments', { status: 'done' })
      const after = await house.person('switcher', { role: 'owner', market: 'FR', account: 'to' })
      const statusOf = async (me: Call): Promise<string> =>
        (await me('GET', '/api/onboarding')).body.steps.find((step: any) => step.id === 'payments').status
      expect(await statusOf(after)).toBe('todo')
      expect(
        await statusOf(await house.person('colleague', { role: 'staff', market: 'FR', account: 'from' })),
      ).toBe('done')
    })

    test('without an account its steps are not visible', async () => {
      const me = await house.person('loner', { role: 'owner', market: 'FR' })
      expect((await me('GET', '/api/onboarding')).body.steps.map((step: any) => step.id)).toEqual([
        'email_verification',
        'theme',
        'product',
      ])
    })

    test('explain tells every rule with the values that decided it', async () => {
      const me = await someone({ market: 'FR' })
      await me('GET', '/api/onboarding')
      const { body } = await house.server('GET', `/api/users/someone-${people}/explain`)
      const impressum = body.steps.find((step: any) => step.id === 'impressum')
      expect(impressum).toMatchObject({ visible: false })
      expect(impressum.rules).toContainEqual({ rule: 'markets', holds: false, expected: ['DE'], found: 'FR' })
    })

    test('export tells all that is held; erasing removes it and answers with a receipt', async () => {
      const me = await house.person('forget-me', { role: 'owner', market: 'FR', account: 'forget-us' })
      await me('PATCH', '/api/onboarding/steps/theme', { status: 'done', metadata: { colour: 'blue' } })
      await me('PATCH', '/api/onboarding/steps/payments', { status: 'done', metadata: { iban: 'FR76' } })
      const held = (await house.server('GET', '/api/users/forget-me/export')).body
      expect(held.accountSteps).toEqual([
        expect.objectContaining({ flow: 'shop', stepId: 'payments', metadata: { iban: 'FR76' } }),
      ])
      expect(held).toMatchObject({ userId: 'forget-me', account: 'forget-us', facts: { market: 'FR' } })
      expect(held.enrolments[0].steps).toContainEqual(
        expect.objectContaining({ stepId: 'theme', metadata: { colour: 'blue' } }),
      )
      expect(held.events.length).toBeGreaterThan(3)
      const erased = await house.server('DELETE', '/api/users/forget-me')
      expect(erased.body.receipt).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        erasedAt: expect.any(String),
      })
      expect(await me('GET', '/api/onboarding')).toMatchObject({
        status: 403,
        body: { error: 'person_erased' },
      })
      expect((await house.server('GET', '/api/users/forget-me/export')).status).toBe(404)
      expect(
        await house.server('POST', '/api/gates/check', {
          userId: 'forget-me',
          steps: ['theme'],
          route: '/x',
          critical: false,
        }),
      ).toMatchObject({ status: 403 })
      await house.server('PUT', '/api/users/forget-me', { market: 'FR', account: 'forget-us' })
      const { steps } = (await me('GET', '/api/onboarding')).body
      expect(steps.find((step: any) => step.id === 'theme').status).toBe('todo')
      // The account keeps its step, but not who did it.
      expect(steps.find((step: any) => step.id === 'payments')).toMatchObject({ status: 'done' })
      expect(JSON.stringify(steps)).not.toMatch(/forget-me|FR76/)
      expect((await house.server('DELETE', '/api/users/nobody')).status).toBe(404)
    })

    test('a timeline comes in pages, each happening once and with its correlation id', async () => {
      const me = await someone()
      await me('GET', '/api/onboarding', undefined, { 'x-correlation-id': 'first-look' })
      await me('PATCH', '/api/onboarding/steps/theme', { status: 'done' })
      const path = `/api/admin/people/someone-${people}/timeline`
      const first = (await house.server('GET', `${path}?limit=2`)).body
      const rest = (await house.server('GET', `${path}?limit=100&cursor=${first.nextCursor}`)).body
      const ids = [...first.events, ...rest.events].map((event: any) => event.id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(first.events[0]).toMatchObject({ type: 'onboarding.enrolled', correlationId: 'first-look' })
      expect(rest.nextCursor).toBeUndefined()
    })
  })

  test('the counter counts what was settled', async () => {
    const text = (await house.as(undefined)('GET', '/metrics')).body
    expect(text).toMatch(/onboarding_step_completions_total\{step_id="theme",status="done"\} [1-9]/)
    expect(text).toMatch(/onboarding_step_completions_total\{step_id="theme",status="skipped"\} [1-9]/)
    expect(text).toMatch(/onboarding_gating_blocks_total\{route="\/publish",missing_step="payments"\} [1-9]/)
  })

  test('health says that it lives and is ready', async () => {
    expect((await house.as(undefined)('GET', '/health/live')).body).toEqual({ status: 'ok' })
    expect((await house.as(undefined)('GET', '/health/ready')).body).toEqual({
      status: 'ok',
      checks: { database: 'ok' },
    })
  })

  test('in process, bad input is refused by its contract code and never opens a gate', async () => {
    const { verbs } = house.boardwalk
    const refused = { code: 'invalid_request' }
    await expect(verbs.checkGate({ userId: 'embedded', route: '/x' })).rejects.toMatchObject(refused)
    await expect(verbs.checkGate({ userId: 'embedded', route: '/x', steps: [] })).rejects.toMatchObject(
      refused,
    )
    await expect(
      verbs.changeStep('embedded', { id: 'theme', status: 'banana' as 'done' }),
    ).rejects.toMatchObject(refused)
    await expect(
      verbs.changeStep('embedded', { id: 'theme', status: 'done', metadata: { a: 'x\0' } }),
    ).rejects.toMatchObject(refused)
    await expect(verbs.putUser('', {})).rejects.toMatchObject(refused)
    await expect(verbs.changeStep('embedded', { id: 'nothing', status: 'done' })).rejects.toMatchObject({
      code: 'step_not_found',
    })
  })

  test('in process, an erased person comes back when the host sends them again', async () => {
    const { verbs } = house.boardwalk
    await verbs.putUser('phoenix', { market: 'FR' })
    await house.server('DELETE', '/api/users/phoenix')
    await verbs.putUser('phoenix', { market: 'DE' })
    expect((await house.server('GET', '/api/users/phoenix/export')).body.facts.market).toBe('DE')
  })

  test('a person’s facts are bounded in all, not only in each update', async () => {
    const fill = (index: number) =>
      house.server('PUT', '/api/users/hoarder', { attributes: { [`a${index}`]: 'x'.repeat(12_000) } })
    expect([(await fill(1)).status, (await fill(2)).status]).toEqual([200, 200])
    expect(await fill(3)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    const account = (index: number) =>
      house.server('PUT', '/api/accounts/hoarders', { attributes: { [`a${index}`]: 'x'.repeat(12_000) } })
    expect([(await account(1)).status, (await account(2)).status, (await account(3)).status]).toEqual([
      200, 200, 400,
    ])
  })

  test('an action never shows a raw $name: an unknown fact is left out, a price stays a price', async () => {
    await house.publish({
      name: 'prefilled',
      priority: 60,
      audience: { group: 'prefilled' },
      steps: [
        { id: 'a', title: 'A', action: { type: 'open_modal', modal: 'm', prefill: { country: '$market' } } },
        {
          id: 'b',
          title: 'B',
          action: { type: 'open_modal', modal: 'm', prefill: { price: '$100', plan: '$plan' } },
        },
      ],
    })
    const me = await house.person('prefill', { attributes: { group: 'prefilled' } })
    expect((await me('GET', '/api/onboarding')).body.steps.map((step: any) => step.action)).toEqual([
      { type: 'open_modal', modal: 'm' },
      { type: 'open_modal', modal: 'm', prefill: { price: '$100' } },
    ])
  })

  test('a snooze into the past is refused and uses none up', async () => {
    const me = await someone()
    const answer = await me('PATCH', '/api/onboarding/steps/theme', { snoozeUntil: '2001-01-01T00:00:00Z' })
    expect(answer).toMatchObject({ status: 400, body: { error: 'snooze_past' } })
    expect((await me('GET', '/api/onboarding')).body.nudge.snoozeCount).toBe(0)
  })

  test('the same verbs work in process', async () => {
    const { verbs } = house.boardwalk
    await verbs.putUser('embedded', { role: 'owner', market: 'FR', account: 'e-1', locale: 'fr' })
    expect(await verbs.checkGate({ userId: 'embedded', gate: 'publish', route: '/publish' })).toMatchObject({
      missingStep: 'payments',
    })
    await verbs.changeStep('embedded', { id: 'payments', status: 'done' })
    expect(await verbs.checkGate({ userId: 'embedded', gate: 'publish', route: '/publish' })).toEqual({
      allowed: true,
    })
    expect((await verbs.getOnboarding('embedded')).steps[1]).toMatchObject({
      id: 'payments',
      status: 'done',
      title: 'Configurer les paiements',
    })
  })
})
