import { problemDetailsOf, type GateBlocked } from '@boardwalk/contract'
import { describe, expect, test } from 'vitest'
import { guardFetch, type Blocked } from '../src/index.ts'

const blocked: GateBlocked = {
  ...problemDetailsOf('PRECONDITION_REQUIRED', 'Set up payments first.', 'try-1'),
  error: 'PRECONDITION_REQUIRED',
  missingStep: 'payments',
  missingSteps: ['payments'],
  action: { type: 'open_modal', modal: 'payments_setup', prefill: { country: 'FR' } },
}

const problem = (body: unknown, status = 409, type = 'application/problem+json'): Response =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    status,
    headers: { 'content-type': type },
  })
const stopped = (): Response => problem(blocked)
const passed = (): Response => Response.json({ published: true })

type Got = { readonly method: string; readonly url: string; readonly body: string; readonly headers: Headers }

/** A host that gives these answers one after the other, and a person who does what the test says when they are stopped. */
const bench = (answers: readonly (() => Response)[], does: (blocked: Blocked) => Promise<boolean>) => {
  const got: Got[] = []
  const shown: Blocked[] = []
  const host: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const { method, url, headers } = request
    got.push({ method, url, headers, body: await request.text() })
    return answers[got.length - 1]!()
  }
  const guarded = guardFetch(
    async (blocked) => {
      shown.push(blocked)
      return does(blocked)
    },
    { fetch: host },
  )
  return { guarded, got, shown }
}

const finishes = async (): Promise<boolean> => true
const closes = async (): Promise<boolean> => false
const url = 'http://shop.test/publish'

describe('a person who is stopped at a gate', () => {
  test('is shown what is missing, as the gate said it', async () => {
    const { guarded, shown } = bench([stopped], closes)
    await guarded(url, { method: 'POST' })
    expect(shown).toEqual([blocked])
  })

  test('is shown it also when the media type says how it is written', async () => {
    const { guarded, shown } = bench(
      [() => problem(blocked, 409, 'application/problem+json; charset=utf-8')],
      closes,
    )
    await guarded(url)
    expect(shown).toEqual([blocked])
  })

  test('gets the 409 itself when they do not finish, with its body to read', async () => {
    const { guarded, got } = bench([stopped], closes)
    const response = await guarded(url)
    expect(response.status).toBe(409)
    expect(await response.json()).toEqual(blocked)
    expect(got).toHaveLength(1)
  })

  test('gets the second 409 as it is when another step is missing then: nobody is asked in circles', async () => {
    const second = { ...blocked, missingStep: 'profile' }
    const { guarded, got, shown } = bench([stopped, () => problem(second)], finishes)
    const response = await guarded(url)
    expect(await response.json()).toEqual(second)
    expect([got.length, shown.length]).toEqual([2, 1])
  })
})

