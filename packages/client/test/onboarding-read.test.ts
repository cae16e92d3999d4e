import { describe, expect, test, vi } from 'vitest'
import { createOnboarding, type OnboardingState, type Refused } from '../src/index.ts'
import { onboardingOf, refusal, stepOf, type Answer } from './fake-boardwalk.ts'
import { hold, meanwhile, openHouse, shortly } from './open-client.ts'

const html = { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Sign in to the Wi-Fi</h1>' }
const phases = (client: { subscribe: (l: () => void) => unknown; getSnapshot: () => OnboardingState }) => {
  const seen: string[] = []
  client.subscribe(() => {
    const { phase } = client.getSnapshot()
    if (seen.at(-1) !== phase) seen.push(phase)
  })
  return seen
}

test('nothing is asked before it is connected', async () => {
  const { fake, client } = await openHouse()
  const one = client()
  await meanwhile()
  expect(one.getSnapshot()).toEqual({
    phase: 'idle',
    onboarding: undefined,
    pending: [],
    refused: undefined,
    guardRail: undefined,
  })
  expect(fake.got).toEqual([])
})

test('connected it reads, with the flow, the token and the language it was given', async () => {
  const { fake, client, connect } = await openHouse()
  const one = client({ flow: 'a&b', token: () => 'key-1', locale: 'fr-CA', url: `${fake.url}//` })
  const seen = phases(one)
  connect(one)
  await shortly(() => expect(one.getSnapshot().phase).toBe('ready'))
  expect(seen).toEqual(['loading', 'ready'])
  expect(one.getSnapshot().onboarding).toEqual(fake.onboarding)
  const [asked] = fake.got
  expect(asked?.query.get('flow')).toBe('a&b')
  expect(asked?.headers).toMatchObject({ authorization: 'Bearer key-1', 'accept-language': 'fr-CA' })
})

test('what has not changed is the same object, and is asked for by its tag', async () => {
  const { fake, ready } = await openHouse()
  const client = await ready()
  const before = client.getSnapshot()
  const listener = vi.fn()
  client.subscribe(listener)
  await client.refresh()
  expect(fake.got.at(-1)?.headers['if-none-match']).toMatch(/^"/)
  expect(client.getSnapshot()).toBe(before)
  expect(listener).not.toHaveBeenCalled()
})

test('asked for many times at once it reads once, and once more for those who asked meanwhile', async () => {
  const { fake, ready } = await openHouse()
  const client = await ready()
  const { release, count, stop } = hold(fake, () => true)
  const first = client.refresh()
  await shortly(() => expect(count()).toBe(1))
  const late = [client.refresh(), client.refresh(), client.refresh()]
  fake.setStep('profile', { status: 'done' })
  release()
  await shortly(() => expect(count()).toBe(1))
  stop()
  await Promise.all([first, ...late])
  expect(fake.asked('GET')).toHaveLength(3)
  expect(client.getSnapshot().onboarding).toEqual(fake.onboarding)
})

test('without a connection a refresh still reads, as on a server', async () => {
  const { fake, client } = await openHouse()
  const one = client()
  await one.refresh()
  expect(one.getSnapshot()).toMatchObject({ phase: 'ready', onboarding: fake.onboarding })
})

test('listeners hear of changes until they leave, and one that breaks keeps nothing from the others', async () => {
  const { fake, ready } = await openHouse()
  const client = await ready()
  const [first, second] = [vi.fn(), vi.fn()]
  client.subscribe(() => {
    throw new Error('a broken screen')
  })
  const leave = client.subscribe(first)
  client.subscribe(second)
  fake.setStep('profile', { status: 'done' })
  await client.refresh()
  leave()
  fake.setStep('payments', { status: 'done' })
  await client.refresh()
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 2])
})

