import { problemDetailsOf } from '@boardwalk/contract'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OnboardingClient } from '../src/index.ts'
import type { Fake } from './fake-boardwalk.ts'
import { meanwhile, openHouse, shortly, statusOf } from './open-client.ts'

const patient = { timeout: 10_000 }

const laterPath = '../src/later.ts'

/** What a client loads when it connects: there when the test says so, and until then late or away. */
const holdLater = (start: 'late' | 'away') => {
  let isAway = start === 'away'
  let arrive = (): void => {}
  const arrived = new Promise<void>((resolve) => (arrive = resolve))
  const tries = vi.fn()
  vi.doMock(laterPath, async () => {
    tries()
    if (isAway) throw new Error('404')
    if (start === 'late') await arrived
    return vi.importActual(laterPath)
  })
  return { arrive, tries, comeBack: () => (isAway = false) }
}

const blocked = {
  ...problemDetailsOf('PRECONDITION_REQUIRED', 'Payments first.', 'try-1'),
  missingStep: 'payments',
  missingSteps: ['payments'],
}
/** The host's own route, behind a gate for the step `payments`. */
const gated = (fake: Fake): void => {
  fake.instead = ({ path }) => {
    if (path !== '/publish') return undefined
    const step = fake.onboarding.steps.find(({ id }) => id === 'payments')
    return step?.status === 'done'
      ? { status: 200, body: '{}' }
      : {
          status: 409,
          headers: { 'content-type': 'application/problem+json' },
          body: JSON.stringify(blocked),
        }
  }
}

const ready = async (client: OnboardingClient): Promise<void> =>
  shortly(() => expect(client.getSnapshot().phase).toBe('ready'))

beforeEach(() => void vi.resetModules())
afterEach(() => {
  vi.doUnmock(laterPath)
  vi.resetModules()
})

describe('the part of the client that cannot be loaded', () => {
  test('costs neither the reading nor the polls, and is tried again with each', async () => {
    const { comeBack, tries } = holdLater('away')
    const { fake, client, connect } = await openHouse()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true })
    const one = client({ stream: true })
    const before = tries.mock.calls.length
    connect(one)
    await ready(one)
    await vi.waitFor(() => expect(tries).toHaveBeenCalledTimes(before + 1), patient)
    expect(fake.streams.size).toBe(0)

    fake.setStep('profile', { status: 'done' })
    vi.advanceTimersByTime(30_000)
    await vi.waitFor(() => expect(statusOf(one, 'profile')).toBe('done'), patient)
    expect(fake.streams.size).toBe(0)

    comeBack()
    vi.resetModules()
    vi.advanceTimersByTime(30_000)
    await vi.waitFor(() => expect(fake.streams.size).toBe(1), patient)
  })

  test('refuses changes, says so once to the log, and they do not show', async () => {
    holdLater('away')
    const { fake, client, connect } = await openHouse()
    const onError = vi.fn()
    const one = client({ onError })
    connect(one)
    await ready(one)
    for (const change of [() => one.completeStep('profile'), () => one.snoozeNudge(), () => one.skipFlow()])
      expect(await change()).toMatchObject({ kind: 'refused', refused: { code: 'unreached' } })
    expect(one.getSnapshot()).toMatchObject({
      onboarding: fake.onboarding,
      pending: [],
      refused: { code: 'unreached' },
    })
    expect(onError).toHaveBeenCalledTimes(1)
    expect(fake.got.every(({ method }) => method === 'GET')).toBe(true)
  })

  test('is tried again by the next change', async () => {
    const { comeBack } = holdLater('away')
    const { fake, client, connect } = await openHouse()
    const one = client()
    connect(one)
    await ready(one)
    expect(await one.completeStep('profile')).toMatchObject({ kind: 'refused' })
    comeBack()
    vi.resetModules()
    expect(await one.completeStep('profile')).toEqual({ kind: 'done' })
    expect(one.getSnapshot()).toMatchObject({ refused: undefined, onboarding: fake.onboarding })
  })

  test('leaves a request that a gate stops its own 409', async () => {
    holdLater('away')
    const { fake, client, connect } = await openHouse()
    gated(fake)
    const one = client()
    connect(one)
    await ready(one)
    const response = await one.guardFetch(`${fake.url}/publish`)
    expect([response.status, await response.json()]).toEqual([409, blocked])
    expect(one.getSnapshot().guardRail).toBeUndefined()
  })
})

