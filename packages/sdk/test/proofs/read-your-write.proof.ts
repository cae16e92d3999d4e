import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachPostgres, freshSchema } from '@boardwalk/store/test-kit'
import { createGates, hostVerbs, personToken, type Gates } from '../../src/index.ts'
import { shop } from '../boardwalk-with-shop.ts'
import { frameworks, type Host } from '../hosts.ts'
import { rawRequest } from '../../test-kit/index.ts'
import { apiKey, asTeam, secret, serve, type Served } from './serve.ts'

const rounds = Number(process.env['PROOF_ROUNDS'] ?? 50)
forEachPostgres((name, url) => {
  let servers: Served[]
  const hosts: { gates: Gates; host: Host }[] = []

  beforeAll(async () => {
    const schema = freshSchema()
    servers = [await serve(url, schema), await serve(url, schema)]
    await asTeam(servers[0]!, 'POST', '/api/admin/flows', shop)
    await asTeam(servers[0]!, 'POST', '/api/admin/flows/shop/versions/1/publish')
    // A host of each framework, each with one of the two processes and with answers kept.
    for (const [index, [, start]] of frameworks.entries()) {
      const boardwalk = { url: servers[index % 2]!.address, apiKey }
      const gates = createGates({ boardwalk, deadlineMs: 10_000, log: { warn: () => {}, error: () => {} } })
      hosts.push({ gates, host: await start(gates) })
    }
  })
  afterAll(async () => {
    await Promise.all(hosts.map(({ host }) => host.stop()))
    hosts.forEach(({ gates }) => gates.close())
    await Promise.all(servers.map(({ stop }) => stop()))
  })

  const publish = async (userId: string): Promise<number[]> =>
    Promise.all(
      hosts.map(
        async ({ host }) =>
          (await rawRequest(host.port, 'POST', '/stores/7/publish', { 'x-user': userId })).status,
      ),
    )

  test(`${rounds} completions, by the person or by their server: acknowledged in one process, seen by gates of both at once`, async () => {
    for (let round = 0; round < rounds; round++) {
      const userId = `finisher-${round}`
      const { address } = servers[round % 2]!
      expect(await publish(userId)).toEqual([409, 409, 409, 409])
      if (round % 4 < 2) {
        const done = await hostVerbs({ url: address, apiKey }).changeStep(userId, 'payments', {
          status: 'done',
        })
        expect(done.kind).toBe('answered')
      } else {
        const token = await personToken(userId, {}, { secret })
        const done = await fetch(`${address}/api/onboarding/steps/payments`, {
          method: 'PATCH',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: '{"status":"done"}',
        })
        expect(done.status).toBe(200)
      }
      expect(await publish(userId)).toEqual([200, 200, 200, 200])
    }
    console.log(`${name}: ${rounds * hosts.length} gates asked right after a completion, none refused it`)
  })
})
