import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachPostgres, freshSchema } from '@boardwalk/store/test-kit'
import { tokenOf } from '../open-house.ts'
import { openStream, type OpenStream } from '../open-stream.ts'
import { publishFlow, startServer, type ServerProcess } from './server-process.ts'

const rounds = Number(process.env['PROOF_ROUNDS'] ?? 40)
const soon = { timeout: 5_000, interval: 1 }

const inOrder = (times: readonly number[]): number[] => [...times].sort((a, b) => a - b)
const at = (times: readonly number[], share: number): number =>
  Math.round(inOrder(times)[Math.ceil(times.length * share) - 1] ?? NaN)

forEachPostgres((_, url) => {
  let here: ServerProcess
  let there: ServerProcess
  let stream: OpenStream

  beforeAll(async () => {
    const settings = { DATABASE_URL: url, BOARDWALK_SCHEMA: freshSchema() }
    here = await startServer(settings)
    there = await startServer(settings)
    await publishFlow(here.server, {
      name: 'shop',
      steps: [{ id: 'pay', title: 'Pay', required: true }],
      gates: { publish: { steps: ['pay'], critical: true } },
    })
  }, 120_000)
  afterAll(async () => {
    stream.hangUp()
    await Promise.all([here.stop(), there.stop()])
  })

  test(`${rounds} kills in one process are effective in another`, async () => {
    const ada = await there.person('ada')
    const isOn = async (): Promise<boolean> => (await ada('GET', '/api/onboarding')).body.features.enabled
    const check = { userId: 'ada', gate: 'publish', route: '/publish' }
    const gate = async (): Promise<number> => (await there.server('POST', '/api/gates/check', check)).status
    expect(await isOn()).toBe(true)
    stream = await openStream(there.address, await tokenOf('ada'))
    const times: Record<'read' | 'gate' | 'stream', number[]> = { read: [], gate: [], stream: [] }
    for (let round = 0; round < rounds; round++) {
      const before = stream.changes()
      const began = performance.now()
      await here.server('POST', '/api/admin/release/shop/kill', { reason: `round ${round}` })
      const took = (): number => performance.now() - began
      await Promise.all([
        expect
          .poll(isOn, soon)
          .toBe(false)
          .then(() => times.read.push(took())),
        expect
          .poll(gate, soon)
          .toBe(200)
          .then(() => times.gate.push(took())),
        expect
          .poll(() => stream.changes() > before, soon)
          .toBe(true)
          .then(() => times.stream.push(took())),
      ])
      const killed = stream.changes()
      await here.server('PUT', '/api/admin/release/shop', { enabled: true })
      await expect.poll(isOn, soon).toBe(true)
      await expect.poll(() => stream.changes() > killed, soon).toBe(true)
    }
    for (const [what, all] of Object.entries(times))
      console.log(
        `kill to ${what}, n=${all.length}: p50 ${at(all, 0.5)} ms, p95 ${at(all, 0.95)} ms, max ${at(all, 1)} ms`,
      )
  }, 400_000)
})
