import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limitsOf, operationIds, operationRow } from '@boardwalk/contract'
import { openDatabase, type Database } from '@boardwalk/store'
import { createBoardwalk, type BoardwalkOptions } from '../src/index.ts'
import { flowFile, openHouse, tokenOf, type Answer, type Call, type House } from './open-house.ts'

const start = Date.UTC(2026, 0, 5, 9)
let now = start

let database: Database
beforeAll(async () => {
  database = await openDatabase({})
})
afterAll(() => database.close())

const houses: House[] = []
afterAll(async () => {
  for (const { boardwalk } of houses) await boardwalk.stop()
})
const opened = async (options: Partial<BoardwalkOptions>): Promise<House> => {
  const house = await openHouse(database, { clock: () => now, ...options })
  await house.publish(flowFile('shop'))
  houses.push(house)
  return house
}

/** Statuses of so many calls, one after the other. */
const statuses = async (count: number, call: () => Promise<Answer>): Promise<number[]> => {
  const all: number[] = []
  for (let index = 0; index < count; index++) all.push((await call()).status)
  return all
}

const fieldsOf = ({ headers }: Answer): (string | null)[] =>
  ['ratelimit-policy', 'ratelimit', 'retry-after'].map((name) => headers.get(name))

describe('without Redis', () => {
  let house: House
  const limits = { requestsPerMinute: 5, stepUpdatesPerMinute: 3, snoozesPerDay: 2 }
  beforeAll(async () => {
    house = await opened({ limits })
  })
  let strangers = 0
  const stranger = (): Promise<Call> => house.person(`stranger-${strangers++}`)

  test('a person makes so many requests a minute, is told how many are left, and then to wait', async () => {
    const ada = await stranger()
    const told = []
    for (let index = 0; index < 6; index++) told.push(await ada('GET', '/api/onboarding'))
    expect(told.map((answer) => [answer.status, ...fieldsOf(answer)])).toEqual([
      [200, '"requests";q=5;w=60', '"requests";r=4;t=60', null],
      [200, '"requests";q=5;w=60', '"requests";r=3;t=60', null],
      [200, '"requests";q=5;w=60', '"requests";r=2;t=60', null],
      [200, '"requests";q=5;w=60', '"requests";r=1;t=60', null],
      [200, '"requests";q=5;w=60', '"requests";r=0;t=60', null],
      [429, '"requests";q=5;w=60', '"requests";r=0;t=60', '60'],
    ])
    expect(told[5]?.body).toMatchObject({
      error: 'RATE_LIMIT_EXCEEDED',
      message: 'A person has 5 requests a minute, and they are used up. Try again in 60 seconds.',
    })
  })

  test('the minute begins with the first request, and after the wait that is asked for all goes again', async () => {
    const ada = await stranger()
    const read = (): Promise<Answer> => ada('GET', '/api/onboarding')
    await read()
    now += 40_500
    expect(await statuses(5, read)).toEqual([200, 200, 200, 200, 429])
    const refused = await read()
    expect(fieldsOf(refused)[2]).toBe('20')
    now += 19_499
    expect((await read()).status).toBe(429)
    now += 1
    expect(await statuses(6, read)).toEqual([200, 200, 200, 200, 200, 429])
  })

  test('a clock that is put back keeps nobody out', async () => {
    const ada = await stranger()
    const read = (): Promise<Answer> => ada('GET', '/api/onboarding')
    expect(await statuses(6, read)).toContain(429)
    now -= 3_600_000
    expect((await read()).status).toBe(200)
    now += 3_600_000
  })

  test('requests that come together are counted one by one', async () => {
    const ada = await stranger()
    const all = await Promise.all(Array.from({ length: 40 }, () => ada('GET', '/api/onboarding')))
    expect(all.filter(({ status }) => status === 200)).toHaveLength(5)
    expect(all.filter(({ status }) => status === 429)).toHaveLength(35)
  })

  test('one person’s requests are not another’s, nor those of the host’s server for the same person', async () => {
    const userId = `stranger-${strangers++}`
    const [ada, bob] = [await house.person(userId), await stranger()]
    expect(await statuses(6, () => ada('GET', '/api/onboarding'))).toContain(429)
    expect((await bob('GET', '/api/onboarding')).status).toBe(200)
    const asServer = await house.server('GET', `/api/users/${userId}/onboarding`)
    expect([asServer.status, ...fieldsOf(asServer)]).toEqual([200, null, null, null])
    expect(await statuses(9, () => house.server('GET', `/api/users/${userId}/onboarding`))).not.toContain(429)
    for (let index = 0; index < 9; index++) await house.boardwalk.verbs.getOnboarding(userId)
  })

  test('steps have a limit of their own, told beside the other', async () => {
    const ada = await stranger()
    const change = (): Promise<Answer> => ada('PATCH', '/api/onboarding/steps/theme', { status: 'done' })
    const told = []
    for (let index = 0; index < 4; index++) told.push(await change())
    expect(told.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    expect(fieldsOf(told[1]!)).toEqual([
      '"requests";q=5;w=60, "step_updates";q=3;w=60',
      '"requests";r=3;t=60, "step_updates";r=1;t=60',
      null,
    ])
    expect(told[3]?.body.message).toBe(
      'A person has 3 changes of steps a minute, and they are used up. Try again in 60 seconds.',
    )
    // What else is asked for is answered still.
    expect((await ada('GET', '/api/onboarding')).status).toBe(200)
  })

  test('a snooze counts as such by either way, and is to wait for until the next day', async () => {
    const ada = await stranger()
    const until = { snoozeUntil: new Date(now + 3_600_000).toISOString() }
    const byStep = await ada('PATCH', '/api/onboarding/steps/theme', until)
    expect([byStep.status, fieldsOf(byStep)[1]]).toEqual([200, '"requests";r=4;t=60, "snoozes";r=1;t=86400'])
    // What is not understood uses up none.
    expect((await ada('POST', '/api/onboarding/nudge/snooze', { snoozeUntil: 'soon' })).status).toBe(400)
    expect((await ada('POST', '/api/onboarding/nudge/snooze')).status).toBe(200)
    const refused = await ada('POST', '/api/onboarding/nudge/snooze')
    expect([refused.status, fieldsOf(refused)[2]]).toEqual([429, '86400'])
    expect(refused.body.message).toBe(
      'A person has 2 snoozes of the reminder a day, and they are used up. Try again in 24 hours.',
    )
    // A step is none.
    expect((await ada('PATCH', '/api/onboarding/steps/theme', { status: 'done' })).status).toBe(200)
    now += 86_399_999
    expect((await ada('PATCH', '/api/onboarding/steps/theme', until)).status).toBe(429)
    now += 1
    expect((await ada('POST', '/api/onboarding/nudge/snooze')).status).not.toBe(429)
  })

  test('it counts before the body is read, and not before the person is known', async () => {
    const userId = `stranger-${strangers++}`
    const token = await tokenOf(userId)
    const send = async (body: string, bearer = token): Promise<Response> =>
      house.boardwalk.fetch(
        new Request('http://boardwalk.test/api/onboarding/skip', {
          method: 'POST',
          headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
          body,
        }),
      )
    for (let index = 0; index < 9; index++) {
      const unknown = await send('{}', `${token}x`)
      expect([unknown.status, unknown.headers.get('ratelimit')]).toEqual([401, null])
    }
    const answers: number[] = []
    for (let index = 0; index < 6; index++) answers.push((await send('{')).status)
    expect(answers).toEqual([400, 400, 400, 400, 400, 429])
  })

  test('HEAD counts as GET, and a stream as one request', async () => {
    const ada = await stranger()
    expect((await ada('HEAD', '/api/onboarding')).headers.get('ratelimit')).toBe('"requests";r=4;t=60')
    expect((await ada('HEAD', '/api/onboarding/stream')).headers.get('ratelimit')).toBe('"requests";r=3;t=60')
    expect((await ada('GET', '/api/onboarding')).headers.get('ratelimit')).toBe('"requests";r=2;t=60')
  })

  test('an evaluation of flags is a request of the person, and says so to clients of OFREP', async () => {
    const userId = `stranger-${strangers++}`
    const ada = await house.person(userId)
    const evaluate = (call: Call): Promise<Answer> =>
      call('POST', '/ofrep/v1/evaluate/flags', { context: { targetingKey: userId } })
    expect(await statuses(5, () => evaluate(ada))).not.toContain(429)
    const refused = await evaluate(ada)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60'])
    expect(refused.body).toMatchObject({ error: 'RATE_LIMIT_EXCEEDED', errorCode: 'GENERAL' })
    expect(await statuses(9, () => evaluate(house.server))).not.toContain(429)
  })

  test('refused requests are counted by the limit that they met', async () => {
    const metrics = (await house.server('GET', '/metrics')).body as string
    const limited = [...metrics.matchAll(/^boardwalk_rate_limited_total\{limit="(\w+)"\} (\d+)$/gm)]
    expect(new Set(limited.map(([, limit]) => limit))).toEqual(
      new Set(['requests', 'snoozes', 'step_updates']),
    )
    expect(limited.find(([, limit]) => limit === 'snoozes')?.[2]).toBe('2')
    expect(metrics).toContain('boardwalk_redis_connected 0')
  })
})

describe('every operation that a person may call', () => {
  let house: House
  beforeAll(async () => {
    house = await opened({})
  })
  const ofPerson = operationIds.filter((id) => limitsOf(operationRow(id)).length > 0)

  test.each(ofPerson)('%s tells what is left, whatever it answers', async (id) => {
    const { method, path, mediaType } = operationRow(id)
    const call = await house.person(`caller-of-${id}`)
    // A stream would be read to its end.
    const verb = mediaType === 'text/event-stream' ? 'HEAD' : method.toUpperCase()
    const answer = await call(verb, path.replace('{id}', 'nothing').replace('{key}', 'nothing'))
    expect(answer.headers.get('ratelimit')).toMatch(/^"requests";r=999999;t=60/)
  })

  test('is one of the person’s own routes', () => {
    const callers = new Set(
      operationIds.filter((id) => !ofPerson.includes(id)).map((id) => operationRow(id).caller.kind),
    )
    expect(callers).toEqual(new Set(['anyone', 'server']))
  })
})

test.each([0, -1, 1.5, Number.NaN, Infinity])('a limit of %d is refused at once', (requestsPerMinute) => {
  expect(() => createBoardwalk({ database: {}, limits: { requestsPerMinute } })).toThrow(
    'expected a whole number from 1 on',
  )
})

test('real people have 100 requests and 20 changes of steps a minute, and 3 snoozes a day', async () => {
  const house = await opened({ limits: {} })
  const ada = await house.person('ada-herself')
  const step = await ada('PATCH', '/api/onboarding/steps/theme', { status: 'done' })
  const snooze = await ada('POST', '/api/onboarding/nudge/snooze')
  expect([fieldsOf(step)[0], fieldsOf(snooze)[0]]).toEqual([
    '"requests";q=100;w=60, "step_updates";q=20;w=60',
    '"requests";q=100;w=60, "snoozes";q=3;w=86400',
  ])
})
