import { Agent, createServer, request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres } from '@boardwalk/store/test-kit'
import type { Measured } from './measured.ts'
import { startBoardwalk } from './processes.ts'

const times = Number(process.env['BENCH_WEBHOOK_TIMES'] ?? 300)
const many = Number(process.env['BENCH_WEBHOOKS'] ?? 10_000)
// As many as Boardwalk has under way to one webhook.
const atOnce = 8
const apiKey = 'a-benchmark-api-key-of-more-than-32-bytes'

const flow = {
  name: 'webhooks',
  steps: [{ id: 'first', title: 'First', action: { type: 'redirect', url: '/first' } }],
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0

const startReceiver = async () => {
  const at = new Map<string, number>()
  const state = { received: 0 }
  const server = createServer((incoming: IncomingMessage, response) => {
    let text = ''
    incoming.setEncoding('utf8').on('data', (part: string) => (text += part))
    incoming.on('end', () => {
      const userId = /"userId":"([^"]+)"/.exec(text)?.[1]
      if (userId !== undefined && !at.has(userId)) at.set(userId, performance.now())
      state.received += 1
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, at, state, stop: () => server.close() }
}

/** What the receiver and this process can do without any bookkeeping. */
const bareLoop = async (url: string, body: string, n: number): Promise<number> => {
  const agent = new Agent({ keepAlive: true })
  const post = (): Promise<void> =>
    new Promise((done, fail) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const sent = request(url, { method: 'POST', agent, headers }, (answer) =>
        answer.resume().on('end', done).on('error', fail),
      )
      sent.on('error', fail).end(body)
    })
  let left = n
  const worker = async (): Promise<void> => {
    while (left-- > 0) await post()
  }
  const begun = performance.now()
  await Promise.all(Array.from({ length: atOnce }, worker))
  agent.destroy()
  return (n / (performance.now() - begun)) * 1000
}

/** From a commit to the receiver, and how many a second. */
export const webhooksBench = async (): Promise<Measured[]> => {
  const postgres = await startPostgres()
  const receiver = await startReceiver()
  const boardwalk = await startBoardwalk({
    DATABASE_URL: postgres.url,
    BOARDWALK_SCHEMA: 'bench_webhooks',
    BOARDWALK_API_KEY: apiKey,
    BOARDWALK_WEBHOOK_ALLOW: '127.0.0.1',
  })
  const call = async (method: string, path: string, body: object): Promise<void> => {
    const answer = await fetch(boardwalk.address + path, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    await answer.arrayBuffer()
  }
  const complete = (userId: string) =>
    call('PATCH', `/api/users/${userId}/onboarding/steps/first`, { status: 'done' })
  try {
    await call('POST', '/api/admin/flows', flow)
    await call('POST', '/api/admin/flows/webhooks/versions/1/publish', {})
    await call('POST', '/api/admin/webhooks', { url: receiver.url, types: ['onboarding.step_completed'] })
    const waits: number[] = []
    for (let n = 0; n < times; n++) {
      await complete(`one-${n}`)
      const committed = performance.now()
      while (!receiver.at.has(`one-${n}`)) await sleep(1)
      waits.push((receiver.at.get(`one-${n}`) ?? 0) - committed)
      // Not in step with the pauses of those who read.
      await sleep((n * 37) % 250)
    }
    const before = receiver.state.received
    const begun = performance.now()
    for (let n = 0; n < many; n += 500)
      await Promise.all(Array.from({ length: Math.min(500, many - n) }, (_, k) => complete(`many-${n + k}`)))
    while (receiver.state.received < before + many) await sleep(5)
    const rate = (many / (performance.now() - begun)) * 1000
    const body = JSON.stringify({ type: 'onboarding.step_completed', data: { padding: 'x'.repeat(250) } })
    const bare = await bareLoop(receiver.url, body, many)
    const row = { peerName: 'limit', unit: 'ms', aim: '≤ 2,000 ms', n: times }
    const [p50, p95] = [percentile(waits, 0.5), percentile(waits, 0.95)]
    return [
      { ...row, name: 'commit to webhook received, p50', ours: p50, peer: 2_000, ratio: 2_000 / p50 },
      { ...row, name: 'commit to webhook received, p95', ours: p95, peer: 2_000, ratio: 2_000 / p95 },
      {
        name: 'webhook deliveries, the commits included',
        ours: rate,
        peer: bare,
        peerName: 'bare POST loop',
        unit: '/s',
        ratio: rate / bare,
        aim: '–',
        n: many,
      },
    ]
  } finally {
    await boardwalk.stop()
    receiver.stop()
    await postgres.stop()
  }
}
