import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { flowFile, openHouse, type House } from './open-house.ts'

forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(await open())
    await house.publish(flowFile('shop'))
    await house.publish(flowFile('saas'))
  })
  afterAll(() => house.boardwalk.stop())

  const gate = (userId: string, more: object = {}) =>
    house.server('POST', '/api/gates/check', {
      userId,
      steps: ['payments'],
      route: '/api/store/publish',
      critical: true,
      ...more,
    })

  test('the journey of the design document: email done, theme skipped, publish stopped, payments done, publish allowed', async () => {
    const me = await house.person('marie', {
      role: 'owner',
      market: 'FR',
      locale: 'fr',
      account: 'shop-marie',
    })

    const first = await me('GET', '/api/onboarding')
    expect(first.status).toBe(200)
    expect(first.body).toMatchObject({
      flow: { name: 'shop', version: 1 },
      status: 'in_progress',
      progress: 0,
      nextStep: 'email_verification',
    })
    expect(first.body.steps.find((step: any) => step.id === 'email_verification')).toMatchObject({
      required: true,
      status: 'todo',
    })

    const email = await me('PATCH', '/api/onboarding/steps/email_verification', { status: 'done' })
    expect(email.body).toMatchObject({ success: true, step: { id: 'email_verification', status: 'done' } })
    expect(email.body.progress).toBeGreaterThan(0)

    const theme = await me('PATCH', '/api/onboarding/steps/theme', { status: 'skipped', reason: 'later' })
    expect(theme.body).toMatchObject({ success: true, step: { id: 'theme', status: 'skipped' } })

    const blocked = await gate('marie', { returnUrl: '/store/publish' })
    expect(blocked.status).toBe(409)
    expect(blocked.headers.get('content-type')).toBe('application/problem+json')
    expect(blocked.body).toMatchObject({
      status: 409,
      error: 'PRECONDITION_REQUIRED',
      message: 'Vous devez configurer les paiements avant de publier votre boutique',
      missingStep: 'payments',
      missingSteps: ['payments'],
      action: {
        type: 'open_modal',
        modal: 'payments_setup',
        prefill: { country: 'FR', returnUrl: '/store/publish' },
      },
      correlationId: expect.any(String),
    })

    expect((await me('PATCH', '/api/onboarding/steps/payments', { status: 'done' })).status).toBe(200)
    expect(await gate('marie')).toMatchObject({ status: 200, body: { allowed: true } })

    const timeline = await house.server('GET', '/api/admin/people/marie/timeline')
    expect(timeline.body.events.map((event: any) => [event.type, event.stepId])).toEqual(
      expect.arrayContaining([
        ['onboarding.enrolled', undefined],
        ['onboarding.step_completed', 'email_verification'],
        ['onboarding.step_skipped', 'theme'],
        ['gating.blocked', 'payments'],
        ['onboarding.step_completed', 'payments'],
        ['onboarding.completed', undefined],
      ]),
    )
  })

  test('another device sees the same', async () => {
    const claims = { role: 'owner', market: 'FR', account: 'shop-resume' }
    const phone = await house.person('resume', claims)
    await phone('GET', '/api/onboarding')
    await phone('PATCH', '/api/onboarding/steps/email_verification', { status: 'done' })
    const laptop = await house.person('resume', claims)
    const seen = await laptop('GET', '/api/onboarding')
    expect(seen.body.steps[0]).toMatchObject({
      id: 'email_verification',
      status: 'done',
      completedBy: 'resume',
    })
  })

  test('German people have to give an impressum, French people do not see it', async () => {
    const idsFor = async (market: string): Promise<string[]> => {
      const me = await house.person(`from-${market}`, { role: 'owner', market, account: `shop-${market}` })
      return (await me('GET', '/api/onboarding')).body.steps.map((step: any) => `${step.id}:${step.required}`)
    }
    expect(await idsFor('DE')).toContain('impressum:true')
    expect(await idsFor('FR')).not.toContain('impressum:true')
  })

  test('the market of the query only changes what is shown, and stores nothing', async () => {
    const me = await house.person('tourist', { role: 'owner', market: 'FR', account: 'shop-tourist' })
    const preview = await me('GET', '/api/onboarding?market=DE')
    expect(preview.body.steps.map((step: any) => step.id)).toContain('impressum')
    expect((await house.server('GET', '/api/users/tourist/onboarding')).status).toBe(404)
  })

  test('what the owner does for the account is done for staff, who may not do it themselves', async () => {
    const owner = await house.person('olga', { role: 'owner', market: 'FR', account: 'shop-2' })
    const staff = await house.person('sven', { role: 'staff', market: 'FR', account: 'shop-2' })
    const before = (await staff('GET', '/api/onboarding')).body.steps.find(
      (step: any) => step.id === 'payments',
    )
    expect(before).toMatchObject({ status: 'todo', allowed: false, roleRestricted: 'owner' })
    expect(await staff('PATCH', '/api/onboarding/steps/payments', { status: 'done' })).toMatchObject({
      status: 403,
      body: { error: 'role_not_allowed' },
    })
    await owner('PATCH', '/api/onboarding/steps/payments', { status: 'done' })
    const after = (await staff('GET', '/api/onboarding')).body.steps.find(
      (step: any) => step.id === 'payments',
    )
    expect(after).toMatchObject({ status: 'done', completedBy: 'olga' })
    expect(await gate('sven')).toMatchObject({ status: 200 })
  })

  test('staff whose last open step the owner did are completed within five seconds, without asking', async () => {
    const owner = await house.person('olivia', { role: 'owner', market: 'FR', account: 'shop-3' })
    const staff = await house.person('stefan', { role: 'staff', market: 'FR', account: 'shop-3' })
    await staff('PATCH', '/api/onboarding/steps/email_verification', { status: 'done' })
    await owner('PATCH', '/api/onboarding/steps/payments', { status: 'done' })
    await expect
      .poll(
        async () =>
          (await house.server('GET', '/api/admin/people/stefan/timeline')).body.events.map(
            (event: any) => event.type,
          ),
        { interval: 50 },
      )
      .toContain('onboarding.completed')
  })

  test('the SaaS flow shows the invitation to teams only', async () => {
    const idsFor = async (plan: string): Promise<string[]> => {
      const me = await house.person(`plan-${plan}`, {
        plan,
        account: `ws-${plan}`,
        attributes: { product: 'saas' },
      })
      const { body } = await me('GET', '/api/onboarding')
      expect(body.flow.name).toBe('saas')
      return body.steps.map((step: any) => step.id)
    }
    expect(await idsFor('team')).toEqual(['profile', 'invite_team', 'connect_integration'])
    expect(await idsFor('solo')).toEqual(['profile', 'connect_integration'])
  })

  describe('texts', () => {
    test.each([
      ['fr-FR,fr;q=0.9,en;q=0.8', 'Vérifier votre email'],
      ['en', 'Verify your email'],
      ['pt-BR', 'Verify your email'],
    ])('are in the best language of Accept-Language %s', async (language, title) => {
      const me = await house.person('polyglot', { role: 'owner', account: 'shop-poly' })
      const { body } = await me('GET', '/api/onboarding', undefined, { 'accept-language': language })
      expect(body.steps[0].title).toBe(title)
    })
  })
})
