import { problemDetailsOf } from '@boardwalk/contract'
import { describe, expect, test } from 'vitest'
import { withRetries, type RetryOptions, type Sent } from '../src/index.ts'

const answered: Sent = { kind: 'answered', status: 204, body: null }
const refused = (status: number): Sent => ({
  kind: 'refused',
  status,
  problem: problemDetailsOf('SERVICE_UNAVAILABLE', 'why', 'try-1'),
})
const unreached = (reason: 'network' | 'timeout' | 'garbled' | 'status', status?: number): Sent => ({
  kind: 'unreached',
  reason,
  detail: 'why',
  ...(status !== undefined && { status }),
})
const away = unreached('network')

/** Tries that come to this one after the other, and to the last ever after. */
const trying = async (fates: readonly Sent[], options: RetryOptions = {}) => {
  const pauses: number[] = []
  let tries = 0
  const sleep = async (ms: number): Promise<void> => void pauses.push(ms)
  const send = async (): Promise<Sent> => fates[Math.min((tries += 1), fates.length) - 1]!
  const sent = await withRetries(send, { sleep, random: () => 1, ...options })
  return { sent, tries, pauses }
}

describe('what is worth a second try', () => {
  test.each<[string, Sent, boolean]>([
    ['an answer', answered, false],
    ['nobody there', unreached('network'), true],
    ['too slow', unreached('timeout'), true],
    ['a 200 of somebody else', unreached('garbled', 200), true],
    ['a 502 in HTML', unreached('garbled', 502), true],
    ['a plain 429', unreached('status', 429), true],
    ['a plain 502', unreached('status', 502), true],
    ['a plain 503', unreached('status', 503), true],
    ['a plain 504', unreached('status', 504), true],
    ['a redirect', unreached('status', 302), false],
    ['a plain 400', unreached('status', 400), false],
    ['a plain 401', unreached('status', 401), false],
    ['a plain 404', unreached('status', 404), false],
    ['a plain 500', unreached('status', 500), false],
    ['no status at all', unreached('status'), false],
    ['a refusal with 400', refused(400), false],
    ['a refusal with 401', refused(401), false],
    ['a refusal with 404', refused(404), false],
    ['a refusal with 409', refused(409), false],
    ['a refusal with 429', refused(429), true],
    ['a refusal with 500', refused(500), false],
    ['a refusal with 503', refused(503), true],
  ])('%s', async (_, fate, isWorth) => {
    const { sent, tries } = await trying([fate])
    expect(tries).toBe(isWorth ? 3 : 1)
    expect(sent).toBe(fate)
  })
})

test('the first try that comes to something ends it', async () => {
  expect(await trying([away, answered])).toEqual({ sent: answered, tries: 2, pauses: [200] })
  expect(await trying([away, refused(404), answered])).toMatchObject({ sent: refused(404), tries: 2 })
})

test.each([
  [1, 1],
  [2, 2],
  [5, 5],
  [0, 1],
])('of %d tries there are %d', async (most, tries) => {
  expect(await trying([away], { tries: most })).toMatchObject({ tries })
})

test('pauses double up to 30 s, and there is none after the last try', async () => {
  const { pauses } = await trying([away], { tries: 11 })
  expect(pauses).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000])
})

test.each([
  [0, [0, 0]],
  [0.5, [50, 100]],
  [1, [100, 200]],
])('chance %d draws the pauses %j', async (random, pauses) => {
  expect(await trying([away], { random: () => random, firstPauseMs: 100 })).toMatchObject({ pauses })
})

describe('a server that says when to come again', () => {
  const later = (retryAfterSeconds: number): Sent => ({ ...refused(503), retryAfterSeconds }) as Sent
  test.each([
    [0, [200, 400]],
    [0.3, [300, 400]],
    [5, [5000, 5000]],
    [30, [30_000, 30_000]],
    [31, [30_000, 30_000]],
    [86_400, [30_000, 30_000]],
    [Infinity, [30_000, 30_000]],
  ])('in %d s is waited for, up to 30 s and never less than otherwise', async (seconds, pauses) => {
    expect(await trying([later(seconds)])).toMatchObject({ tries: 3, pauses })
  })

  test.each([
    [5, 3],
    [5.1, 1],
  ])('in %d s is asked %d times by who waits 5 s at most', async (seconds, tries) => {
    expect(await trying([later(seconds)], { mostAskedMs: 5000 })).toMatchObject({ tries })
  })

  test('is not asked again for what it refuses for good', async () => {
    expect(await trying([{ ...refused(409), retryAfterSeconds: 1 } as Sent])).toMatchObject({ tries: 1 })
  })
})

test('what throws is not tried again', async () => {
  let tries = 0
  const broken = async (): Promise<Sent> => {
    tries += 1
    throw new Error('a mistake')
  }
  await expect(withRetries(broken, { sleep: async () => {} })).rejects.toThrow('a mistake')
  expect(tries).toBe(1)
})
