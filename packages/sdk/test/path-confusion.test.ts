import express from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGates, type EmbeddedBoardwalk, type Gates } from '../src/index.ts'
import { expressGates } from '../src/express.ts'
import { frameworks, listening, startedHosts, type Host } from './hosts.ts'
import { oddFrames, sendFrame } from './odd-frames.ts'
import { oddRequests, rawRequest } from '../test-kit/index.ts'

const routes = [
  ['POST', '/stores/7/publish'],
  ['GET', '/preview'],
  ['POST', '/pay'],
] as const

const log = { warn: () => {}, error: () => {} }

/** Lets those pass who have done everything. No database: nothing here is about what is decided. */
const boardwalk: EmbeddedBoardwalk = {
  verbs: {
    checkGate: async ({ userId }) =>
      userId.startsWith('done')
        ? { allowed: true }
        : {
            type: 'urn:boardwalk:problem:PRECONDITION_REQUIRED',
            title: 'A step must be done first',
            status: 409,
            detail: 'First the payments',
            error: 'PRECONDITION_REQUIRED',
            message: 'First the payments',
            correlationId: 'test',
            missingStep: 'payments',
            missingSteps: ['payments'],
          },
    listGates: async () => ({
      gates: [{ name: 'publish', critical: true, steps: ['payments'] }],
      steps: ['profile', 'payments'],
      flows: ['shop'],
    }),
    countFailedOpen: () => {},
  },
}

/** Sends everything to one route; resolves with how many there were, and how often the plain one was answered so. */
const sendAll = async ({ port }: Host, method: string, path: string, user: string) => {
  const [requests, frames] = [oddRequests(method, path), oddFrames(method, path, user)]
  const statuses: (number | string)[] = []
  for (const { method: verb, path: written, headers } of requests)
    // What Node's own client cannot send is sent below.
    statuses.push(
      await rawRequest(port, verb, written, { ...headers, 'x-user': user }).then(
        ({ status }) => status,
        (error: Error) => error.message,
      ),
    )
  for (const frame of frames) statuses.push(Number((await sendFrame(port, frame)).slice(9, 12)))
  return { sent: requests.length + frames.length, statuses }
}

describe.each(frameworks)('odd requests in front of the gates of %s', (_framework, start) => {
  const startHost = startedHosts()
  let gates: Gates
  let host: Host
  beforeAll(async () => {
    gates = createGates({ boardwalk, deadlineMs: 10_000, keepAllowedMs: 0, log })
    host = await startHost(start, gates)
    await gates.start()
  })
  afterAll(() => gates.close())

  test.each(routes)('%s %s: no handler runs for who may not pass', async (method, path) => {
    host.ran.length = 0
    const { sent, statuses } = await sendAll(host, method, path, 'stranger')
    expect(host.ran).toEqual([])
    expect(sent).toBeGreaterThanOrEqual(200)
    // The plain forms among them do reach the gate, so that this test cannot pass by asking for nothing.
    expect(statuses.filter((status) => status === 409).length).toBeGreaterThan(20)
    expect(statuses).not.toContain(503)
  })

  test.each(routes)('%s %s: each run of the handler has its decision', async (method, path) => {
    host.ran.length = 0
    await sendAll(host, method, path, 'done')
    expect(host.ran.length).toBeGreaterThan(20)
    expect(host.ran.filter(({ decision }) => decision !== 'allowed')).toEqual([])
  })
})

test('a host that puts its gate before a prefix of the path is caught', async () => {
  const gates = createGates({ boardwalk, deadlineMs: 10_000, log })
  const { requireGate } = expressGates(gates, { user: (request) => request.get('x-user') })
  const publish = requireGate('publish')
  const ran: Host['ran'] = []
  const app = express()
  app.use((request, response, next) =>
    request.method === 'POST' && request.url.startsWith('/stores/7/publish')
      ? publish(request, response, next)
      : next(),
  )
  app.all('/stores/:id/publish', (request, response) => {
    ran.push({ route: request.url, decision: gates.decisionOf(request)?.kind })
    response.json({ ran: true })
  })
  const host = { ran, ...(await listening(app)) }
  await sendAll(host, 'POST', '/stores/7/publish', 'stranger')
  expect(ran.length).toBeGreaterThan(5)
  expect(ran.every(({ decision }) => decision === undefined)).toBe(true)
  gates.close()
  await host.stop()
})
