import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Hono } from 'hono'
import { afterEach, describe, expect, test } from 'vitest'
import { createGates, type EmbeddedBoardwalk, type GatesOptions } from '../src/index.ts'
import { honoGates } from '../src/hono.ts'

type Verbs = EmbeddedBoardwalk['verbs']
type Check = Verbs['checkGate']

const log = { warn: () => {}, error: () => {} }
const list = async () => ({ gates: [], steps: ['profile', 'payments'], flows: ['shop'] })

const gatesOn = (checkGate: Check, options: Partial<GatesOptions> = {}) =>
  createGates({
    boardwalk: { verbs: { checkGate, listGates: list, countFailedOpen: () => {} } },
    log,
    ...options,
  })

const attempt = (userId: string, account?: string) => ({
  userId,
  account,
  route: '/r',
  correlationId: 'try-1',
})
const step = (id: string, critical = false) =>
  ({ requirement: { kind: 'steps', steps: [id] }, critical }) as const

const blocked = {
  type: 'urn:boardwalk:problem:PRECONDITION_REQUIRED',
  title: 'A step must be done first',
  status: 409,
  detail: 'First this',
  error: 'PRECONDITION_REQUIRED' as const,
  message: 'First this',
  missingStep: 'payments',
  missingSteps: ['payments'],
  correlationId: 'try-1',
}

describe('an answer that is kept', () => {
  test('is of this step and no other', async () => {
    const gates = gatesOn(async ({ steps }) => (steps?.[0] === 'profile' ? { allowed: true } : blocked))
    const [profile, payments] = [gates.guard(step('profile')), gates.guard(step('payments'))]
    expect((await profile.decide(attempt('ada'))).kind).toBe('allowed')
    expect((await payments.decide(attempt('ada'))).kind).toBe('blocked')
    expect(await profile.decide(attempt('ada'))).toMatchObject({ kind: 'allowed' })
  })

  test('is of this person and no other, and of the account they acted for', async () => {
    const asked: string[] = []
    const gates = gatesOn(async ({ userId }) => {
      asked.push(userId)
      return asked.length === 1 ? { allowed: true } : blocked
    })
    const guard = gates.guard(step('payments', true))
    const decide = async (userId: string, account?: string) =>
      (await guard.decide(attempt(userId, account))).kind
    expect(await decide('ada', 'shop-a')).toBe('allowed')
    expect(await decide('ada', 'shop-a')).toBe('allowed')
    expect(await decide('ada', 'shop-b')).toBe('blocked')
    expect(await decide('ada')).toBe('blocked')
    expect(await decide('ben', 'shop-a')).toBe('blocked')
    expect(asked).toEqual(['ada', 'ada', 'ada', 'ben'])
  })

  test('is as old as the question, however long the answer took', async () => {
    let now = 0
    const answering = async () => {
      now += 40_000
      return { allowed: true as const }
    }
    const gates = gatesOn(answering, { clock: () => now, deadlineMs: 10_000 })
    const guard = gates.guard(step('payments'))
    await guard.decide(attempt('ada'))
    expect(await guard.decide(attempt('ada'))).toEqual({ kind: 'allowed', ageMs: 40_000 })
  })
})

describe('one person who asks for too much', () => {
  test('gets 503 beyond six questions at once, and opens nothing', async () => {
    const answers: (() => void)[] = []
    const gates = gatesOn(() => new Promise((resolve) => answers.push(() => resolve(blocked))), {
      deadlineMs: 10_000,
    })
    const guard = gates.guard(step('payments'))
    const tries = Array.from({ length: 100 }, async () => guard.decide(attempt('eve')))
    const ben = guard.decide(attempt('ben'))
    await Promise.resolve()
    expect(answers).toHaveLength(7)
    answers.forEach((answer) => answer())
    const kinds = (await Promise.all(tries)).map(({ kind }) => kind)
    expect([kinds.filter((kind) => kind === 'blocked').length, new Set(kinds)]).toEqual([
      6,
      new Set(['blocked', 'failed_closed']),
    ])
    expect((await ben).kind).toBe('blocked')
    // Those who have been answered may ask again.
    const again = guard.decide(attempt('eve'))
    answers.at(-1)?.()
    expect((await again).kind).toBe('blocked')
  })

  test('cannot open the breaker for the others by being slow to decide about', async () => {
    const gates = gatesOn(async ({ userId }) => (userId === 'eve' ? new Promise(() => {}) : blocked), {
      deadlineMs: 5,
    })
    const guard = gates.guard(step('payments'))
    for (let round = 0; round < 20; round++) await guard.decide(attempt('eve'))
    expect((await guard.decide(attempt('victim'))).kind).toBe('blocked')
    // An outage is slow for everybody.
    const dead = gatesOn(() => new Promise(() => {}), { deadlineMs: 5 })
    const deadGuard = dead.guard(step('payments'))
    for (let person = 0; person < 5; person++) await deadGuard.decide(attempt(`person-${person}`))
    expect(await deadGuard.decide(attempt('next'))).toMatchObject({ reason: 'breaker_open' })
  })
})

