import { problemDetailsOf, type GateBlocked } from '@boardwalk/contract'
import { describe, expect, test } from 'vitest'
import type { OnboardingClient } from '../src/index.ts'
import { refusal, type Answer, type Fake } from './fake-boardwalk.ts'
import { meanwhile, openHouse, shortly } from './open-client.ts'

const blockedBy = (...missingSteps: string[]): GateBlocked => ({
  ...problemDetailsOf('PRECONDITION_REQUIRED', `Do ${missingSteps[0]} first.`, 'try-1'),
  error: 'PRECONDITION_REQUIRED',
  missingStep: missingSteps[0]!,
  missingSteps,
})
const problem = (body: object): Answer => ({
  status: 409,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify(body),
})

/** The host’s own routes, each behind a gate for these steps, beside Boardwalk. */
const gated = (fake: Fake, gates: Record<string, readonly string[]>) => {
  const served: string[] = []
  fake.instead = ({ path, method }) => {
    const steps = gates[path]
    if (!steps) return undefined
    served.push(`${method} ${path}`)
    const missing = steps.filter(
      (id) => fake.onboarding.steps.find((step) => step.id === id)?.status === 'todo' || id === 'elsewhere',
    )
    return missing.length > 0 ? problem(blockedBy(...missing)) : { status: 200, body: '{"ok":true}' }
  }
  return served
}

const rail = (client: OnboardingClient) => client.getSnapshot().guardRail
const key = { 'idempotency-key': 'key-1' }

