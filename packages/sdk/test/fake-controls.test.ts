import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { errors, problemDetails } from '@boardwalk/contract'
import { startFakeBoardwalk, type FakeBoardwalk, type FakeFailure } from '../test-kit/index.ts'
import { codeOfStatus, isFakeCode, problemDetails as fakeProblem } from '../test-kit/fake-problem.ts'
import { asking } from './ask.ts'

let fake: FakeBoardwalk
beforeEach(async () => {
  fake = await startFakeBoardwalk()
})
afterEach(() => fake.stop())

const publish = { userId: 'ada', gate: 'publish', route: 'POST /publish' }
const check = () => asking(fetch, fake.url, fake.apiKey)('checkGate', { body: publish })
const post = (body: unknown, signal?: AbortSignal): Promise<Response> =>
  fetch(`${fake.url}/api/gates/check`, {
    method: 'POST',
    headers: { authorization: `Bearer ${fake.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })

describe('what the test says', () => {
  test('without options there is a gate, closed until the test says that its step is done', async () => {
    expect((await check()).body).toMatchObject({
      missingStep: 'payments',
      action: { type: 'open_modal', modal: 'payments_setup', prefill: { country: 'FR' } },
    })
    fake.complete('ada', 'payments')
    expect((await check()).body).toEqual({ allowed: true })
    fake.reset('ada', 'payments')
    expect((await check()).status).toBe(409)
  })

  test('a step or a gate that does not fit is a mistake of the test', async () => {
    expect(() => fake.complete('ada', 'paiments')).toThrow('no step "paiments"')
    expect(() => fake.reset('ada', 'paiments')).toThrow('it has payments')
    await expect(startFakeBoardwalk({ gates: { a: { steps: ['b'], critical: true } } })).rejects.toThrow(
      '"b"',
    )
    await expect(startFakeBoardwalk({ steps: {} })).rejects.toThrow('without steps')
  })

  test('own steps have no gate but those that are given', async () => {
    const other = await startFakeBoardwalk({ steps: { a: {}, b: { title: 'Bee' } } })
    const ask = asking(fetch, other.url, other.apiKey)
    expect((await ask('listGates')).body).toEqual({ gates: [], steps: ['a', 'b'], flows: ['fake'] })
    const { body } = await ask('checkGate', { body: { userId: 'ada', steps: ['a'], route: '/' } })
    expect(body.message).toBe('Finish "a" first.')
    await other.stop()
  })
})

test('requests are logged in order, as they came', async () => {
  await check()
  await fetch(`${fake.url}/nowhere?a=1`, { method: 'PUT', body: 'plain', headers: { 'x-own': 'yes' } })
  expect(fake.requests).toMatchObject([
    { method: 'POST', path: '/api/gates/check', body: publish },
    { method: 'PUT', path: '/nowhere?a=1', body: 'plain', headers: { 'x-own': 'yes' } },
  ])
})

test('an event is known again by its messageId, also when it completes nothing', async () => {
  const paid = { type: 'track', userId: 'ada', event: 'paid', messageId: 'm-1' }
  const { body } = await asking(
    fetch,
    fake.url,
    fake.apiKey,
  )('sendEvents', {
    body: { batch: [paid, paid, { ...paid, userId: 'bob' }, { ...paid, messageId: 'm-2' }] },
  })
  expect(body.results.map(({ status }: { status: string }) => status)).toEqual([
    'accepted',
    'duplicate',
    'accepted',
    'accepted',
  ])
})

describe('fail', () => {
  const answered = async (how: FakeFailure): Promise<Response> => {
    fake.fail(how)
    return post(publish)
  }

  test.each([
    [{ status: 503 }, 'SERVICE_UNAVAILABLE'],
    [{ status: 500 }, 'internal'],
    [{ status: 401 }, 'unauthenticated'],
    [{ status: 400, code: 'unknown_gate' }, 'unknown_gate'],
    [{ status: 409 }, 'PRECONDITION_REQUIRED'],
  ])('status %o is problem details of %s', async (how, code) => {
    const response = await answered({ kind: 'status', ...how })
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('retry-after')).toBe(how.status === 503 ? '1' : null)
    expect(problemDetails.parse(await response.json())).toMatchObject({
      error: code,
      status: response.status,
    })
    expect(response.status).toBe(how.status)
  })

  test('status with a code, a body or headers that no Boardwalk has yet', async () => {
    const later = await answered({
      kind: 'status',
      status: 418,
      code: 'teapot',
      headers: { 'x-tea': 'green' },
    })
    expect(await later.json()).toMatchObject({ status: 418, error: 'teapot' })
    expect(later.headers.get('x-tea')).toBe('green')
    const page = await answered({ kind: 'status', status: 502, body: '<h1>Bad gateway</h1>' })
    expect([page.status, await page.text()]).toEqual([502, '<h1>Bad gateway</h1>'])
    const json = await answered({ kind: 'status', status: 200, body: { allowed: 'yes' } })
    expect(await json.json()).toEqual({ allowed: 'yes' })
  })

  test('garbage is no JSON, wrong is JSON of another shape', async () => {
    const garbage = await answered({ kind: 'garbage' })
    expect([garbage.status, garbage.headers.get('content-type')]).toEqual([200, 'application/json'])
    await expect(garbage.json()).rejects.toThrow(SyntaxError)
    expect(await (await answered({ kind: 'wrong' })).json()).toEqual({})
  })

  test('hangUp ends the connection, silence does nothing; both are logged, and none ends them', async () => {
    await expect(answered({ kind: 'hangUp' })).rejects.toThrow('fetch failed')
    fake.fail({ kind: 'silence' })
    const giveUp = new AbortController()
    const waiting = post(publish, giveUp.signal)
    while (fake.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    giveUp.abort()
    await expect(waiting).rejects.toThrow('aborted')
    fake.fail({ kind: 'none' })
    expect((await check()).status).toBe(409)
    expect(fake.requests).toHaveLength(3)
  })

  test('stop ends those who wait in silence, and twice is the same as once', async () => {
    fake.fail({ kind: 'silence' })
    const waiting = post(publish)
    const ended = expect(waiting).rejects.toThrow('fetch failed')
    while (fake.requests.length < 1) await new Promise((resolve) => setTimeout(resolve, 5))
    await fake.stop()
    await fake.stop()
    await ended
  })
})

test('the codes are those of the contract, titles and statuses too', () => {
  const known = (Object.keys(errors) as (keyof typeof errors)[]).filter((code) => isFakeCode(code))
  expect(known.length).toBeGreaterThan(10)
  for (const code of known) {
    const { status, title } = errors[code]
    const problem = fakeProblem(code, 'text', 'c-1')
    expect(problemDetails.parse(problem)).toMatchObject({
      type: `urn:boardwalk:problem:${code}`,
      status,
      title,
    })
    expect(codeOfStatus(status)).toSatisfy(isFakeCode)
  }
})