describe('a server that does not answer as it should', () => {
  const rows: readonly (readonly [string, Answer])[] = [
    ['HTML', html],
    ['nothing', { status: 200 }],
    ['no content', { status: 204 }],
    ['not modified, though nothing is known', { status: 304 }],
    ['null', { status: 200, body: 'null' }],
    ['another product’s JSON', { status: 200, body: '{"ok":true}' }],
    ['steps that are none', { status: 200, body: '{"steps":[1]}' }],
    [
      'an older server without guide',
      { status: 200, body: JSON.stringify({ ...onboardingOf(), guide: undefined }) },
    ],
    ['a plain 500', { status: 500, body: 'oops' }],
    ['a redirect', { status: 302, headers: { location: '/login' } }],
    ['a refusal', refusal('flow_not_found', 404)],
  ]

  test.each(rows)('%s: failed when nothing is known, and ready when it comes round', async (_, answer) => {
    const { fake, client, connect } = await openHouse()
    fake.instead = () => answer
    const one = client()
    connect(one)
    await shortly(() => expect(one.getSnapshot().phase).toBe('failed'))
    fake.instead = undefined
    await one.refresh()
    expect(one.getSnapshot().phase).toBe('ready')
  })

  test.each(rows.filter(([name]) => !/content|modified/.test(name)))(
    '%s: stale when something is known, and ready when it comes round',
    async (_, answer) => {
      const { fake, ready } = await openHouse()
      const client = await ready()
      const { onboarding } = client.getSnapshot()
      fake.instead = () => answer
      await client.refresh()
      expect(client.getSnapshot().phase).toBe('stale')
      expect(client.getSnapshot().onboarding).toBe(onboarding)
      fake.instead = undefined
      await client.refresh()
      expect(client.getSnapshot().phase).toBe('ready')
    },
  )

  test('one that hangs is given up', async () => {
    const { fake, client } = await openHouse()
    const { stop } = hold(fake, () => true)
    const told: Refused[] = []
    const one = client({ timeoutMs: 60, onError: (refused) => told.push(refused) })
    await one.refresh()
    stop()
    expect(one.getSnapshot().phase).toBe('failed')
    expect(told).toEqual([{ code: 'unreached', message: 'no answer within 60 ms' }])
  })

  test('an error is told once, each distinct one, and a log that breaks breaks nothing', async () => {
    const { fake, client } = await openHouse()
    const told: string[] = []
    const one = client({
      onError: ({ code }) => {
        told.push(code)
        throw new Error('no log')
      },
    })
    fake.instead = () => refusal('flow_not_found', 404)
    await one.refresh()
    await one.refresh()
    fake.instead = () => html
    await one.refresh()
    await one.refresh()
    expect(told).toEqual(['flow_not_found', 'unreached'])
  })
})

describe('the token', () => {
  test('is kept, asked for again once after a 401, and the latest is kept', async () => {
    const { fake, client } = await openHouse()
    let valid = 'first'
    const token = vi.fn(async () => valid)
    fake.instead = ({ headers }) =>
      headers.authorization === `Bearer ${valid}` ? undefined : refusal('unauthenticated', 401)
    const one = client({ token })
    await one.refresh()
    await one.refresh()
    expect(token).toHaveBeenCalledTimes(1)
    valid = 'second'
    await one.refresh()
    await one.refresh()
    expect(token).toHaveBeenCalledTimes(2)
    expect(one.getSnapshot().phase).toBe('ready')
    expect(fake.got.map(({ headers }) => headers.authorization?.slice(7))).toEqual([
      'first',
      'first',
      'first',
      'second',
      'second',
    ])
  })

  test('that stays refused is asked for once a request, and no more', async () => {
    const { fake, client } = await openHouse()
    fake.instead = () => refusal('unauthenticated', 401)
    const token = vi.fn(() => 'bad')
    const one = client({ token })
    await one.refresh()
    expect([token.mock.calls.length, fake.got.length]).toEqual([2, 2])
    expect(one.getSnapshot().phase).toBe('failed')
  })

  test('that cannot be had is as good as a server that is away', async () => {
    const { client } = await openHouse()
    let isBroken = true
    const one = client({
      token: () => {
        if (isBroken) throw new Error('the session is gone')
        return undefined
      },
    })
    await one.refresh()
    expect(one.getSnapshot().phase).toBe('failed')
    isBroken = false
    await one.refresh()
    expect(one.getSnapshot().phase).toBe('ready')
  })

  test('that never comes is given up like a request', async () => {
    const { client } = await openHouse()
    const one = client({ token: () => new Promise<string>(() => {}), timeoutMs: 40 })
    await one.refresh()
    expect(one.getSnapshot().phase).toBe('failed')
  })
})