test('of several gates on a route, a handler finds the one that could not be checked', async () => {
  const gates = gatesOn(async ({ steps }) => {
    if (steps?.[0] === 'profile') throw Object.assign(new Error('away'), { code: 'SERVICE_UNAVAILABLE' })
    return { allowed: true }
  })
  const { requireStep } = honoGates(gates, { user: () => 'ada' })
  const app = new Hono()
  app.get(
    '/',
    requireStep('payments', { critical: true }),
    requireStep('profile', { critical: false }),
    requireStep('payments', { critical: true }),
    (context) => context.json(gates.decisionOf(context.req.raw)?.kind),
  )
  expect(await (await app.request('/')).json()).toBe('failed_open')
})

test('Hono keeps the headers that were set before the gate stopped', async () => {
  const { requireStep } = honoGates(
    gatesOn(async () => blocked),
    { user: () => ({ userId: 'ada' }) },
  )
  const app = new Hono()
  app.use(async (context, next) => {
    context.header('access-control-allow-origin', 'https://shop.example')
    await next()
  })
  app.get('/', requireStep('payments', { critical: true }), (context) => context.json({ ran: true }))
  const response = await app.request('/')
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
    409,
    'https://shop.example',
  ])
})

test('the answer of a gate is a 409 with our correlation id, whatever stands in what was received', async () => {
  const gates = gatesOn(async () => ({
    ...blocked,
    status: 200,
    correlationId: undefined as unknown as string,
  }))
  const app = new Hono()
  const { requireStep } = honoGates(gates, { user: () => 'ada' })
  app.get('/', requireStep('payments', { critical: true }), (context) => context.json({ ran: true }))
  const response = await app.request('/', { headers: { 'x-correlation-id': 'try-7' } })
  expect([response.status, await response.json()]).toMatchObject([
    409,
    { status: 409, correlationId: 'try-7' },
  ])
})

test('a logger that rejects does not end the process', async () => {
  const rejections: unknown[] = []
  const heard = (reason: unknown): void => void rejections.push(reason)
  process.on('unhandledRejection', heard)
  const rejecting = (): unknown => Promise.reject(new Error('the log is away'))
  const gates = gatesOn(async () => blocked, { log: { warn: rejecting, error: rejecting } })
  await gates.guard(step('payments')).decide(attempt('ada'))
  await sleep(10)
  process.off('unhandledRejection', heard)
  expect(rejections).toEqual([])
})

describe('gates before a Boardwalk that is silent', () => {
  let server: ReturnType<typeof createServer> | undefined
  afterEach(() => {
    server?.closeAllConnections()
    server?.close()
  })

  test('go on asking what there is, without traffic, until they know; and stop when they are closed', async () => {
    let asked = 0
    let silent = true
    server = createServer((request, response) => {
      if (request.url === '/api/gates') asked += 1
      if (silent) response.destroy()
      else
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end('{"gates":[],"steps":[],"flows":[]}')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const errors: object[] = []
    const gates = createGates({
      boardwalk: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: 'k' },
      log: { warn: () => {}, error: (line) => errors.push(line) },
    })
    const guard = gates.guard(step('payments'))
    await gates.start()
    await expect.poll(() => asked).toBeGreaterThan(1)
    silent = false
    await expect.poll(() => errors).toHaveLength(1)
    gates.close()
    const before = asked
    await guard.decide(attempt('ada'))
    expect(asked).toBe(before)
  })
})
