import { describe, expect, test } from 'vitest'
import { operationRow, problemDetailsOf, type OperationId } from '@boardwalk/contract'
import { hostVerbs, type HostVerbs, type HostVerbsOptions, type SentEvent } from '../src/index.ts'

type Sent = { readonly method: string; readonly path: string; readonly headers: Headers; readonly body: any }

/** Host verbs before a Boardwalk that gives these answers one after the other, and the last one ever after. */
const answering = (
  answers: readonly (() => Response)[],
  options: Partial<HostVerbsOptions> = {},
): { verbs: HostVerbs; sent: Sent[]; pauses: number[] } => {
  const sent: Sent[] = []
  const pauses: number[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const { pathname, search } = new URL(request.url)
    const text = await request.text()
    sent.push({
      method: request.method,
      path: `${pathname}${search}`,
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
    })
    return answers[Math.min(sent.length, answers.length) - 1]!()
  }
  const sleep = async (ms: number): Promise<void> => void pauses.push(ms)
  const verbs = hostVerbs({
    url: 'http://boardwalk.test/mounted/',
    apiKey: 'k',
    fetch,
    retry: { sleep, random: () => 1 },
    ...options,
  })
  return { verbs, sent, pauses }
}

const ok = (): Response => Response.json({ results: [] })
const problem = (code: Parameters<typeof problemDetailsOf>[0]) => (): Response => {
  const body = problemDetailsOf(code, 'why', 'try-1')
  return Response.json(body, { status: body.status })
}
const away = problem('SERVICE_UNAVAILABLE')

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

describe('each verb is one operation of the contract', () => {
  const rows: readonly (readonly [OperationId, (verbs: HostVerbs) => Promise<unknown>])[] = [
    ['putUser', (verbs) => verbs.putUser('ada', { role: 'owner' })],
    ['putAccount', (verbs) => verbs.putAccount('shop-7', { attributes: { seats: 3 } })],
    ['getUserOnboarding', (verbs) => verbs.getOnboarding('ada')],
    ['changeUserStep', (verbs) => verbs.changeStep('ada', 'theme', { status: 'done' })],
    ['sendEvents', (verbs) => verbs.track('ada', 'connected')],
    ['deleteUser', (verbs) => verbs.eraseUser('ada')],
  ]

  test.each(rows)('%s', async (id, call) => {
    const { verbs, sent } = answering([ok])
    await call(verbs)
    const { method, path } = operationRow(id)
    const filled = path
      .replace('{userId}', 'ada')
      .replace('{accountId}', 'shop-7')
      .replace('{stepId}', 'theme')
    expect(sent.map((one) => `${one.method} ${one.path}`)).toEqual([
      `${method.toUpperCase()} /mounted${filled}`,
    ])
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer k')
  })

  test.each(rows)('%s: whatever goes wrong is an answer, not a throw', async (_, call) => {
    const broken = (): never => {
      throw new Error('no key today')
    }
    for (const options of [
      { url: 'http://127.0.0.1:1', fetch: globalThis.fetch },
      { url: 'no url at all' },
      { apiKey: broken },
      { apiKey: 'two\nlines' },
      { fetch: broken },
    ]) {
      const { verbs } = answering([ok], options)
      await expect(call(verbs)).resolves.toMatchObject({ kind: 'unreached', reason: 'network' })
    }
  })

  test('the key is asked for with each try', async () => {
    let keys = 0
    const { verbs, sent } = answering([away, ok], { apiKey: () => `key-${(keys += 1)}` })
    await verbs.putUser('ada', {})
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer key-1', 'Bearer key-2'])
  })

  test('the flow and the language are said when they are given, else left out', async () => {
    const { verbs, sent } = answering([ok])
    await verbs.getOnboarding('ada')
    await verbs.getOnboarding('ada', { flow: 'start', acceptLanguage: 'fr' })
    await verbs.changeStep('ada', 'theme', { status: 'skipped', reason: 'later', flow: 'start' })
    await verbs.changeStep('ada', 'theme', { status: 'done', metadata: { colour: '' } })
    expect(sent.map(({ path }) => path.replace('/mounted/api/users/ada/onboarding', ''))).toEqual([
      '',
      '?flow=start',
      '/steps/theme?flow=start',
      '/steps/theme',
    ])
    expect(sent.map(({ headers }) => headers.get('accept-language')).slice(0, 2)).toEqual([null, 'fr'])
    expect(sent.map(({ body }) => body).slice(2)).toEqual([
      { status: 'skipped', reason: 'later' },
      { status: 'done', metadata: { colour: '' } },
    ])
  })

  test.each(odd)('an id such as %j is one part of the path', async (id) => {
    const { verbs, sent } = answering([ok])
    await verbs.putUser(id, {})
    await verbs.putAccount(id, {})
    await verbs.changeStep(id, id, { status: 'done' })
    expect(sent.map(({ path }) => path.split('/').map(decodeURIComponent))).toEqual([
      ['', 'mounted', 'api', 'users', id],
      ['', 'mounted', 'api', 'accounts', id],
      ['', 'mounted', 'api', 'users', id, 'onboarding', 'steps', id],
    ])
  })
})