describe('a request that a gate stops', () => {
  test('opens the guard rail, and goes again once the step is done here', async () => {
    const { fake, ready } = await openHouse()
    const served = gated(fake, { '/publish': ['payments'] })
    const client = await ready()
    const response = client.guardFetch(`${fake.url}/publish`, { method: 'POST', body: '1', headers: key })
    await shortly(() => expect(rail(client)).toBeDefined())
    expect(rail(client)).toEqual({ blocked: blockedBy('payments'), missingSteps: ['payments'] })
    await client.completeStep('payments')
    expect((await response).status).toBe(200)
    expect(rail(client)).toBeUndefined()
    expect(served).toEqual(['POST /publish', 'POST /publish'])
    expect(fake.asked('POST', '/publish')[1]?.headers['authorization']).toBeUndefined()
  })

  test.each([
    ['done on another device', (fake: Fake) => fake.setStep('payments', { status: 'done' })],
    [
      'gone',
      (fake: Fake) =>
        fake.change((onboarding) => ({
          ...onboarding,
          steps: onboarding.steps.filter(({ id }) => id !== 'payments'),
        })),
    ],
  ])('goes again when the step is %s and a reading or the stream tells', async (_, happens) => {
    for (const stream of [false, true]) {
      const { fake, ready } = await openHouse()
      gated(fake, { '/orders': ['payments'] })
      const client = await ready({ stream })
      if (stream) await shortly(() => expect(fake.streams.size).toBe(1))
      const response = client.guardFetch(`${fake.url}/orders`)
      await shortly(() => expect(rail(client)).toBeDefined())
      await meanwhile()
      happens(fake)
      if (stream) fake.emit()
      else await client.refresh()
      expect((await response).status).toBe(200)
    }
  })

  test('does not go again for what only shows: the server must have said it', async () => {
    const { fake, ready } = await openHouse()
    const served = gated(fake, { '/orders': ['payments'] })
    const client = await ready()
    const gate = fake.instead!
    fake.instead = (asked) => (asked.method === 'PATCH' ? refusal('proof_required', 409) : gate(asked))
    const response = client.guardFetch(`${fake.url}/orders`)
    await shortly(() => expect(rail(client)).toBeDefined())
    expect(await client.completeStep('payments')).toMatchObject({ kind: 'refused' })
    await meanwhile()
    expect(served).toHaveLength(1)
    client.closeGuardRail()
    expect((await response).status).toBe(409)
  })

  test('gets its own 409 when the person gives up, with its body to read', async () => {
    const { fake, ready } = await openHouse()
    gated(fake, { '/publish': ['payments'] })
    const client = await ready()
    const response = client.guardFetch(`${fake.url}/publish`)
    await shortly(() => expect(rail(client)).toBeDefined())
    client.closeGuardRail()
    expect(rail(client)).toBeUndefined()
    expect(await (await response).json()).toEqual(blockedBy('payments'))
  })

  test('and may not be sent twice gets its 409 also when the step is done', async () => {
    const { fake, ready } = await openHouse()
    const served = gated(fake, { '/publish': ['payments'] })
    const client = await ready()
    const response = client.guardFetch(`${fake.url}/publish`, { method: 'POST', body: '1' })
    await shortly(() => expect(rail(client)).toBeDefined())
    await client.completeStep('payments')
    expect((await response).status).toBe(409)
    expect(served).toHaveLength(1)
  })

  test('and is stopped again opens it once more, and then gets its 409', async () => {
    const { fake, ready } = await openHouse()
    let times = 0
    fake.instead = ({ path }) => (path === '/orders' ? (times++, problem(blockedBy('payments'))) : undefined)
    const client = await ready()
    const opened: string[] = []
    client.subscribe(() => {
      const open = rail(client) ? 'open' : 'closed'
      if (opened.at(-1) !== open) opened.push(open)
    })
    const response = client.guardFetch(`${fake.url}/orders`)
    await shortly(() => expect(rail(client)).toBeDefined())
    await client.completeStep('payments')
    expect((await response).status).toBe(409)
    expect(times).toBe(3)
    expect(opened.filter((one) => one === 'open')).toHaveLength(2)
    expect(rail(client)).toBeUndefined()
  })

  test('for a step that this flow does not show waits for the person', async () => {
    const { fake, ready } = await openHouse()
    const served = gated(fake, { '/orders': ['elsewhere'] })
    const client = await ready()
    const response = client.guardFetch(`${fake.url}/orders`)
    await shortly(() => expect(rail(client)).toBeDefined())
    await client.refresh()
    await meanwhile()
    expect([served.length, rail(client)?.missingSteps]).toEqual([1, ['elsewhere']])
    client.closeGuardRail()
    expect((await response).status).toBe(409)
  })

  test('for a step that this flow does not show goes again when the host says that it is done', async () => {
    const { fake, ready } = await openHouse()
    const gates = { '/orders': ['elsewhere'] }
    const served = gated(fake, gates)
    const client = await ready()
    const response = client.guardFetch(`${fake.url}/orders`)
    await shortly(() => expect(rail(client)).toBeDefined())
    gates['/orders'] = []
    client.closeGuardRail(true)
    expect((await response).status).toBe(200)
    expect([served.length, rail(client)]).toEqual([2, undefined])
  })

  test('and that the host wrongly says is done is stopped again: the gate is the judge', async () => {
    const { fake, ready } = await openHouse()
    gated(fake, { '/orders': ['elsewhere'] })
    const client = await ready()
    const response = client.guardFetch(`${fake.url}/orders`)
    for (let times = 0; times < 2; times++) {
      await shortly(() => expect(rail(client)).toBeDefined())
      client.closeGuardRail(true)
      expect(rail(client)).toBeUndefined()
    }
    expect((await response).status).toBe(409)
  })

  test('is given up by a handler that gets an event', async () => {
    const { fake, ready } = await openHouse()
    const served = gated(fake, { '/orders': ['payments'] })
    const client = await ready()
    const response = client.guardFetch(`${fake.url}/orders`)
    await shortly(() => expect(rail(client)).toBeDefined())
    const onClick: (event: never) => void = client.closeGuardRail
    onClick(new Event('click') as never)
    expect((await response).status).toBe(409)
    expect(served).toHaveLength(1)
  })

  test('of a person who is known to have done it meanwhile goes again by itself', async () => {
    const { fake, ready } = await openHouse()
    const client = await ready()
    let times = 0
    fake.instead = ({ path }) => {
      if (path !== '/orders') return undefined
      fake.setStep('payments', { status: 'done' })
      return times++ === 0 ? problem(blockedBy('payments')) : { status: 200, body: '{}' }
    }
    expect((await client.guardFetch(`${fake.url}/orders`)).status).toBe(200)
  })
})