describe('not enabled', () => {
  test('it asks nothing, shows nothing, and refuses changes', async () => {
    const { fake, client, connect } = await openHouse()
    const storage = { getItem: vi.fn(), setItem: vi.fn(), removeItem: vi.fn() }
    const one = client({ enabled: false, stream: true, initial: fake.onboarding, storage })
    connect(one)
    await one.refresh()
    expect(await one.completeStep('profile')).toMatchObject({ kind: 'refused' })
    expect(one.getSnapshot()).toMatchObject({ phase: 'idle', onboarding: undefined })
    expect(fake.got).toEqual([])
    expect(storage.getItem).not.toHaveBeenCalled()
  })
})

describe('state that came with the page', () => {
  test('is ready at once, the same on server and client, and nothing is asked', async () => {
    const { fake, client, connect } = await openHouse()
    const one = client({ initial: fake.onboarding })
    expect(one.getSnapshot()).toMatchObject({ phase: 'ready', onboarding: fake.onboarding })
    expect(one.getServerSnapshot()).toBe(one.getSnapshot())
    connect(one)
    await meanwhile()
    expect(fake.got).toEqual([])
  })

  test('is read again at the first message of the stream', async () => {
    const { fake, client, connect } = await openHouse()
    const one = client({ initial: onboardingOf(stepOf('old')), stream: true })
    connect(one)
    await shortly(() => expect(one.getSnapshot().onboarding).toEqual(fake.onboarding))
    expect(one.getServerSnapshot().onboarding?.steps[0]?.id).toBe('old')
  })
})

describe('the first paint', () => {
  const storageOf = (kept: Record<string, string> = {}) => ({
    kept,
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => void (kept[key] = value),
    removeItem: (key: string) => void delete kept[key],
  })

  test('shows what was seen last, stale until the server answers, and never in the server’s snapshot', async () => {
    const { fake, ready, client, connect } = await openHouse()
    const storage = storageOf()
    await ready({ storage, storageKey: 'ada' })
    expect(Object.keys(storage.kept)).toEqual(['ada'])
    const next = client({ storage, storageKey: 'ada' })
    expect(next.getSnapshot()).toMatchObject({ phase: 'stale', onboarding: fake.onboarding })
    expect(next.getServerSnapshot()).toMatchObject({ phase: 'idle', onboarding: undefined })
    const seen = phases(next)
    connect(next)
    await shortly(() => expect(next.getSnapshot().phase).toBe('ready'))
    expect(seen).toEqual(['ready'])
    expect(fake.got.at(-1)?.headers['if-none-match']).toMatch(/^"/)
    expect(client({ storage, storageKey: 'bob' }).getSnapshot().phase).toBe('idle')
  })

  test('is forgotten when the server does not know the person any more', async () => {
    const { fake, ready } = await openHouse()
    const storage = storageOf()
    const client = await ready({ storage })
    fake.instead = () => refusal('unauthenticated', 401)
    await client.refresh()
    expect(storage.kept).toEqual({})
  })

  test.each(['', '{', 'null', '[]', '{"onboarding":{"steps":"none"}}'])(
    'that holds %j is none',
    async (kept) => {
      const { client } = await openHouse()
      expect(client({ storage: storageOf({ boardwalk: kept }) }).getSnapshot().phase).toBe('idle')
    },
  )

  test('does without a storage that is forbidden', async () => {
    const { ready } = await openHouse()
    const forbidden = (): never => {
      throw new Error('SecurityError')
    }
    const client = await ready({ storage: { getItem: forbidden, setItem: forbidden, removeItem: forbidden } })
    expect(client.getSnapshot().phase).toBe('ready')
  })
})

test('the switch of the features is state like any other', async () => {
  const { fake, ready } = await openHouse()
  fake.change((onboarding) => ({ ...onboarding, features: { ...onboarding.features, enabled: false } }))
  const client = await ready()
  expect(client.getSnapshot()).toMatchObject({ phase: 'ready', onboarding: { features: { enabled: false } } })
})

test('it may be made with nothing at all', () => {
  expect(createOnboarding().getSnapshot().phase).toBe('idle')
})
