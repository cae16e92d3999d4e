import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { OnboardingClient } from '../src/index.ts'
import { counted, onboardingOf, refusal, stepOf } from './fake-boardwalk.ts'
import { hold, meanwhile, openHouse, shortly, shortPauses, statusOf } from './open-client.ts'

const isChange = ({ method }: { method: string }): boolean => method !== 'GET'
const json = { 'content-type': 'application/problem+json' }
const isRead = ({ method }: { method: string }): boolean => method === 'GET'

describe('a step that is completed', () => {
  test('shows at once with its progress, and is settled by one round trip', async () => {
    const { fake, ready } = await openHouse()
    const client = await ready()
    const { count, stop } = hold(fake, isChange)
    const changed = client.completeStep('profile', { invitedCount: 3 })
    expect(statusOf(client, 'profile')).toBe('done')
    expect(client.getSnapshot()).toMatchObject({
      pending: ['profile'],
      onboarding: {
        progress: 33,
        nextStep: 'payments',
        position: { current: 2, total: 3, completed: 1, skipped: 0 },
        nudge: { remainingSteps: 2 },
      },
    })
    await shortly(() => expect(count()).toBe(1))
    stop()
    expect(await changed).toEqual({ kind: 'done' })
    expect(client.getSnapshot()).toMatchObject({
      pending: [],
      refused: undefined,
      onboarding: fake.onboarding,
    })
    const [asked] = fake.got.filter(isChange)
    expect(asked).toMatchObject({
      method: 'PATCH',
      path: '/api/onboarding/steps/profile',
      body: { status: 'done', metadata: { invitedCount: 3 } },
    })
    expect(asked?.headers['prefer']).toBe('return=representation')
    expect(fake.asked('GET')).toHaveLength(1)
    await client.refresh()
    expect(fake.got.at(-1)?.headers['if-none-match']).toBeDefined()
    expect(statusOf(client, 'profile')).toBe('done')
  })

  test('is read when the answer does not bring the state, and shows meanwhile', async () => {
    const { fake, ready } = await openHouse()
    fake.hasRepresentation = false
    const client = await ready()
    const { count, stop } = hold(fake, isRead)
    expect(await client.completeStep('profile')).toEqual({ kind: 'done' })
    expect([statusOf(client, 'profile'), client.getSnapshot().pending]).toEqual(['done', []])
    await shortly(() => expect(count()).toBe(1))
    expect(statusOf(client, 'profile')).toBe('done')
    stop()
    await client.refresh()
    expect(client.getSnapshot().onboarding).toEqual(fake.onboarding)
  })

  test('has its id as one part of the path, and the flow beside it', async () => {
    const { fake, ready } = await openHouse()
    fake.onboarding = onboardingOf(stepOf('a/b?c'))
    const client = await ready({ flow: 'shop' })
    expect(await client.completeStep('a/b?c')).toEqual({ kind: 'done' })
    expect(fake.got.at(-1)?.path).toBe('/api/onboarding/steps/a%2Fb%3Fc')
    expect(fake.got.at(-1)?.query.get('flow')).toBe('shop')
  })

  test('shows nothing that the server would refuse for a reason to be seen', async () => {
    const { fake, ready } = await openHouse()
    fake.onboarding = onboardingOf(
      stepOf('done', { status: 'done', required: false }),
      stepOf('locked', { locked: true }),
      stepOf('others', { allowed: false }),
      stepOf('needed'),
    )
    const client = await ready()
    fake.instead = () => new Promise(() => {})
    for (const id of ['done', 'needed', 'unknown']) void client.skipStep(id)
    for (const id of ['locked', 'others', 'unknown']) void client.completeStep(id)
    expect(client.getSnapshot().onboarding).toEqual(fake.onboarding)
  })
})

test('a step that is skipped counts no more', async () => {
  const { fake, ready } = await openHouse()
  const client = await ready()
  const changed = client.skipStep('team', 'later')
  expect(client.getSnapshot().onboarding).toMatchObject({ progress: 0, position: { skipped: 1 } })
  await changed
  expect(fake.got.at(-1)?.body).toEqual({ status: 'skipped', reason: 'later' })
  expect(client.getSnapshot().onboarding).toEqual(fake.onboarding)
})

