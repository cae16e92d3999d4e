import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

const entry = fileURLToPath(new URL('../bin/boardwalk.js', import.meta.url))

const settings = {
  BOARDWALK_JWT_SECRET: 'a secret of this test, longer than 32 bytes',
  BOARDWALK_API_KEY: 'an-api-key-of-this-test-longer-than-32-bytes',
  BOARDWALK_LOG_LEVEL: 'error',
}

type Ended = { code: number; out: string; err: string }

describe('a publication, from the command line', () => {
  let folder: string
  let child: ChildProcess
  let address: string

  const boardwalk = async (...words: string[]): Promise<Ended> => {
    const env = { PATH: process.env['PATH'], ...settings, BOARDWALK_URL: address }
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [entry, ...words], {
        cwd: folder,
        env,
      })
      return { code: 0, out: stdout, err: stderr }
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
      return { code, out: stdout, err: stderr }
    }
  }
  const call = async (method: string, path: string, body?: object): Promise<any> => {
    const headers = {
      authorization: `Bearer ${settings.BOARDWALK_API_KEY}`,
      'content-type': 'application/json',
    }
    const request = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    return (await fetch(new URL(path, address), request)).json()
  }

  const payments = { id: 'payments', title: 'Payments', required: true }
  const german = { id: 'impressum', title: 'Impressum', markets: ['DE'] }
  const gates = { publish: { steps: ['payments'], critical: true } }
  const write = (name: string, ...steps: object[]): Promise<void> =>
    writeFile(join(folder, name), JSON.stringify({ name: 'shop', steps, gates }))

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boardwalk-cli-'))
    const env = { PATH: process.env['PATH'], ...settings }
    child = spawn(process.execPath, [entry, 'serve', '--port', '0'], { cwd: folder, env })
    let out = ''
    child.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr!.on('data', (chunk: Buffer) => (out += chunk.toString()))
    await vi.waitFor(() => expect(out).toMatch(/listens on/), 90_000)
    address = /listens on (\S+)/.exec(out)?.[1] ?? ''
    await write('one.json', { id: 'email', title: 'Email', required: true }, payments, german)
    expect((await boardwalk('flows', 'push', 'one.json', '--publish')).code).toBe(0)
    for (const user of ['ada', 'bob', 'eve']) await call('PUT', `/api/users/${user}`, { role: 'owner' })
    for (const user of ['ada', 'bob', 'eve'])
      await call('PATCH', `/api/users/${user}/onboarding/steps/email`, { status: 'done' })
    await call('PATCH', '/api/users/bob/onboarding/steps/payments', { status: 'done' })
  })
  afterAll(async () => {
    child.kill('SIGTERM')
    await once(child, 'exit')
    await rm(folder, { recursive: true, force: true })
  })

  test('tells beforehand, of a file, what it would mean, and publishes nothing', async () => {
    await write('two.json', payments, { id: 'bank', title: 'Bank', required: true })
    const { code, out } = await boardwalk('flows', 'impact', 'two.json', '--reopen')
    expect(out).toContain('Publishing version 2 of "shop" for the 3 people in it:')
    expect(out).toMatch(/ 3 {2}get a step +e\.g\. ada, bob, eve/)
    expect(out).toMatch(/ 1 {2}have finished and begin again +e\.g\. bob/)
    expect(out).toMatch(/ 0 {2}see what they see now/)
    expect(code).toBe(0)
    expect((await call('GET', '/api/admin/flows/shop')).activeVersion).toBe(1)
    const pinned = await boardwalk('flows', 'impact', 'shop', '2', '--policy', 'pin')
    expect(pinned.out).toMatch(/ 2 {2}see what they see now/)
    expect((await boardwalk('flows', 'impact', 'shop')).out).toContain('version 2')
  })

  test('explains afterwards who stays where, and why a gate stops them', async () => {
    await call('POST', '/api/admin/flows/shop/versions/2/publish', { policy: 'pin' })
    const { code, out } = await boardwalk('explain', 'ada', '--gate', 'publish')
    expect(out).toMatch(
      /flow "shop", version 1: in_progress; stays in version 1: pinned by the publication of version 2 at 20/,
    )
    expect(out).toMatch(/email +required +done/)
    expect(out).toMatch(/impressum +hidden +todo/)
    expect(out).toMatch(/markets +unknown +\["DE"\]/)
    expect(out).toMatch(/version 2 +20\S+ +pin/)
    expect(out).toContain('gate "publish": stops, because of payments (shop)')
    expect(code).toBe(0)
    expect((await boardwalk('explain', 'bob', '--gate', 'publish')).out).toContain(
      'gate "publish": lets pass',
    )
  })

  test.each([
    [['flows', 'impact'], /Say of which flow/],
    [['flows', 'impact', 'shop', 'two'], /not the number of a version/],
    [['flows', 'impact', 'shop', '99'], /no version 99/],
    [['flows', 'impact', 'none'], /no flow "none"/],
    [['flows', 'impact', '../../x'], /is not a flow file/],
    [['flows', 'impact', 'two.json', '2'], /Leave the number out/],
    [['flows', 'impact', 'shop', '--policy', 'wipe'], /"move", "pin", "restart"/],
    [['explain'], /Say of whom/],
    [['explain', 'nobody'], /Nobody is known/],
    [['explain', 'ada', '--gate', 'none'], /gate "none"/],
  ] as const)('boardwalk %j is refused with what to do', async (words, message) => {
    const { code, err } = await boardwalk(...words)
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(message) })
    expect(err).not.toContain('    at ')
  })
})
