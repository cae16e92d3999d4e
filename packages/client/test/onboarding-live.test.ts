import { describe, expect, test, vi } from 'vitest'
import { holdStream } from '../src/held-stream.ts'
import { refusal } from './fake-boardwalk.ts'
import { meanwhile, openHouse, shortly, shortPauses, statusOf } from './open-client.ts'

const streamPath = '/api/onboarding/stream'

/** A page around the client: its events, and whether somebody looks at it. */
const openPage = () => {
  const [window, document] = [new EventTarget(), new EventTarget()]
  let visibilityState = 'visible'
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window))
  vi.stubGlobal(
    'document',
    Object.assign(document, { addEventListener: document.addEventListener.bind(document) }),
  )
  Object.defineProperty(document, 'visibilityState', { get: () => visibilityState })
  return {
    focus: () => window.dispatchEvent(new Event('focus')),
    online: () => window.dispatchEvent(new Event('online')),
    show: (state: 'visible' | 'hidden') => {
      visibilityState = state
      document.dispatchEvent(new Event('visibilitychange'))
    },
  }
}

/** Polls go by a clock of the test's; everything else by the real one. */
const holdPolls = () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  return { poll: (ms = 30_000) => vi.advanceTimersByTime(ms), polls: () => vi.getTimerCount() }
}

describe('a stream', () => {
  test('tells of what others change, and carries the token', async () => {
    const { fake, ready } = await openHouse()
    const client = await ready({ stream: true, token: () => 'key-1' })
    await shortly(() => expect(fake.streams.size).toBe(1))
    expect(fake.asked('GET', streamPath)[0]?.headers).toMatchObject({
      authorization: 'Bearer key-1',
      accept: 'text/event-stream',
    })
    fake.setStep('profile', { status: 'done' })
    fake.emit()
    await shortly(() => expect(statusOf(client, 'profile')).toBe('done'))
  })

  test('that says the same many times is heard once', async () => {
    const { fake, ready } = await openHouse()
    await ready({ stream: true })
    await shortly(() => expect(fake.streams.size).toBe(1))
    await meanwhile()
    const before = fake.asked('GET').length
    for (let times = 0; times < 20; times++) fake.emit()
    await meanwhile()
    expect(fake.asked('GET')).toHaveLength(before + 1)
  })

  test('that says something else, or nothing but that it is alive, is not followed by a reading', async () => {
    const { fake, ready } = await openHouse()
    await ready({ stream: true })
    await shortly(() => expect(fake.streams.size).toBe(1))
    await meanwhile()
    const before = fake.asked('GET').length
    fake.emit(': keep-alive\n\nevent: other\ndata: {}\n\n')
    await meanwhile()
    expect(fake.asked('GET')).toHaveLength(before)
  })

  test('that is lost is opened again, and what happened meanwhile is read', async () => {
    const { fake, ready } = await openHouse()
    const { pauses, sleep } = shortPauses()
    const client = await ready({ stream: true, sleep, random: () => 1 })
    await shortly(() => expect(fake.streams.size).toBe(1))
    fake.dropStreams()
    fake.setStep('profile', { status: 'done' })
    await shortly(() => expect(statusOf(client, 'profile')).toBe('done'))
    expect(pauses).toEqual([1000])
  })

  test.each([
    ['refused', () => refusal('unauthenticated', 401)],
    ['HTML', () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Hello</h1>' })],
    ['empty', () => ({ status: 204 })],
  ])('that is %s is tried again after pauses that double up to 30 s, and begin anew', async (_, answer) => {
    const { fake, ready } = await openHouse()
    const { pauses, sleep } = shortPauses()
    fake.instead = ({ path }) => (path === streamPath ? answer() : undefined)
    await ready({ stream: true, sleep, random: () => 1 })
    await shortly(() => expect(pauses.length).toBeGreaterThan(6))
    expect(pauses.slice(0, 7)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    fake.instead = undefined
    await shortly(() => expect(fake.streams.size).toBe(1))
    const before = pauses.length
    fake.dropStreams()
    await shortly(() => expect(pauses.length).toBeGreaterThan(before))
    expect(pauses[before]).toBe(1000)
  })

  test('that goes silent without a word is opened again', async () => {
    vi.useFakeTimers()
    const opened: AbortSignal[] = []
    const left = new AbortController()
    const options = { onAlive: vi.fn(), onEvent: vi.fn(), onLost: vi.fn(), random: () => 1 }
    const open = async (signal: AbortSignal): Promise<Response> => {
      opened.push(signal)
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          controller.enqueue(new TextEncoder().encode(': keep-alive\n\n'))
          signal.addEventListener('abort', () => controller.error(signal.reason))
        },
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    }
    void holdStream({ ...options, open }, left.signal)
    await vi.advanceTimersByTimeAsync(59_000)
    expect([opened.length, options.onAlive.mock.calls.length]).toEqual([1, 1])
    await vi.advanceTimersByTimeAsync(2000)
    expect(options.onLost).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1000)
    expect([opened.length, opened[0]?.aborted]).toEqual([2, true])
    left.abort()
    await vi.advanceTimersByTimeAsync(100_000)
    expect([opened.length, vi.getTimerCount()]).toEqual([2, 0])
  })

  test('is not opened by a client that shall not', async () => {
    const { fake, ready } = await openHouse()
    await ready({ stream: false })
    await meanwhile()
    expect(fake.asked('GET', streamPath)).toEqual([])
  })
})