describe('the reminder, the guide, the welcome and the flow', () => {
  const now = Date.UTC(2030, 0, 1)
  type Row = [keyof OnboardingClient, string, object, object?]
  const rows: readonly Row[] = [
    [
      'snoozeNudge',
      '/nudge/snooze',
      {
        nudge: {
          visible: false,
          snoozeCount: 1,
          snoozedUntil: '2030-01-08T00:00:00.000Z',
          undoUntil: '2030-01-01T00:00:10.000Z',
        },
      },
    ],
    ['dismissNudge', '/nudge/dismiss', { nudge: { visible: false, snoozeCount: 0 } }],
    ['dismissGuide', '/guide/dismiss', { guide: { dismissed: true } }],
    ['restoreGuide', '/guide/restore', { guide: { dismissed: false } }],
    ['seeWelcome', '/welcome/seen', { welcome: { seen: true } }],
    ['skipFlow', '/skip', { status: 'skipped' }, { reason: 'no time' }],
    ['resumeFlow', '/resume', { status: 'in_progress' }],
  ]

  test.each(rows)('%s shows at once, and is what the server made of it', async (name, path, shown, body) => {
    const { fake, ready } = await openHouse()
    const client = await ready({ clock: () => now })
    const verb = client[name] as (reason?: string) => ReturnType<OnboardingClient['skipFlow']>
    const changed = verb((body as { reason: string } | undefined)?.reason)
    expect(client.getSnapshot()).toMatchObject({ onboarding: shown, pending: [] })
    expect(await changed).toEqual({ kind: 'done' })
    expect(fake.got.at(-1)).toMatchObject({ method: 'POST', path: `/api/onboarding${path}` })
    expect(fake.got.at(-1)?.body).toEqual(body)
    expect(client.getSnapshot().onboarding).toMatchObject(shown)
  })

  test('a snooze is undone', async () => {
    const { fake, ready } = await openHouse()
    const client = await ready({ clock: () => now })
    const before = client.getSnapshot().onboarding
    const changes = [client.snoozeNudge(), client.unsnoozeNudge()]
    expect(client.getSnapshot().onboarding).toEqual(before)
    expect(await Promise.all(changes)).toEqual([{ kind: 'done' }, { kind: 'done' }])
    expect(client.getSnapshot().onboarding).toEqual(fake.onboarding)
    expect(fake.got.slice(-2).map(({ path }) => path)).toEqual([
      '/api/onboarding/nudge/snooze',
      '/api/onboarding/nudge/unsnooze',
    ])
  })

  test('a completed flow stays completed', async () => {
    const { fake, ready } = await openHouse()
    fake.change((onboarding) => ({ ...onboarding, status: 'completed' }))
    const client = await ready()
    fake.instead = () => refusal('flow_completed', 409)
    const changed = client.skipFlow()
    expect(client.getSnapshot().onboarding?.status).toBe('completed')
    expect(await changed).toMatchObject({ kind: 'refused', refused: { code: 'flow_completed' } })
  })
})

describe('a change that is refused', () => {
  test.each([
    ['step_not_found', 404],
    ['proof_required', 409],
    ['stale', 412],
    ['role_not_allowed', 403],
    ['step_required', 400],
  ] as const)('with %s is rolled back, says why, and is read again', async (code, status) => {
    const { fake, ready } = await openHouse()
    const onError = vi.fn()
    const client = await ready({ onError })
    fake.instead = (asked) => (isChange(asked) ? refusal(code, status, 'Not like this.') : undefined)
    fake.setStep('payments', { title: 'changed meanwhile' })
    const changed = client.completeStep('profile')
    expect(statusOf(client, 'profile')).toBe('done')
    const refused = { code, message: 'Not like this.' }
    expect(await changed).toEqual({ kind: 'refused', refused })
    expect(client.getSnapshot()).toMatchObject({ pending: [], refused })
    expect(statusOf(client, 'profile')).toBe('todo')
    expect(onError.mock.calls).toEqual([[refused]])
    await shortly(() => expect(client.getSnapshot().onboarding).toEqual(fake.onboarding))
    fake.instead = undefined
    await client.completeStep('profile')
    expect(client.getSnapshot().refused).toBeUndefined()
  })

  test('leaves those beside it as they are', async () => {
    const { fake, ready } = await openHouse()
    const client = await ready()
    fake.instead = ({ path }) => (path.endsWith('/profile') ? refusal('proof_required', 409) : undefined)
    const changes = [client.completeStep('profile'), client.completeStep('payments'), client.dismissGuide()]
    expect(client.getSnapshot().pending).toEqual(['profile', 'payments'])
    expect(await Promise.all(changes)).toMatchObject([
      { kind: 'refused' },
      { kind: 'done' },
      { kind: 'done' },
    ])
    await client.refresh()
    expect(client.getSnapshot().onboarding).toEqual(fake.onboarding)
    expect(fake.onboarding).toMatchObject({ guide: { dismissed: true }, position: { completed: 1 } })
  })
})

