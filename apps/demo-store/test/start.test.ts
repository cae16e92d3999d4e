import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'boardwalk-start-'))
  await cp(at('../../../flows/'), join(folder, 'flows'), { recursive: true })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const environment = { PATH: process.env['PATH'], BOARDWALK_LOG_LEVEL: 'warn' }

/** What `npm start` runs. */
const launch = (more: Record<string, string> = {}): { child: ChildProcess; out: () => string } => {
  const child = spawn(process.execPath, [at('../src/main.ts'), '--port', '0'], {
    cwd: folder,
    env: { ...environment, ...more },
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()))
  return { child, out: () => out }
}

const start = async (
  more?: Record<string, string>,
): Promise<{ child: ChildProcess; address: string; out: () => string }> => {
  const { child, out } = launch(more)
  await expect.poll(out).toMatch(/curl -s/)
  return { child, address: /listens on (\S+)/.exec(out())?.[1] ?? '', out }
}

const stopped = async (child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> => {
  child.kill(signal)
  return (await once(child, 'exit'))[0]
}

const command = async (words: string[], address: string): Promise<string> =>
  (
    await promisify(execFile)(process.execPath, [at('../../../packages/cli/bin/boardwalk.js'), ...words], {
      cwd: folder,
      env: { ...environment, BOARDWALK_URL: address },
    })
  ).stdout

const onboarding = async (address: string, token: string) =>
  (await fetch(`${address}/api/onboarding`, { headers: { authorization: `Bearer ${token}` } })).json()

const secretsFile = (): string => join(folder, '.boardwalk/development-secrets.json')

test('npm start makes secrets, publishes the flows, serves the store, and its first command works', async () => {
  const { child, address, out } = await start()
  expect(out()).toMatch(/Published the flow "saas"[\s\S]*Published the flow "shop"/)
  const [, token = ''] = /Bearer ([^']+)'/.exec(out()) ?? []
  expect(await onboarding(address, token)).toMatchObject({ flow: { name: 'shop', version: 1 }, progress: 0 })
  expect((await stat(secretsFile())).mode & 0o777).toBe(0o600)
  const page = await fetch(`${address}/register`)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])

  const mine = (await command(['token', 'bob', '--role', 'staff'], address)).trim()
  expect(await onboarding(address, mine)).toMatchObject({ flow: { name: 'shop' } })
  expect(await command(['flows', 'push', 'flows/shop.json'], address)).toContain('version 1 (active)')
  expect(await command(['webhooks', 'list'], address)).toContain(`active  ${address}/hooks/boardwalk\n`)
  expect(await stopped(child, 'SIGTERM')).toBe(0)
})

test('a second start knows the flows, the secrets, the tokens and the webhook of the first', async () => {
  const secrets = await readFile(secretsFile(), 'utf8')
  const { child, address, out } = await start()
  expect(out()).not.toContain('Published')
  expect(await readFile(secretsFile(), 'utf8')).toBe(secrets)
  const webhooks = await command(['webhooks', 'list'], address)
  expect(webhooks).toContain(`active  ${address}/hooks/boardwalk\n`)
  expect(webhooks).toContain('1 webhook(s)')
  expect(await stopped(child, 'SIGINT')).toBe(0)
})

test('while one runs a second refuses in one sentence; after kill -9 the next one starts', async () => {
  const first = await start()
  const second = launch()
  expect((await once(second.child, 'close'))[0]).toBe(1)
  expect(second.out()).toMatch(
    new RegExp(
      `^Process ${first.child.pid} holds the demo store’s data in \\S+-of-demo-store: stop it, or .*\\n$`,
    ),
  )
  await stopped(first.child, 'SIGKILL')
  const third = await start()
  expect(await stopped(third.child, 'SIGTERM')).toBe(0)
})

test('pages of the origins that are named may read, and no more streams are held than are allowed', async () => {
  const shop = 'https://shop.example'
  const { child, address } = await start({ BOARDWALK_CORS_ORIGINS: shop, BOARDWALK_STREAMS: '0' })
  const token = (await command(['token', 'bob', '--role', 'staff'], address)).trim()
  const read = (path: string, origin: string) =>
    fetch(`${address}${path}`, { headers: { authorization: `Bearer ${token}`, origin } })
  const allowedTo = (answer: Response) => answer.headers.get('access-control-allow-origin')
  expect(allowedTo(await read('/api/onboarding', shop))).toBe(shop)
  expect(allowedTo(await read('/api/onboarding', 'https://evil.example'))).toBeNull()
  expect((await read('/api/onboarding/stream', shop)).status).toBe(429)
  expect(await stopped(child, 'SIGTERM')).toBe(0)
})