describe('polling', () => {
  test('is there while the stream is down, and rests while it is up', async () => {
    const { fake, ready } = await openHouse()
    const { poll } = holdPolls()
    const { sleep } = shortPauses()
    fake.hasStream = false
    const client = await ready({ stream: true, sleep })
    fake.setStep('profile', { status: 'done' })
    poll()
    await shortly(() => expect(statusOf(client, 'profile')).toBe('done'))

    fake.hasStream = true
    await shortly(() => expect(fake.streams.size).toBe(1))
    await meanwhile()
    const before = fake.asked('GET').length
    poll()
    await meanwhile()
    expect(fake.asked('GET')).toHaveLength(before)

    fake.hasStream = false
    fake.dropStreams()
    await shortly(() => expect(fake.streams.size).toBe(0))
    await meanwhile()
    fake.setStep('payments', { status: 'done' })
    poll()
    await shortly(() => expect(statusOf(client, 'payments')).toBe('done'))
  })

  test('helps a state that is stale although the stream is up', async () => {
    const { fake, ready } = await openHouse()
    const { poll } = holdPolls()
    const client = await ready({ stream: true })
    await shortly(() => expect(fake.streams.size).toBe(1))
    await meanwhile()
    fake.instead = () => ({ status: 500 })
    await client.refresh()
    expect(client.getSnapshot().phase).toBe('stale')
    fake.instead = undefined
    poll()
    await shortly(() => expect(client.getSnapshot().phase).toBe('ready'))
  })

  test('rests in a tab that is hidden, which reads when it is seen again', async () => {
    const { fake, ready } = await openHouse()
    const { poll } = holdPolls()
    const page = openPage()
    const client = await ready()
    page.show('hidden')
    fake.setStep('profile', { status: 'done' })
    poll(600_000)
    await meanwhile()
    expect(fake.asked('GET')).toHaveLength(1)
    page.show('visible')
    await shortly(() => expect(statusOf(client, 'profile')).toBe('done'))
  })

  test('is never more often than once a second', async () => {
    const { fake, ready } = await openHouse()
    const { poll } = holdPolls()
    await ready({ pollMs: 0 })
    poll(999)
    await meanwhile()
    expect(fake.asked('GET')).toHaveLength(1)
    poll(1)
    await shortly(() => expect(fake.asked('GET')).toHaveLength(2))
  })
})

test.each(['focus', 'online'] as const)('%s is followed by a reading', async (event) => {
  const { fake, ready } = await openHouse()
  const page = openPage()
  const client = await ready()
  fake.setStep('profile', { status: 'done' })
  page[event]()
  page[event]()
  await shortly(() => expect(statusOf(client, 'profile')).toBe('done'))
  expect(fake.asked('GET')).toHaveLength(2)
})

describe('connections', () => {
  test('several count as one, and the last that goes stops everything', async () => {
    const { fake, client } = await openHouse()
    const { poll, polls } = holdPolls()
    const page = openPage()
    const one = client({ stream: true })
    const [first, second] = [one.connect(), one.connect()]
    await shortly(() => expect(fake.streams.size).toBe(1))
    await meanwhile()
    first()
    first()
    expect(fake.streams.size).toBe(1)
    second()
    await shortly(() => expect(fake.streams.size).toBe(0))
    expect(polls()).toBe(0)
    const before = fake.got.length
    page.focus()
    poll(600_000)
    await meanwhile()
    expect(fake.got).toHaveLength(before)
    expect(one.getSnapshot().phase).toBe('ready')
  })

  test('connect, disconnect, connect, as in StrictMode, is one reading and one stream', async () => {
    const { fake, client, connect } = await openHouse()
    const one = client({ stream: true })
    one.connect()()
    connect(one)
    await shortly(() => expect(one.getSnapshot().phase).toBe('ready'))
    await shortly(() => expect(fake.streams.size).toBe(1))
    await meanwhile()
    expect(fake.streams.size).toBe(1)
    // The second is the stream’s own, by the tag.
    expect(fake.asked('GET').map(({ headers }) => headers['if-none-match'] !== undefined)).toEqual([
      false,
      true,
    ])
  })

  test('connected again later, it reads again', async () => {
    const { fake, client, connect } = await openHouse()
    const one = client({ initial: fake.onboarding })
    one.connect()()
    await one.refresh()
    fake.setStep('profile', { status: 'done' })
    connect(one)
    await shortly(() => expect(statusOf(one, 'profile')).toBe('done'))
  })
})