describe('trying again', () => {
  test('a step is changed with the same key three times', async () => {
    const { verbs, sent, pauses } = answering([away, away, ok])
    expect(await verbs.changeStep('ada', 'theme', { status: 'done' })).toMatchObject({ kind: 'answered' })
    const keys = sent.map(({ headers }) => headers.get('idempotency-key'))
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), keys[0], keys[0]])
    expect(sent.map(({ body }) => body)).toEqual(sent.map(() => ({ status: 'done' })))
    expect(pauses).toEqual([200, 400])
  })

  test('and with another one by the next call', async () => {
    const { verbs, sent } = answering([ok])
    for (let call = 0; call < 2; call++) await verbs.changeStep('ada', 'theme', { status: 'done' })
    expect(new Set(sent.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(2)
  })

  test('an event is sent with the same messageId three times', async () => {
    const { verbs, sent } = answering([away, away, ok])
    await verbs.track('ada', 'connected', { kind: 'crm' })
    const ids = sent.map(({ body }) => body.batch[0].messageId)
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), ids[0], ids[0]])
    expect(sent[2]?.body).toEqual({
      batch: [
        { type: 'track', userId: 'ada', event: 'connected', properties: { kind: 'crm' }, messageId: ids[0] },
      ],
    })
  })

  test('a messageId of the host’s own is kept, and each event without one gets its own', async () => {
    const { verbs, sent } = answering([ok])
    await verbs.track('ada', 'connected', {}, 'order-7')
    const events: SentEvent[] = [
      { type: 'track', userId: 'ada', event: 'connected', messageId: 'order-8' },
      { type: 'track', userId: 'ada', event: 'connected' },
      { type: 'identify', userId: 'ada', traits: { plan: 'team' } },
      // What a host writes as `messageId: row.id` when the row has none.
      { type: 'track', userId: 'ada', event: 'connected', messageId: undefined },
    ]
    await verbs.sendEvents(events)
    const [first, second] = sent.map(({ body }) => body.batch.map((event: SentEvent) => event.messageId))
    expect(first).toEqual(['order-7'])
    expect(second[0]).toBe('order-8')
    expect(second.slice(1)).toEqual(Array(3).fill(expect.stringMatching(/^[0-9a-f-]{36}$/)))
    expect(new Set(second).size).toBe(4)
  })

  test.each([
    ['SERVICE_UNAVAILABLE', 3],
    ['unauthenticated', 1],
    ['forbidden', 1],
    ['person_not_found', 1],
    ['invalid_request', 1],
    ['conflict', 1],
    ['internal', 1],
  ] as const)('%s is asked %d times in all', async (code, times) => {
    const { verbs, sent } = answering([problem(code)])
    expect(await verbs.putUser('ada', {})).toMatchObject({ kind: 'refused', problem: { error: code } })
    expect(sent).toHaveLength(times)
  })

  test('as often as the host wants', async () => {
    const { verbs, sent } = answering([away], { retry: { sleep: async () => {}, tries: 1 } })
    await verbs.putUser('ada', {})
    expect(sent).toHaveLength(1)
  })
})
