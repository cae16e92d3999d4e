import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entry, runCommand, secrets, serveIn } from './command-line.ts'

const flows = fileURLToPath(new URL('../../../flows/', import.meta.url))

describe('the command line', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boardwalk-cli-'))
    await cp(flows, join(folder, 'flows'), { recursive: true })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const boardwalk = (words: string[], settings: Record<string, string> = {}) =>
    runCommand(folder, words, settings)

  test('help lists the commands; an unknown one is refused', async () => {
    expect((await boardwalk(['help'])).out).toContain('boardwalk serve')
    expect(await boardwalk(['dance'])).toMatchObject({
      code: 1,
      err: 'There is no command "dance". "boardwalk help" lists them.\n',
    })
  })

  test('each command tells its forms, also one of two words that is half said', async () => {
    const [audit, push, seed, demo] = await Promise.all([
      boardwalk(['audit', '--help']),
      boardwalk(['flows', 'push', '-h']),
      boardwalk(['demo', 'seed', '--help']),
      boardwalk(['demo']),
    ])
    expect(audit).toMatchObject({ code: 0, out: expect.stringMatching(/^ {2}boardwalk audit list/), err: '' })
    expect(audit.out).not.toContain('boardwalk keys')
    expect(push).toMatchObject({ code: 0, out: expect.stringContaining('boardwalk flows push FILE') })
    expect(seed).toMatchObject({ code: 0, out: expect.stringContaining('boardwalk demo seed') })
    expect(demo).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Say what to do:\n {2}boardwalk demo seed/),
    })
    expect((await boardwalk(['token', 'ada', 'ben'], secrets)).err).toContain('Say whose token')
    expect((await boardwalk(['erasures', 'export', 'to', '--file', 'x'], secrets)).err).toContain(
      'Say what to do',
    )
  })

  test('who starts without a database is told which setting it is about, what to do, and no password', async () => {
    const settings = { ...secrets, DATABASE_URL: 'postgres://me:tell-nobody@127.0.0.1:1/none' }
    for (const words of [['serve'], ['migrate']]) {
      expect(await boardwalk(words, settings)).toMatchObject({
        code: 1,
        err: expect.stringMatching(
          /^The database of DATABASE_URL cannot be used: .*\. To do: start PostgreSQL.*\n$/,
        ),
      })
    }
    const elsewhere = { ...secrets, PORT: '0', HOST: '192.0.2.1', BOARDWALK_DATA: 'elsewhere' }
    expect(await boardwalk(['serve'], elsewhere)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^192\.0\.2\.1 is no address of this machine\. Set HOST.*\n$/),
    })
  })

  test.runIf(existsSync('/dev/full'))('output that cannot be written is told', async () => {
    const told = promisify(execFile)('sh', ['-c', `"${process.execPath}" "${entry}" help > /dev/full`])
    await expect(told).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^The output could not be written/),
    })
  })

  test('flow files in JSON, YAML and TypeScript are checked, with every problem', async () => {
    await writeFile(join(folder, 'good.yaml'), 'name: yaml\nsteps:\n  - id: a\n    title: A\n')
    await writeFile(
      join(folder, 'good.ts'),
      "export default { name: 'typed', steps: [{ id: 'a' as const, title: 'A' }] }\n",
    )
    await writeFile(
      join(folder, 'bad.json'),
      '{"name":"bad","steps":[{"id":"A","title":1,"condition":{"$regx":1}}]}',
    )
    const good = await boardwalk([
      'flows',
      'validate',
      'good.yaml',
      'good.ts',
      'flows/shop.json',
      'flows/saas.json',
    ])
    expect(good).toMatchObject({ code: 0, err: '' })
    expect(good.out.split('\n').filter(Boolean)).toHaveLength(4)
    const bad = await boardwalk(['flows', 'validate', 'bad.json'])
    expect(bad.code).toBe(1)
    expect(bad.err).toMatch(/steps\[0\]\.id[\s\S]*steps\[0\]\.title/)
    expect((await boardwalk(['flows', 'validate', 'none.json'])).err).toContain('none.json: cannot be read')
    expect((await boardwalk(['flows', 'validate', 'README.md'])).err).toContain(
      'README.md: is not a flow file',
    )
  })

  test('commands speak to the Boardwalk that serves, and nothing disturbs it', async () => {
    const { address, stop } = await serveIn(folder)
    const url = { BOARDWALK_URL: address, ...secrets }
    for (const flow of ['shop', 'saas'])
      expect((await boardwalk(['flows', 'push', `flows/${flow}.json`, '--publish'], url)).code).toBe(0)
    const pushed = await boardwalk(['flows', 'push', 'good.yaml', '--publish', '--reason', 'try'], url)
    expect(pushed).toMatchObject({ code: 0, out: expect.stringContaining('version 1 is published') })
    expect((await boardwalk(['flows', 'push', 'good.yaml'], url)).out).toContain('version 1 (active)')
    expect(
      (await boardwalk(['flows', 'push', 'good.yaml'], { ...secrets, BOARDWALK_URL: 'http://127.0.0.1:1' }))
        .err,
    ).toContain('does not answer')

    const mine = (await boardwalk(['token', 'bob', '--role', 'staff'], secrets)).out.trim()
    expect(
      (await fetch(`${address}/api/onboarding`, { headers: { authorization: `Bearer ${mine}` } })).status,
    ).toBe(200)

    const second = await boardwalk(['serve', '--port', '0'])
    expect(second).toMatchObject({ code: 1, err: expect.stringMatching(/in use by process \d+/) })
    expect(second.err).not.toContain('    at ')
    expect(await boardwalk(['doctor'], secrets)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/ok .*in use by process/),
    })
    const mixed = await boardwalk(['flows', 'push', 'good.ts', 'bad.json', '--publish'], url)
    expect([mixed.code, mixed.out]).toEqual([1, ''])
    expect(
      (await boardwalk(['flows', 'push', 'good.ts'], { ...secrets, PORT: new URL(address).port })).code,
    ).toBe(0)
    const port = new URL(address).port
    expect((await boardwalk(['serve', '--port', port, '--data', join(folder, 'elsewhere')])).err).toContain(
      `Port ${port} is taken`,
    )

    expect(await stop()).toBe(0)
  })

  test('migrate brings an empty database up to date, and doctor finds it in order', async () => {
    const data = join(folder, 'fresh')
    expect((await boardwalk(['migrate', '--data', data])).out).toContain('Applied migration 1')
    expect((await boardwalk(['migrate', '--data', data])).out).toContain('Nothing to do')
    const found = await boardwalk(['doctor', '--data', data], {
      BOARDWALK_JWT_SECRET: secrets.BOARDWALK_JWT_SECRET,
    })
    expect(found).toMatchObject({ code: 0, out: expect.not.stringContaining('BAD') })
  })

  test('a wrong configuration refuses to start and says all that is wrong', async () => {
    const refused = await boardwalk(['serve'], { PORT: 'x', BOARDWALK_TYPO: '1' })
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/BOARDWALK_TYPO is not a setting[\s\S]*PORT is "x"/)
  })
})