describe('two tabs', () => {
  const tabs = 'boardwalk'

  test('share one stream, and both hear of what it tells', async () => {
    const { fake, ready } = await openHouse()
    const [first, second] = [await ready({ stream: true, tabs }), await ready({ stream: true, tabs })]
    await shortly(() => expect(fake.streams.size).toBe(1))
    fake.setStep('profile', { status: 'done' })
    fake.emit()
    await shortly(() => {
      for (const client of [first, second]) expect(statusOf(client, 'profile')).toBe('done')
    })
    await meanwhile()
    expect(fake.asked('GET', streamPath)).toHaveLength(1)
  })

  test('tell one another of changes, with or without a stream', async () => {
    const { fake, ready } = await openHouse()
    const [first, second] = [await ready({ tabs }), await ready({ tabs })]
    await first.completeStep('profile')
    await shortly(() => expect(statusOf(second, 'profile')).toBe('done'))
    await second.dismissGuide()
    await shortly(() => expect(first.getSnapshot().onboarding).toEqual(fake.onboarding))
  })

  test('when one goes the other takes the stream over', async () => {
    const { fake, ready, client } = await openHouse()
    const leader = client({ stream: true, tabs })
    const disconnect = leader.connect()
    await shortly(() => expect(fake.streams.size).toBe(1))
    const second = await ready({ stream: true, tabs })
    disconnect()
    await shortly(() => expect(fake.asked('GET', streamPath)).toHaveLength(2))
    await shortly(() => expect(fake.streams.size).toBe(1))
    fake.setStep('profile', { status: 'done' })
    fake.emit()
    await shortly(() => expect(statusOf(second, 'profile')).toBe('done'))
  })

  test('one that waits for its turn and goes never opens a stream', async () => {
    const { fake, ready, client } = await openHouse()
    await ready({ stream: true, tabs })
    await shortly(() => expect(fake.streams.size).toBe(1))
    client({ stream: true, tabs }).connect()()
    await meanwhile()
    expect(fake.asked('GET', streamPath)).toHaveLength(1)
  })

  test('the one that only listens polls when the stream is lost, and rests when it is back', async () => {
    const { fake, ready } = await openHouse()
    const { poll } = holdPolls()
    await ready({ stream: true, tabs })
    await shortly(() => expect(fake.streams.size).toBe(1))
    const second = await ready({ stream: true, tabs })
    fake.emit(': keep-alive\n\n')
    await meanwhile()
    const before = fake.asked('GET').length
    poll()
    await meanwhile()
    expect(fake.asked('GET')).toHaveLength(before)
    fake.hasStream = false
    fake.dropStreams()
    await shortly(() => expect(fake.streams.size).toBe(0))
    await meanwhile()
    fake.setStep('profile', { status: 'done' })
    poll()
    await shortly(() => expect(statusOf(second, 'profile')).toBe('done'))
  })

  test('of different names have nothing to do with one another', async () => {
    const { fake, ready } = await openHouse()
    await ready({ stream: true, tabs: 'ada' })
    await ready({ stream: true, tabs: 'bob' })
    await shortly(() => expect(fake.streams.size).toBe(2))
  })

  test.each([
    ['without Web Locks', {}],
    ['without a navigator', undefined],
    ['where locks are refused', { locks: { request: () => Promise.reject(new Error('SecurityError')) } }],
  ])('%s each has a stream of its own', async (_, navigator) => {
    vi.stubGlobal('navigator', navigator)
    const { fake, ready } = await openHouse()
    const clients = [await ready({ stream: true, tabs }), await ready({ stream: true, tabs })]
    await shortly(() => expect(fake.streams.size).toBe(2))
    fake.setStep('profile', { status: 'done' })
    fake.emit()
    await shortly(() => {
      for (const client of clients) expect(statusOf(client, 'profile')).toBe('done')
    })
  })

  test('with a name of null each has a stream of its own', async () => {
    const { fake, ready } = await openHouse()
    await ready({ stream: true, tabs: null })
    await ready({ stream: true, tabs: null })
    await shortly(() => expect(fake.streams.size).toBe(2))
  })
})