describe('several that are stopped at once', () => {
  test('are one guard rail, and go again when all of their steps are done', async () => {
    const { fake, ready } = await openHouse()
    const served = gated(fake, { '/a': ['payments'], '/b': ['profile', 'payments'], '/c': ['team'] })
    const client = await ready()
    const responses: Promise<Response>[] = []
    for (const path of ['/a', '/b', '/c']) {
      responses.push(client.guardFetch(fake.url + path))
      await shortly(() => expect(served).toHaveLength(responses.length))
      await meanwhile()
    }
    expect(rail(client)).toEqual({
      blocked: blockedBy('payments'),
      missingSteps: ['payments', 'profile', 'team'],
    })
    await client.completeStep('payments')
    await client.completeStep('team')
    await meanwhile()
    expect(served).toHaveLength(3)
    await client.completeStep('profile')
    expect((await Promise.all(responses)).map(({ status }) => status)).toEqual([200, 200, 200])
    expect([served.length, rail(client)]).toEqual([6, undefined])
  })

  test('each get their own 409 when the person gives up', async () => {
    const { fake, ready } = await openHouse()
    gated(fake, { '/a': ['payments'], '/b': ['profile'] })
    const client = await ready()
    const responses = [client.guardFetch(`${fake.url}/a`), client.guardFetch(`${fake.url}/b`)]
    await shortly(() => expect(rail(client)?.missingSteps).toHaveLength(2))
    client.closeGuardRail()
    const bodies = await Promise.all(responses.map(async (response) => (await response).json()))
    expect(bodies).toEqual([blockedBy('payments'), blockedBy('profile')])
  })

  test('go on without the one that is aborted, which rejects like any fetch', async () => {
    const { fake, ready } = await openHouse()
    gated(fake, { '/a': ['payments'], '/b': ['profile'] })
    const client = await ready()
    const abort = new AbortController()
    const first = client.guardFetch(`${fake.url}/a`, { signal: abort.signal })
    await shortly(() => expect(rail(client)).toBeDefined())
    const second = client.guardFetch(`${fake.url}/b`)
    await shortly(() => expect(rail(client)?.missingSteps).toHaveLength(2))
    abort.abort()
    await expect(first).rejects.toThrow(/abort/i)
    expect(rail(client)).toEqual({ blocked: blockedBy('profile'), missingSteps: ['profile'] })
    await client.completeStep('profile')
    expect((await second).status).toBe(200)
  })

  test('the last that is aborted closes it', async () => {
    const { fake, ready } = await openHouse()
    gated(fake, { '/a': ['payments'] })
    const client = await ready()
    const abort = new AbortController()
    const response = client.guardFetch(`${fake.url}/a`, { signal: abort.signal })
    await shortly(() => expect(rail(client)).toBeDefined())
    abort.abort(new Error('the page was left'))
    await expect(response).rejects.toThrow('the page was left')
    expect(rail(client)).toBeUndefined()
  })
})

test('any other 409 is the host’s own', async () => {
  const { fake, ready } = await openHouse()
  const client = await ready()
  fake.instead = ({ path }) => (path === '/orders' ? refusal('conflict', 409) : undefined)
  expect((await client.guardFetch(`${fake.url}/orders`)).status).toBe(409)
  expect(rail(client)).toBeUndefined()
})

test('without a connection nobody could show it: the caller gets the 409 at once', async () => {
  const { fake, client } = await openHouse()
  gated(fake, { '/orders': ['payments'] })
  for (const one of [client(), client({ enabled: false })]) {
    expect((await one.guardFetch(`${fake.url}/orders`)).status).toBe(409)
    expect(rail(one)).toBeUndefined()
  }
})

test('when the last connection goes, those who wait get their 409', async () => {
  const { fake, client } = await openHouse()
  gated(fake, { '/orders': ['payments'] })
  const one = client()
  const disconnect = one.connect()
  const response = one.guardFetch(`${fake.url}/orders`)
  await shortly(() => expect(rail(one)).toBeDefined())
  disconnect()
  expect((await response).status).toBe(409)
  expect(rail(one)).toBeUndefined()
})
