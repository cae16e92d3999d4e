import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandLine } from './command-line.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const manifest = createRequire(import.meta.url).resolve('typescript/package.json')

/** Each line that must not compile says so itself; one that does compile is then an error. */
const app = `
import { createGates, hostVerbs } from '@boardwalk/sdk'
import { honoGates } from '@boardwalk/sdk/hono'

const boardwalk = { url: 'http://boardwalk.test', apiKey: 'key' }
const { requireStep, requireGate } = honoGates(createGates({ boardwalk }), { user: () => null })
requireStep('payments', { critical: true })
requireStep(['payments', 'theme'], { critical: true, flow: 'shop' })
requireGate('publish')
void hostVerbs(boardwalk).changeStep('ben', 'payments', { status: 'done' })
// @ts-expect-error -- no step is called so
requireStep('paymnets', { critical: true })
// @ts-expect-error -- nor one of these
requireStep(['payments', 'paymnets'], { critical: true })
// @ts-expect-error -- no gate
requireGate('publsh')
// @ts-expect-error -- no flow
requireStep('payments', { critical: true, flow: 'shp' })
// @ts-expect-error -- no step
void hostVerbs(boardwalk).changeStep('ben', 'paymnets', { status: 'done' })
`

const screen = `
import { useStep } from '@boardwalk/react'

export const usePayments = () => useStep('payments')
// @ts-expect-error -- no step is called so
export const usePaymnets = () => useStep('paymnets')
`

describe('names of flows as types', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boardwalk-types-'))
    await mkdir(join(folder, 'node_modules/@boardwalk'), { recursive: true })
    await mkdir(join(folder, 'node_modules/@types'), { recursive: true })
    for (const name of ['sdk', 'react'])
      await symlink(join(root, 'packages', name), join(folder, 'node_modules/@boardwalk', name), 'junction')
    await symlink(
      join(root, 'node_modules/@types/node'),
      join(folder, 'node_modules/@types/node'),
      'junction',
    )
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    const compilerOptions = { lib: ['ES2024', 'DOM', 'DOM.Iterable'], jsx: 'react-jsx', types: ['node'] }
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions,
        include: ['*.ts'],
        exclude: [],
      }),
    )
    await writeFile(join(folder, 'app.ts'), app)
    await writeFile(join(folder, 'screen.ts'), screen)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const compile = async (): Promise<string> => {
    const { bin } = JSON.parse(await readFile(manifest, 'utf8')) as { bin: { tsc: string } }
    const tsc = join(dirname(manifest), bin.tsc)
    try {
      await promisify(execFile)(process.execPath, [tsc, '-p', folder, '--noEmit', '--pretty', 'false'])
      return ''
    } catch (error) {
      return (error as { stdout: string }).stdout
    }
  }

  test('a misspelt step, gate or flow compiles before, and no more once the names are generated', async () => {
    expect((await compile()).match(/Unused '@ts-expect-error' directive/g)).toHaveLength(6)
    const flows = ['shop', 'saas'].map((name) => join(root, `flows/${name}.json`))
    const boardwalk = commandLine(folder)
    const written = await boardwalk('codegen', ...flows, '--out', 'names.ts')
    expect(written).toMatchObject({ code: 0, out: 'names.ts is written: 2 flow(s)\n' })
    expect(await compile()).toBe('')
    expect((await boardwalk('codegen', ...flows, '--out', 'names.ts')).out).toContain('up to date')
    const { out } = await boardwalk('codegen', ...flows)
    expect(out).toBe(await readFile(join(folder, 'names.ts'), 'utf8'))
    expect(out).toContain("export type EventName = 'integration.created'")
    await boardwalk('codegen', ...flows, '--out', 'names.ts', '--module', '@boardwalk/react')
    expect(await compile()).toBe('')
  })

  test('it must be said whose names are meant', async () => {
    for (const words of [[], ['flow.json', '--from-server']])
      expect(await commandLine(folder)('codegen', ...words)).toMatchObject({
        code: 1,
        err: expect.stringContaining('Say whose names'),
      })
  })
})
