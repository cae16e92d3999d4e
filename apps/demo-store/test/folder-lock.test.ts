import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { lockFolder } from '../src/folder-lock.ts'

let root: string
let folder: string
const children: ChildProcess[] = []
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'boardwalk-lock-'))
})
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'one-'))
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(root, { recursive: true, force: true })
})

const lockFile = (): string => join(folder, 'lock')
const own = String(process.pid)
const deadProcess = (): string => String(spawnSync(process.execPath, ['-e', '']).pid)

test('holds the folder until it is released, for its owner’s eyes only', async () => {
  const lock = lockFolder(folder)
  expect(await readFile(lockFile(), 'utf8')).toBe(own)
  expect((await stat(lockFile())).mode & 0o777).toBe(0o600)
  expect(() => lockFolder(folder)).toThrow(`Process ${own} holds the demo store’s data in ${folder}: stop it`)
  lock.release()
  const next = lockFolder(folder)
  lock.release()
  expect(await readFile(lockFile(), 'utf8'), 'a second release takes nobody else’s away').toBe(own)
  next.release()
  expect(await readdir(folder)).toEqual([])
})

test('makes the folder', () => lockFolder(join(folder, 'deep', 'er')).release())

test.each([
  ['a dead process', deadProcess],
  ['a dead process whose id we got', () => own],
  ['a process that there cannot be', () => '99999999999999999999'],
])('a lock of %s is taken over', async (_, holder) => {
  await writeFile(lockFile(), holder())
  const lock = lockFolder(folder)
  expect(await readFile(lockFile(), 'utf8')).toBe(own)
  expect(await readdir(folder)).toEqual(['lock'])
  lock.release()
})

test.each([
  ['another living process', String(process.ppid), `Process ${process.ppid}`],
  ['nobody', '', 'Another process'],
  ['0', '0', 'Process 0'],
  ['-1', '-1', 'Another process'],
  ['words', 'null', 'Another process'],
])('a lock of %s is respected, and the message says what to do', async (_, holder, who) => {
  await writeFile(lockFile(), holder)
  const act = () => lockFolder(folder)
  expect(act).toThrow(
    `${who} holds the demo store’s data in ${folder}: stop it, or start this store with another folder (--data FOLDER), or delete ${lockFile()} if that process is no store.`,
  )
  expect(act).toThrow(expect.objectContaining({ code: 'FOLDER_HELD' }))
  expect(await readFile(lockFile(), 'utf8')).toBe(holder)
})

test('of many that find a stale lock at once, one gets it', async () => {
  await writeFile(lockFile(), deadProcess())
  const source = `import { lockFolder } from ${JSON.stringify(new URL('../src/folder-lock.ts', import.meta.url).href)}
    try { lockFolder(${JSON.stringify(folder)}); console.log('got it') } catch (error) { console.log(error.code) }
    setInterval(() => {}, 1000)`
  const said = await Promise.all(
    Array.from({ length: 6 }, () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', source])
      children.push(child)
      return new Promise<string>((resolve) =>
        child.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
      )
    }),
  )
  expect(said.sort()).toEqual([...Array.from({ length: 5 }, () => 'FOLDER_HELD'), 'got it'])
})