describe('what was stopped is sent again when the step is done', () => {
  test.each([
    ['GET', undefined],
    ['HEAD', undefined],
    ['POST', 'key-1'],
    ['PUT', 'key-1'],
    ['PATCH', 'key-1'],
    ['DELETE', 'key-1'],
  ])('%s with the key %s', async (method, key) => {
    const body = key === undefined ? '' : '{"title":"Żółć 🦊"}'
    const { guarded, got } = bench([stopped, passed], finishes)
    const response = await guarded(url, {
      method,
      headers: { 'x-shop': '7', ...(key !== undefined && { 'idempotency-key': key }) },
      ...(body !== '' && { body }),
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ published: true })
    expect(got).toHaveLength(2)
    expect(got).toMatchObject(got.map(() => ({ method, url, body })))
    for (const { headers } of got) {
      expect(headers.get('x-shop')).toBe('7')
      expect(headers.get('idempotency-key')).toBe(key ?? null)
    }
  })

  test('also when it came as a Request', async () => {
    const { guarded, got } = bench([stopped, passed], finishes)
    const headers = { 'idempotency-key': 'key-1' }
    await guarded(new Request(url, { method: 'POST', body: 'a body', headers }))
    expect(got.map(({ body }) => body)).toEqual(['a body', 'a body'])
  })

  test('also when its body is bytes or a form', async () => {
    for (const body of [new Uint8Array([0, 255, 10]), new URLSearchParams({ a: 'b' })]) {
      const { guarded, got } = bench([stopped, passed], finishes)
      await guarded(url, { method: 'POST', body, headers: { 'Idempotency-Key': 'key-1' } })
      expect(got).toHaveLength(2)
      expect(got[1]?.body).toBe(got[0]?.body)
    }
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'but not a bare %s: the caller gets the 409',
    async (method) => {
      const { guarded, got, shown } = bench([stopped], finishes)
      const response = await guarded(url, { method, body: 'once' })
      expect(response.status).toBe(409)
      expect(await response.json()).toEqual(blocked)
      expect(got.map(({ body }) => body)).toEqual(['once'])
      expect(shown).toHaveLength(1)
    },
  )
})

describe('any other answer is none of ours', () => {
  const rows: readonly (readonly [string, () => Response])[] = [
    ['200', passed],
    ['a plain 409', () => new Response('Conflict', { status: 409 })],
    ['a 409 without a media type', () => new Response(null, { status: 409 })],
    [
      'the 409 of an Idempotency-Key (IETF draft)',
      () =>
        problem({
          type: 'https://developer.example.com/idempotency',
          title: 'A request is outstanding for this Idempotency-Key',
          status: 409,
        }),
    ],
    [
      'a 409 of about:blank',
      () => problem({ type: 'about:blank', status: 409, error: 'PRECONDITION_REQUIRED' }),
    ],
    ['our own conflict', () => problem(problemDetailsOf('conflict', 'Others were faster.', 'try-1'))],
    ['our own step_already_done', () => problem(problemDetailsOf('step_already_done', 'Done.', 'try-1'))],
    ['a type that begins like ours', () => problem({ ...blocked, type: `${blocked.type}_2` })],
    ['a type that ends like ours', () => problem({ ...blocked, type: `x${blocked.type}` })],
    ['a type in other letters', () => problem({ ...blocked, type: blocked.type.toLowerCase() })],
    ['our body as plain JSON', () => problem(blocked, 409, 'application/json')],
    ['our body with another status', () => problem(blocked, 428)],
    ['our body with a 200', () => problem(blocked, 200)],
    ['garbage', () => problem('{"type":')],
    ['null', () => problem('null')],
    ['a text', () => problem(`"${blocked.type}"`)],
    ['a list', () => problem([blocked])],
    ['nothing', () => problem('')],
  ]

  test.each(rows)('%s', async (_, answer) => {
    const { guarded, got, shown } = bench([answer], finishes)
    const response = await guarded(url)
    const expected = answer()
    expect(shown).toEqual([])
    expect(got).toHaveLength(1)
    expect(response.status).toBe(expected.status)
    expect(await response.text()).toBe(await expected.text())
  })
})

test('several at once are each answered by what becomes of them', async () => {
  const first = bench([stopped, passed], finishes)
  const second = bench([stopped], closes)
  const [one, two] = await Promise.all([first.guarded(url), second.guarded(url)])
  expect([one.status, two.status]).toEqual([200, 409])
})

test('a guard rail that fails leaves the caller with the 409', async () => {
  for (const onBlocked of [
    () => Promise.reject(new Error('the dialog did not open')),
    () => {
      throw new Error('there is no dialog')
    },
  ]) {
    const response = await guardFetch(onBlocked, { fetch: async () => stopped() })(url)
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ error: 'PRECONDITION_REQUIRED' })
  }
})

test('what the network throws is thrown as by fetch itself', async () => {
  const guarded = guardFetch(finishes, { fetch: () => Promise.reject(new TypeError('fetch failed')) })
  await expect(guarded(url)).rejects.toThrow('fetch failed')
})

test('without a fetch of its own it takes the global one of the moment', async () => {
  const before = globalThis.fetch
  const guarded = guardFetch(finishes)
  try {
    globalThis.fetch = async () => passed()
    expect((await guarded(url)).status).toBe(200)
  } finally {
    globalThis.fetch = before
  }
})
