import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { directoryHeld, lockDirectory } from '../src/database/directory-lock.ts'
import { openEmbedded } from '../src/database/open-embedded.ts'
import { runSource, type Child } from '../test-kit/child-process.ts'

let folder: string
let number = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'boardwalk-lock-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
const fresh = () => join(folder, String(++number))

/** Says "ready", locks when told to, says "locked" or the error, then waits to be told to end. */
function locker(directory: string): Child {
  const source = `
    import { lockDirectory } from './directory-lock.ts'
    process.stdin.once('data', () => lockDirectory(${JSON.stringify(directory)}).then(() => console.log('locked'), error => console.log(error.code)))
    console.log('ready')`
  return runSource(source, new URL('../src/database/directory-lock.ts', import.meta.url).href)
}

async function lockedBy(directory: string): Promise<Child> {
  const child = locker(directory)
  await child.line()
  child.process.stdin?.write('go\n')
  expect(await child.line()).toBe('locked')
  return child
}

async function kill(child: Child): Promise<void> {
  child.process.kill('SIGKILL')
  expect(await child.ended()).toBe('SIGKILL')
}

describe('the lock of a data directory', () => {
  test('makes the directory for its user alone', async () => {
    const directory = join(fresh(), 'below')
    const lock = await lockDirectory(directory)
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
    await lock.release()
  })

  test('refuses a second process and says who holds it and what to do', async () => {
    const directory = fresh()
    const child = await lockedBy(directory)
    const error = await lockDirectory(directory).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: directoryHeld, holder: { pid: child.process.pid } })
    expect(String(error)).toMatch(
      new RegExp(
        `in use by process ${child.process.pid} on \\S+ since \\d{4}-.*use DATABASE_URL for several processes, or stop process ${child.process.pid}\\.`,
      ),
    )
    await kill(child)
  })

  test('refuses a second time in one process, also through another spelling of the path', async () => {
    const directory = fresh()
    const lock = await lockDirectory(directory)
    await expect(lockDirectory(`${directory}/../${directory.split('/').at(-1)}/`)).rejects.toMatchObject({
      code: directoryHeld,
      holder: { pid: process.pid },
    })
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: directoryHeld })
    // The refused attempts must not have loosened the lock for others.
    const child = locker(directory)
    await child.line()
    child.process.stdin?.write('go\n')
    expect(await child.line()).toBe(directoryHeld)
    await kill(child)
    await lock.release()
  })

  test('is free after release, and release may be called twice', async () => {
    const directory = fresh()
    for (let round = 0; round < 3; round++) {
      const lock = await lockDirectory(directory)
      await lock.release()
      await lock.release()
    }
  })

  test('left by a killed process is taken over, whatever its holder file says', async () => {
    const directory = fresh()
    await kill(await lockedBy(directory))
    // As if the number of the dead process had been given to another program: ours.
    await writeFile(
      join(directory, 'holder.json'),
      JSON.stringify({ pid: process.pid, host: 'here', since: 'then' }),
    )
    const lock = await lockDirectory(directory)
    expect(JSON.parse(await readFile(join(directory, 'holder.json'), 'utf8'))).toMatchObject({
      pid: process.pid,
      since: expect.stringContaining('T'),
    })
    await lock.release()
  })

  test('left by a killed process is won by exactly one of four that race for it', async () => {
    for (let round = 0; round < 3; round++) {
      const directory = fresh()
      await kill(await lockedBy(directory))
      const racers = Array.from({ length: 4 }, () => locker(directory))
      await Promise.all(racers.map((racer) => racer.line()))
      for (const racer of racers) racer.process.stdin?.write('go\n')
      const answers = await Promise.all(racers.map((racer) => racer.line()))
      expect(answers.toSorted((a, b) => String(a).localeCompare(String(b)))).toStrictEqual([
        directoryHeld,
        directoryHeld,
        directoryHeld,
        'locked',
      ])
      await Promise.all(racers.map(kill))
    }
  })

  test('refuses a path that is a file, and one below a file', async () => {
    const file = fresh()
    await writeFile(file, 'precious')
    await expect(lockDirectory(file)).rejects.toThrow(`${file} is a file, or lies below one`)
    await expect(lockDirectory(join(file, 'below'))).rejects.toThrow('is a file, or lies below one')
    expect(await readFile(file, 'utf8')).toBe('precious')
  })

  test.skipIf(process.getuid?.() === 0)('refuses a directory that it may not write', async () => {
    const directory = fresh()
    await (await lockDirectory(directory)).release()
    await chmod(directory, 0o500)
    await expect(lockDirectory(directory)).rejects.toThrow('is not writable for this user')
  })
})

describe('an embedded database in a directory', () => {
  const insert = { name: 'insert', text: 'insert into boardwalk.kept (id) values ($1)' }
  const ids = { name: 'ids', text: 'select id from boardwalk.kept order by id' }

  test('keeps its rows, refuses a second opener, and survives a kill', async () => {
    const directory = fresh()
    const first = await openEmbedded({ directory })
    await first.transaction(({ script }) =>
      script('create schema boardwalk; create table boardwalk.kept (id int primary key)'),
    )
    await first.query(insert, [1])
    await expect(openEmbedded({ directory })).rejects.toMatchObject({ code: directoryHeld })
    await first.vacuum()
    await first.close()
    await first.close()
    await expect(first.query(ids)).rejects.toThrow()

    const child = runSource(
      `import { openEmbedded } from './open-embedded.ts'
      const database = await openEmbedded({ directory: ${JSON.stringify(directory)} })
      await database.query({ name: 'insert', text: 'insert into boardwalk.kept (id) values (2)' })
      console.log('acknowledged')`,
      new URL('../src/database/open-embedded.ts', import.meta.url).href,
    )
    expect(await child.line()).toBe('acknowledged')
    await expect(openEmbedded({ directory })).rejects.toMatchObject({ holder: { pid: child.process.pid } })
    await kill(child)

    const second = await openEmbedded({ directory })
    expect(await second.query(ids)).toStrictEqual([{ id: 1 }, { id: 2 }])
    await second.close()
  })

  test('killed while it was created is created anew', async () => {
    const directory = fresh()
    const source = `
      import { openEmbedded } from './open-embedded.ts'
      console.log('opening')
      await openEmbedded({ directory: ${JSON.stringify(directory)} })`
    const child = runSource(source, new URL('../src/database/open-embedded.ts', import.meta.url).href)
    await child.line()
    await expect
      .poll(
        () =>
          stat(join(directory, 'postgres.unfinished')).then(
            () => true,
            () => false,
          ),
        { interval: 20 },
      )
      .toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 500))
    await kill(child)
    const database = await openEmbedded({ directory })
    expect(await database.query({ name: 'one', text: 'select 1 as one' })).toStrictEqual([{ one: 1 }])
    await database.close()
  })
})
