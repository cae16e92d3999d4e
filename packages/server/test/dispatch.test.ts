import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { startDispatcher } from '../src/delivery/dispatch.ts'
import type { Outbound, Sent } from '../src/outbound/outbound.ts'

const claimOf = (personId: number) => ({
  webhookId: 'w',
  personId,
  token: `t${personId}`,
  probing: false,
  failures: 0,
})

/** Two deliveries, the second answered so many promises after the first was written down; answers what was written. */
const written = async (promises: number): Promise<string[]> => {
  const ids: string[] = []
  const answer: Sent = { kind: 'answered', status: 204, retryAfter: undefined }
  const second = Promise.withResolvers<Sent>()
  const answerLater = async (): Promise<void> => {
    for (let n = 0; n < promises; n++) await Promise.resolve()
    second.resolve(answer)
  }
  const claims = [claimOf(1), claimOf(2)]
  const query = async ({ name }: { name: string }, [values]: [string]): Promise<object[]> => {
    if (name === 'claim_queues') return claims.splice(0)
    if (name === 'queue_heads') {
      const head = { url: 'http://host.example', secret: 'whsec_AAAA', previousSecret: null, attempts: 0 }
      return [1, 2].map((n) => ({ ...head, n, deliveryId: String(n), id: 'h', type: 't', xid: '1', seq: n }))
    }
    if (name !== 'settle_deliveries') return []
    const settled = (JSON.parse(values) as { delivery_id: string }[]).map((row) => row.delivery_id)
    ids.push(...settled)
    if (settled.includes('1')) void answerLater()
    return settled.map((id) => ({ id }))
  }
  const answers = [Promise.resolve(answer), second.promise]
  const outbound: Pick<Outbound, 'post'> = { post: () => answers.shift() ?? Promise.resolve(answer) }
  const dispatcher = startDispatcher({
    database: { query } as unknown as Database,
    outbound: outbound as Outbound,
    clock: Date.now,
    metrics: { countDelivery: () => undefined },
    log: pino({ level: 'silent' }),
  })
  await expect.poll(() => ids.length, { interval: 1 }).toBe(2)
  await dispatcher.stop()
  return ids
}

test('an answer is written down, in whichever turn after the one before it comes', async () => {
  for (let promises = 0; promises < 30; promises++) expect(await written(promises)).toEqual(['1', '2'])
})
