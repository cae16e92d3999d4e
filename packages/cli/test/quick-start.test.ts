import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commands } from '../src/command-list.ts'
import { commandLine } from './command-line.ts'

/** These open a database themselves. */
const ofServer = ['serve', 'migrate', 'doctor', 'demo seed']

/** All others ask a running Boardwalk; here it refuses whatever they ask. */
const asking: { readonly [command: string]: readonly string[] } = {
  flows: ['list', 'push shop.json', 'pull', 'diff shop.json', 'rollback shop 1', 'deprecate shop 1'],
  'flows impact': ['shop'],
  codegen: ['--from-server'],
  explain: ['u-1'],
  release: ['show shop'],
  experiments: ['list'],
  'release phases': ['shop'],
  'release advance': ['shop'],
  health: ['show shop'],
  analytics: ['funnel'],
  reconcile: [''],
  import: ['people.csv --mapping mapping.json --dry-run'],
  'dead-letters': ['list'],
  erasures: ['export --file erasures.ndjson'],
  projections: [''],
  webhooks: ['list'],
  keys: ['list'],
  audit: ['list'],
}

const alone = ['flows validate shop.json', 'codegen shop.json', 'analytics definitions', 'token u-1']

const wordsOf = (line: string): string[] => line.split(' ').filter((word) => word !== '')

const dependenciesOf = async (name: string): Promise<string[]> => {
  const manifest = await readFile(new URL(`../../${name}/package.json`, import.meta.url), 'utf8')
  return Object.keys((JSON.parse(manifest) as { dependencies: object }).dependencies)
}

let folder: string
let address: string
let heavy: ReadonlySet<string>

const refusing = createServer((_, response) => {
  response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"unauthorized"}')
})

beforeAll(async () => {
  await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`
  folder = await mkdtemp(join(tmpdir(), 'boardwalk-cli-'))
  await copyFile(new URL('../../../flows/shop.json', import.meta.url), join(folder, 'shop.json'))
  await writeFile(join(folder, 'people.csv'), 'id\nu-1\n')
  await writeFile(join(folder, 'mapping.json'), JSON.stringify({ userId: 'id' }))
  const own = (await dependenciesOf('cli')).filter((name) => !name.startsWith('@boardwalk/'))
  const ofOthers = [...(await dependenciesOf('server')), ...(await dependenciesOf('store'))]
  heavy = new Set(['@boardwalk/server', ...ofOthers].filter((name) => !own.includes(name)))
})

afterAll(async () => {
  refusing.close()
  await rm(folder, { recursive: true, force: true })
})

const nameOf = (specifier: string): string =>
  specifier.startsWith('@boardwalk/')
    ? specifier
    : specifier.split('/', specifier[0] === '@' ? 2 : 1).join('/')

/** What it said, and the packages it imported; those of this house by the door. */
const run = async (...words: string[]) => {
  const boardwalk = commandLine(folder, {
    BOARDWALK_URL: address,
    NODE_OPTIONS: `--import=${new URL('./tell-imports.ts', import.meta.url).href}`,
  })
  const { code, out, err } = await boardwalk(...words)
  const lines = err.trimEnd().split('\n')
  const imported = JSON.parse(lines.pop() ?? '') as string[]
  return { code, out, err: lines.join('\n'), imported: imported.map(nameOf) }
}

test('the help is told without any package', async () => {
  expect(await run('--help')).toMatchObject({ code: 0, err: '', imported: [] })
  expect(await run('serve', '--help')).toMatchObject({ code: 0, err: '', imported: [] })
})

test('a command that runs the server imports it', async () => {
  const { err, imported } = await run('serve', '--no-such-option')
  expect(err).toContain("Unknown option '--no-such-option'")
  expect(imported.filter((name) => heavy.has(name))).toContain('@boardwalk/server')
})

test('every command either opens a database, or is among those that must start quickly', () => {
  const rest = commands.map(({ name }) => name).filter((name) => !ofServer.includes(name) && name !== 'token')
  expect(Object.keys(asking)).toEqual(rest)
})

test.each(Object.entries(asking).flatMap(([name, forms]) => forms.map((form) => `${name} ${form}`.trim())))(
  'boardwalk %s asks a running Boardwalk, and imports neither server nor store',
  async (line) => {
    const { err, imported } = await run(...wordsOf(line))
    expect(err).toContain('Boardwalk refused (401 unauthorized)')
    expect(imported).toContain('@boardwalk/server/configuration')
    expect(imported.filter((name) => heavy.has(name))).toEqual([])
  },
)

test.each(alone)('boardwalk %s imports neither server nor store', async (line) => {
  const { code, imported } = await run(...wordsOf(line))
  expect(code).toBe(0)
  expect(imported.filter((name) => heavy.has(name))).toEqual([])
})
