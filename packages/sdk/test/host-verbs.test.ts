import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBoardwalk, listen, type Boardwalk } from '@boardwalk/server'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { hostVerbs, type HostVerbs, type SentEvent } from '../src/index.ts'

const apiKey = 'a-first-api-key-of-more-than-32-bytes'

const flow = {
  name: 'start',
  steps: [
    { id: 'profile', title: { en: 'Complete your profile', fr: 'Complétez votre profil' }, required: true },
    { id: 'theme', title: 'Choose a theme' },
    { id: 'connect', title: 'Connect', completion: 'proof' as const, trigger: { event: 'connected' } },
  ],
}

/** Waits for nobody between tries. */
const retry = { sleep: async () => {} }

const odd = [
  'a/b',
  'a?b=c',
  'a#b',
  '100%',
  '%2F',
  'a b',
  'Żółć 日本 🦊',
  '...',
  '../..',
  "it's",
  '"\\',
  '+',
  ';=&',
  '__proto__',
]

forEachDatabase((_, open) => {
  let boardwalk: Boardwalk
  let stop: () => Promise<void>
  let address: string
  let host: HostVerbs

  beforeAll(async () => {
    boardwalk = createBoardwalk({ database: await open(), apiKey, log: pino({ level: 'silent' }) })
    await boardwalk.verbs.publishFlow(flow)
    const listening = await listen(boardwalk.fetch, { port: 0, host: '127.0.0.1' })
    ;({ address } = listening)
    stop = listening.stop
    host = hostVerbs({ url: address, apiKey, retry })
  })
  afterAll(async () => {
    await stop()
    await boardwalk.stop()
  })

  const stepsOf = async (userId: string): Promise<Record<string, string>> => {
    const sent = await host.getOnboarding(userId)
    if (sent.kind !== 'answered' || sent.body === null) throw new Error(JSON.stringify(sent))
    return Object.fromEntries(sent.body.steps.map(({ id, status }) => [id, status]))
  }

  test('a person is told, seen, changed and erased', async () => {
    const userId = randomUUID()
    expect(await host.putUser(userId, { role: 'owner', attributes: { seats: 0 } })).toMatchObject({
      kind: 'answered',
      status: 200,
      body: { userId, facts: { role: 'owner', attributes: { seats: 0 } }, account: null },
    })
    expect(await host.putUser(userId, { role: null, plan: 'team' })).toMatchObject({
      body: { facts: { plan: 'team', attributes: { seats: 0 } } },
    })
    expect(await stepsOf(userId)).toEqual({ profile: 'todo', theme: 'todo', connect: 'todo' })
    expect(await host.changeStep(userId, 'theme', { status: 'skipped', reason: 'later' })).toMatchObject({
      kind: 'answered',
      body: { success: true, step: { id: 'theme', status: 'skipped' } },
    })
    expect(await host.changeStep(userId, 'connect', { status: 'done', flow: 'start' })).toMatchObject({
      kind: 'answered',
      body: { step: { status: 'done' } },
    })
    expect(await stepsOf(userId)).toEqual({ profile: 'todo', theme: 'skipped', connect: 'done' })
    expect(await host.eraseUser(userId)).toMatchObject({
      kind: 'answered',
      body: { receipt: { id: expect.any(String), erasedAt: expect.any(String) } },
    })
    expect(await host.getOnboarding(userId)).toMatchObject({
      kind: 'refused',
      status: 404,
      problem: { error: 'person_not_found' },
    })
  })

  test('an account is told, and forgets what is null', async () => {
    const accountId = randomUUID()
    await host.putAccount(accountId, { attributes: { tier: 'gold', seats: 3 } })
    expect(await host.putAccount(accountId, { attributes: { seats: null } })).toMatchObject({
      kind: 'answered',
      body: { accountId, attributes: { tier: 'gold' } },
    })
  })

  test('texts come in the language of the person’s browser', async () => {
    const userId = randomUUID()
    await host.putUser(userId, {})
    expect(await host.getOnboarding(userId, { flow: 'start', acceptLanguage: 'fr-CA,fr' })).toMatchObject({
      body: { steps: [{ title: 'Complétez votre profil' }, {}, {}] },
    })
  })

  test('what a person did completes the step that waits for it, once', async () => {
    const userId = randomUUID()
    expect(await host.track(userId, 'connected', { kind: 'crm' }, `m-${userId}`)).toMatchObject({
      kind: 'answered',
      status: 200,
      body: { results: [{ index: 0, status: 'accepted' }] },
    })
    expect(await host.track(userId, 'connected', { kind: 'crm' }, `m-${userId}`)).toMatchObject({
      body: { results: [{ index: 0, status: 'duplicate' }] },
    })
    expect(await stepsOf(userId)).toMatchObject({ connect: 'done' })
  })

  test('events are answered one by one', async () => {
    const userId = randomUUID()
    const events: SentEvent[] = [
      { type: 'identify', userId, traits: { plan: 'team', city: 'Köln' } },
      { type: 'track', userId, event: 'connected' },
      { type: 'track', userId: '..', event: 'connected' },
    ]
    expect(await host.sendEvents(events)).toMatchObject({
      kind: 'answered',
      body: {
        results: [
          { index: 0, status: 'accepted' },
          { index: 1, status: 'accepted' },
          { index: 2, status: 'refused', reason: expect.stringContaining('userId') },
        ],
      },
    })
    expect(await stepsOf(userId)).toMatchObject({ connect: 'done' })
    expect(await host.sendEvents([])).toMatchObject({
      kind: 'refused',
      problem: { error: 'invalid_request' },
    })
  })

  test.each(odd)('a user id such as %j is found again', async (id) => {
    const userId = `${id} ${randomUUID()}`
    expect(await host.putUser(userId, { role: 'owner' })).toMatchObject({ body: { userId } })
    await host.track(userId, 'connected')
    await host.changeStep(userId, 'profile', { status: 'done' })
    expect(await stepsOf(userId)).toEqual({ profile: 'done', theme: 'todo', connect: 'done' })
    expect(await host.eraseUser(userId)).toMatchObject({ kind: 'answered' })
  })

  test.each(['', '.', '..', 'x'.repeat(256), 'a\nb', 'a\u0000'])(
    'a user id that cannot be one (%j) is refused by every verb, and reaches nobody else',
    async (userId) => {
      for (const sent of [
        await host.putUser(userId, {}),
        await host.getOnboarding(userId),
        await host.changeStep(userId, 'theme', { status: 'done' }),
        await host.eraseUser(userId),
      ])
        expect(sent).toMatchObject({ kind: 'refused' })
    },
  )

  const refusals: readonly (readonly [string, (userId: string) => Promise<unknown>, number, string])[] = [
    ['a step of no flow', (id) => host.changeStep(id, 'nope', { status: 'done' }), 404, 'step_not_found'],
    [
      'a required step skipped',
      (id) => host.changeStep(id, 'profile', { status: 'skipped' }),
      400,
      'step_required',
    ],
    ['a flow that there is not', (id) => host.getOnboarding(id, { flow: 'nope' }), 404, 'flow_not_found'],
    ['facts that are none', (id) => host.putUser(id, { role: 7 } as never), 400, 'invalid_request'],
    ['somebody unknown', () => host.eraseUser(randomUUID()), 404, 'person_not_found'],
  ]

  test.each(refusals)('%s is a refusal, and an answer', async (_, call, status, error) => {
    const userId = randomUUID()
    await host.putUser(userId, {})
    expect(await call(userId)).toMatchObject({ kind: 'refused', status, problem: { error } })
  })

  test('a wrong key is a refusal, and an answer', async () => {
    const stranger = hostVerbs({ url: address, apiKey: 'a-key-that-nobody-has-made-of-32-bytes', retry })
    expect(await stranger.putUser('ada', {})).toMatchObject({
      kind: 'refused',
      status: 401,
      problem: { error: 'unauthenticated' },
    })
  })

  test('a change that was carried out but not heard of is not carried out twice', async () => {
    const userId = randomUUID()
    let calls = 0
    const lossy: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      calls += 1
      if (calls > 1) return response
      throw new TypeError('the connection broke')
    }
    const unlucky = hostVerbs({ url: address, apiKey, retry, fetch: lossy })
    expect(await unlucky.changeStep(userId, 'theme', { status: 'done' })).toMatchObject({ kind: 'answered' })
    calls = 0
    expect(await unlucky.track(userId, 'connected')).toMatchObject({
      body: { results: [{ status: 'duplicate' }] },
    })
    const url = `${address}/api/admin/people/${userId}/timeline`
    const { events } = (await (
      await fetch(url, { headers: { authorization: `Bearer ${apiKey}` } })
    ).json()) as { events: { type: string; stepId?: string }[] }
    const completed = events.filter(({ type }) => type === 'onboarding.step_completed')
    expect(completed.map(({ stepId }) => stepId)).toEqual(['theme', 'connect'])
  })
})