describe('a server that does not answer', () => {
  test('is tried again after one second and two, with the same key, and then given up', async () => {
    const { fake, ready } = await openHouse()
    const { pauses, sleep } = shortPauses()
    const client = await ready({ sleep })
    fake.instead = () => ({ status: 502, body: '<h1>Bad Gateway</h1>' })
    expect(await client.completeStep('profile')).toMatchObject({
      kind: 'refused',
      refused: { code: 'unreached', message: expect.stringContaining('502') },
    })
    expect(pauses).toEqual([1000, 2000])
    const keys = fake.got.filter(isChange).map(({ headers }) => headers['idempotency-key'])
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
    expect(statusOf(client, 'profile')).toBe('todo')
    await shortly(() => expect(client.getSnapshot().phase).toBe('stale'))
  })

  test.each([
    ['5', 5000],
    ['0.5', 1000],
    ['-5', 1000],
    ['soon', 1000],
    ['Wed, 21 Oct 2065 07:28:00 GMT', 1000],
  ])('but says Retry-After: %s is asked again after %d ms', async (after, pause) => {
    for (const status of [429, 503]) {
      const { fake, ready } = await openHouse()
      const { pauses, sleep } = shortPauses()
      const client = await ready({ sleep })
      let busy = 1
      fake.instead = (asked) =>
        isChange(asked) && busy-- > 0
          ? { ...refusal('too_many_streams', status), headers: { ...json, 'retry-after': after } }
          : undefined
      expect(await client.completeStep('profile')).toEqual({ kind: 'done' })
      expect(pauses).toEqual([pause])
    }
  })

  test.each(['5.1', '60', '3600'])(
    'but says Retry-After: %s refuses the change at once, and the next one goes',
    async (after) => {
      const { fake, ready } = await openHouse()
      const { pauses, sleep } = shortPauses()
      const client = await ready({ sleep })
      let busy = 1
      fake.instead = (asked) =>
        isChange(asked) && busy-- > 0
          ? { ...refusal('SERVICE_UNAVAILABLE', 503), headers: { ...json, 'retry-after': after } }
          : undefined
      const [first, second] = await Promise.all([client.completeStep('profile'), client.dismissNudge()])
      expect(first).toMatchObject({ kind: 'refused', refused: { code: 'SERVICE_UNAVAILABLE' } })
      expect(second).toEqual({ kind: 'done' })
      expect(pauses).toEqual([])
    },
  )

  test('or says that it was too much: what showed is taken back, what was known stays, and later all goes', async () => {
    const { fake, ready } = await openHouse()
    const { pauses, sleep } = shortPauses()
    const client = await ready({ sleep })
    const headers = { ...json, 'retry-after': '40' }
    fake.instead = () => ({ ...refusal('RATE_LIMIT_EXCEEDED', 429), headers })
    const changed = client.completeStep('profile')
    expect(statusOf(client, 'profile')).toBe('done')
    expect(await changed).toMatchObject({ kind: 'refused', refused: { code: 'RATE_LIMIT_EXCEEDED' } })
    expect([statusOf(client, 'profile'), pauses]).toEqual(['todo', []])
    await shortly(() => expect(client.getSnapshot().phase).toBe('stale'))
    expect(client.getSnapshot().onboarding).toEqual(fake.onboarding)
    // The change once, and one read of what it was made on: nothing that would keep the limit used up.
    expect(fake.got.filter(isChange)).toHaveLength(1)
    fake.instead = undefined
    expect(await client.completeStep('profile')).toEqual({ kind: 'done' })
    expect(client.getSnapshot()).toMatchObject({ phase: 'ready', refused: undefined })
  })

  test('and was away tells so until it answers again', async () => {
    const { fake, ready } = await openHouse()
    const client = await ready()
    const refusedNow = () => client.getSnapshot().refused?.code
    fake.instead = () => ({ status: 502, body: '' })
    expect(await client.completeStep('profile')).toMatchObject({ kind: 'refused' })
    await shortly(() => expect(client.getSnapshot().phase).toBe('stale'))
    expect(refusedNow()).toBe('unreached')
    fake.instead = undefined
    await client.refresh()
    expect(refusedNow()).toBeUndefined()
  })

  test('and answered the reading that follows still tells, until the next one', async () => {
    const { fake, ready } = await openHouse()
    const client = await ready()
    fake.instead = (asked) => (isChange(asked) ? { status: 502, body: '' } : undefined)
    const before = fake.asked('GET').length
    expect(await client.completeStep('profile')).toMatchObject({ kind: 'refused' })
    await shortly(() => expect(fake.asked('GET').length).toBeGreaterThan(before))
    await meanwhile()
    expect(client.getSnapshot().refused?.code).toBe('unreached')
    await client.refresh()
    expect(client.getSnapshot().refused).toBeUndefined()
  })

  test('but refused for a reason tells it until the next change', async () => {
    const { fake, ready } = await openHouse()
    const client = await ready()
    fake.instead = (asked) => (isChange(asked) ? refusal('proof_required', 409) : undefined)
    await client.completeStep('profile')
    await client.refresh()
    await client.refresh()
    expect(client.getSnapshot().refused?.code).toBe('proof_required')
  })

  test('but carried it out, is asked again and does it once', async () => {
    const { fake, ready } = await openHouse()
    const client = await ready()
    let lost = 2
    fake.deliver = (asked, answer) => (isChange(asked) && lost-- > 0 ? { status: 504, body: '' } : answer)
    expect(await client.snoozeNudge()).toEqual({ kind: 'done' })
    expect(client.getSnapshot().onboarding?.nudge.snoozeCount).toBe(1)
    expect(fake.got.filter(isChange)).toHaveLength(3)
  })

  test('but carried it out and is never heard: the next reading tells', async () => {
    const { fake, ready } = await openHouse()
    const client = await ready()
    fake.deliver = (asked, answer) => (isChange(asked) ? { status: 504, body: '' } : answer)
    expect(await client.completeStep('profile')).toMatchObject({ kind: 'refused' })
    await shortly(() => expect(statusOf(client, 'profile')).toBe('done'))
  })

  test.each(['<h1>Sign in</h1>', '', '{}', '{"success":false}', '[]'])(
    'a 200 of %j is none',
    async (body) => {
      const { fake, ready } = await openHouse()
      const client = await ready()
      fake.instead = (asked) => (isChange(asked) ? { status: 200, body } : undefined)
      expect(await client.completeStep('profile')).toMatchObject({ refused: { code: 'unreached' } })
      expect(statusOf(client, 'profile')).toBe('todo')
    },
  )

  test('a state of the wrong shape is read instead', async () => {
    const { fake, ready } = await openHouse()
    const client = await ready()
    fake.deliver = (asked, answer) =>
      isChange(asked) ? { status: 200, body: '{"success":true,"onboarding":{"steps":[]}}' } : answer
    expect(await client.completeStep('profile')).toEqual({ kind: 'done' })
    await client.refresh()
    expect(client.getSnapshot().onboarding).toEqual(fake.onboarding)
  })
})