describe('the part of the client that is late', () => {
  test('shows and sends the changes that were made meanwhile, in their order', async () => {
    const { arrive } = holdLater('late')
    const { fake, client, connect } = await openHouse({ isComplete: false })
    const one = client()
    connect(one)
    await ready(one)
    const changes = [one.completeStep('profile'), one.skipStep('team')]
    await meanwhile()
    expect(fake.got.every(({ method }) => method === 'GET')).toBe(true)
    const shown: (readonly string[])[] = []
    one.subscribe(() => shown.push(one.getSnapshot().pending))
    arrive()
    expect(await Promise.all(changes)).toEqual([{ kind: 'done' }, { kind: 'done' }])
    expect(shown).toContainEqual(['profile', 'team'])
    expect(one.getSnapshot().onboarding).toEqual(fake.onboarding)
    expect(
      fake.got.filter(({ method }) => method === 'PATCH').map(({ path }) => path.split('/').at(-1)),
    ).toEqual(['profile', 'team'])
  })

  test('does not hold up the host’s requests, and opens the guard rail for the one that was stopped', async () => {
    const { arrive } = holdLater('late')
    const { fake, client, connect } = await openHouse({ isComplete: false })
    gated(fake)
    const one = client()
    connect(one)
    await ready(one)
    expect((await one.guardFetch(`${fake.url}/api/onboarding`)).status).toBe(200)
    const stopped = one.guardFetch(`${fake.url}/publish`)
    await shortly(() => expect(fake.asked('GET', '/publish')).toHaveLength(1))
    expect(one.getSnapshot().guardRail).toBeUndefined()
    arrive()
    await shortly(() => expect(one.getSnapshot().guardRail?.missingSteps).toEqual(['payments']))
    await one.completeStep('payments')
    expect((await stopped).status).toBe(200)
  })

  test('does nothing for a page that was left meanwhile, whose stopped request gets its 409', async () => {
    const { arrive } = holdLater('late')
    const { fake, client } = await openHouse({ isComplete: false })
    gated(fake)
    const one = client({ stream: true })
    const leave = one.connect()
    await ready(one)
    const stopped = one.guardFetch(`${fake.url}/publish`)
    await shortly(() => expect(fake.asked('GET', '/publish')).toHaveLength(1))
    leave()
    arrive()
    expect((await stopped).status).toBe(409)
    await meanwhile()
    expect(fake.streams.size).toBe(0)
    expect(one.getSnapshot().guardRail).toBeUndefined()
  })

  test('rejects a stopped request that was aborted meanwhile, like any fetch', async () => {
    const { arrive } = holdLater('late')
    const { fake, client, connect } = await openHouse({ isComplete: false })
    gated(fake)
    const one = client()
    connect(one)
    await ready(one)
    const abort = new AbortController()
    const stopped = one.guardFetch(`${fake.url}/publish`, { signal: abort.signal })
    await shortly(() => expect(fake.asked('GET', '/publish')).toHaveLength(1))
    abort.abort(new Error('the page was left'))
    arrive()
    await expect(stopped).rejects.toThrow('the page was left')
    expect(one.getSnapshot().guardRail).toBeUndefined()
  })
})

test('nobody who is not signed in, or reads alone as on a server, loads it', async () => {
  const { tries } = holdLater('late')
  const { fake, client, connect } = await openHouse({ isComplete: false })
  gated(fake)
  const nobody = client({ enabled: false })
  connect(nobody)
  const server = client()
  await server.refresh()
  for (const one of [nobody, server]) expect((await one.guardFetch(`${fake.url}/publish`)).status).toBe(409)
  expect(await nobody.completeStep('profile')).toMatchObject({ kind: 'refused' })
  expect(tries).not.toHaveBeenCalled()
})
