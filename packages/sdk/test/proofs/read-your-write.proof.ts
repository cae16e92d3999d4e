import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachPostgres, freshSchema } from '@boardwalk/store/test-kit'
import { createGates, hostVerbs, personToken, type Gates } from '../../src/index.ts'
import { shop } from '../boardwalk-with-shop.ts'
import { frameworks, type Host } from '../hosts.ts'
import { rawRequest } from '../../test-kit/index.ts'

const rounds = Number(process.env['PROOF_ROUNDS'] ?? 50)
const entry = fileURLToPath(new URL('../../../cli/bin/boardwalk.js', import.meta.url))
const apiKey = 'an-api-key-of-a-proof-longer-than-32-bytes'
const secret = 'a secret of a proof, longer than thirty-two bytes'

const serve = async (url: string, schema: string): Promise<{ child: ChildProcess; address: string }> => {
  const child = spawn(process.execPath, [entry, 'serve', '--port', '0'], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: url,
      BOARDWALK_SCHEMA: schema,
      BOARDWALK_API_KEY: apiKey,
      BOARDWALK_JWT_SECRET: secret,
      BOARDWALK_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const [, address] = /listens on (\S+)/.exec(line) ?? []
    if (address !== undefined) return { child, address }
  }
  throw new Error('The server ended before it listened')
}

forEachPostgres((name, url) => {
  let servers: { child: ChildProcess; address: string }[]
  const hosts: { gates: Gates; host: Host }[] = []

  beforeAll(async () => {
    const schema = freshSchema()
    servers = [await serve(url, schema), await serve(url, schema)]
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
    const admin = `${servers[0]!.address}/api/admin/flows`
    await fetch(admin, { method: 'POST', headers, body: JSON.stringify(shop) })
    await fetch(`${admin}/shop/versions/1/publish`, { method: 'POST', headers })
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
    for (const { child } of servers) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
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