test('a state that lacks what the contract promises breaks nothing', async () => {
  const { fake, ready } = await openHouse()
  fake.change(({ nudge: { snoozeDays: _, ...nudge }, ...onboarding }) => ({
    ...onboarding,
    nudge: nudge as typeof fake.onboarding.nudge,
  }))
  const client = await ready()
  expect(await client.snoozeNudge()).toEqual({ kind: 'done' })
  expect(client.getSnapshot().onboarding).toEqual(fake.onboarding)
})

test('a 401 is asked again with a new token, as the same change', async () => {
  const { fake, ready } = await openHouse()
  let token = 'old'
  const client = await ready({ token: () => token })
  token = 'new'
  fake.instead = ({ headers }) =>
    headers.authorization === 'Bearer new' ? undefined : refusal('unauthenticated', 401)
  expect(await client.completeStep('profile')).toEqual({ kind: 'done' })
  const [first, second] = fake.got.filter(isChange)
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key'])
})

test('a change before anything is known is carried out all the same', async () => {
  const { fake, client } = await openHouse()
  const one = client()
  expect(await one.completeStep('profile')).toEqual({ kind: 'done' })
  expect(one.getSnapshot()).toMatchObject({ phase: 'ready', onboarding: fake.onboarding })
})

describe('answers out of order', () => {
  test('a reading that began before a change was acknowledged does not bring the old state back', async () => {
    const { fake, ready } = await openHouse()
    const client = await ready()
    fake.setStep('team', { title: 'of the moment' })
    const { count, release, stop } = hold(fake, isRead)
    const reading = client.refresh()
    await shortly(() => expect(count()).toBe(1))
    await client.completeStep('profile')
    const seen: (string | undefined)[] = []
    client.subscribe(() => seen.push(statusOf(client, 'profile')))
    release()
    await shortly(() => expect(count()).toBe(1))
    stop()
    await reading
    expect(new Set([...seen, 'done'])).toEqual(new Set(['done']))
    expect(client.getSnapshot().onboarding).toEqual(fake.onboarding)
  })

  test('the answer of a change does not bring back what a later reading has overtaken', async () => {
    const { fake, ready } = await openHouse()
    const client = await ready()
    const { count, stop } = hold(fake, isChange)
    const changed = client.completeStep('profile')
    await shortly(() => expect(count()).toBe(1))
    fake.setStep('payments', { status: 'done' })
    await client.refresh()
    const seen: (string | undefined)[] = []
    client.subscribe(() => seen.push(statusOf(client, 'payments')))
    stop()
    await changed
    await client.refresh()
    expect(new Set([...seen, 'done'])).toEqual(new Set(['done']))
    expect(client.getSnapshot().onboarding).toEqual(fake.onboarding)
  })
})

test('changes are sent one after the other, as they were made', async () => {
  const { fake, ready } = await openHouse()
  const client = await ready()
  const { count, release, stop } = hold(fake, isChange)
  const changes = [client.completeStep('profile'), client.skipStep('team'), client.completeStep('team')]
  expect(client.getSnapshot().pending).toEqual(['profile', 'team'])
  await shortly(() => expect(count()).toBe(1))
  await meanwhile()
  expect(fake.got.filter(isChange)).toHaveLength(1)
  release()
  await shortly(() => expect(count()).toBe(1))
  expect(client.getSnapshot().pending).toEqual(['team'])
  expect(statusOf(client, 'team')).toBe('done')
  stop()
  await Promise.all(changes)
  expect(fake.got.filter(isChange).map(({ path, body }) => [path.split('/').at(-1), body.status])).toEqual([
    ['profile', 'done'],
    ['team', 'skipped'],
    ['team', 'done'],
  ])
  expect(client.getSnapshot().onboarding).toEqual(fake.onboarding)
})

test('any mixture of changes, readings, delays, losses and others’ changes ends in the server’s state', async () => {
  const { fake, client } = await openHouse()
  const start = onboardingOf(
    stepOf('a'),
    stepOf('b', { required: false }),
    stepOf('c', { required: false, weight: 3 }),
  )
  const id = fc.constantFrom('a', 'b', 'c', 'unknown')
  const happening = fc.oneof(
    fc.record({ kind: fc.constantFrom('complete' as const, 'skip' as const, 'other' as const), id }),
    fc.record({
      kind: fc.constantFrom('refresh' as const, 'snooze' as const, 'guide' as const, 'wait' as const),
    }),
  )
  const fate = fc.constantFrom('well', 'well', 'late', 'lost', 'bare', 'refused')
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { maxLength: 12 }),
      fc.array(fate, { minLength: 40, maxLength: 40 }),
      async (happenings, fates) => {
        fake.onboarding = counted(start)
        let answers = 0
        fake.instead = (asked) =>
          isChange(asked) && fates[answers % fates.length] === 'refused'
            ? (answers++, refusal('conflict', 409))
            : undefined
        fake.deliver = async (asked, answer) => {
          const fate = fates[answers++ % fates.length]
          if (fate === 'late') await new Promise((resolve) => setTimeout(resolve, 3))
          if (fate === 'lost') return { status: 502, body: '' }
          if (fate === 'bare' && isChange(asked)) return { status: 200, body: '{"success":true}' }
          return answer
        }
        const one = client()
        await one.refresh()
        const under: Promise<unknown>[] = []
        for (const happening of happenings) {
          if (happening.kind === 'complete') under.push(one.completeStep(happening.id))
          if (happening.kind === 'skip') under.push(one.skipStep(happening.id))
          if (happening.kind === 'other') fake.setStep(happening.id, { title: `by others ${answers}` })
          if (happening.kind === 'refresh') under.push(one.refresh())
          if (happening.kind === 'snooze') under.push(one.snoozeNudge())
          if (happening.kind === 'guide') under.push(one.dismissGuide())
          if (happening.kind === 'wait') await new Promise((resolve) => setTimeout(resolve, 2))
        }
        await Promise.all(under)
        fake.instead = undefined
        fake.deliver = undefined
        await one.refresh()
        expect(one.getSnapshot()).toMatchObject({ phase: 'ready', pending: [] })
        expect(one.getSnapshot().onboarding).toEqual(fake.onboarding)
      },
    ),
    { numRuns: 60 },
  )
})
