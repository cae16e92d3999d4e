import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgres, type PostgresServer } from '@boardwalk/store/test-kit'
import { serveBoardwalk, type ServedBoardwalk } from '../served-boardwalk.ts'

const people = Number(process.env['PROOF_RESTORED_PEOPLE'] ?? 200)
const everyTenth = Array.from({ length: people }, (_, n) => n).filter((n) => n % 10 === 0)
const userIdOf = (n: number): string => `person-${n}`

type Place = {
  /** What `serve` is told of the database. */
  readonly settings: Record<string, string>
  /** While nothing serves: keeps the database as it is. */
  readonly backUp: () => Promise<void>
  /** Puts the database back as it was kept. */
  readonly restore: () => Promise<void>
}

const drill = async ({ settings, backUp, restore }: Place, folder: string): Promise<void> => {
  let served: ServedBoardwalk = await serveBoardwalk(settings)
  const put = (n: number): Promise<unknown> =>
    served.call('PUT', `/api/users/${userIdOf(n)}`, { attributes: { mail: `${n}@mail.example` } })
  const isKnown = async (n: number): Promise<boolean> =>
    (await served.call('GET', `/api/users/${userIdOf(n)}/export`)).userId === userIdOf(n)
  const file = join(folder, 'erasures.jsonl')

  for (let n = 0; n < people; n += 1) await put(n)
  await served.stop()
  await backUp()

  served = await serveBoardwalk(settings)
  for (const n of everyTenth) await served.call('DELETE', `/api/users/${userIdOf(n)}`)
  // One of them came back by the host's word, and is in the list nevertheless.
  await put(0)
  const exported = await served.boardwalk('erasures', 'export', '--file', file)
  expect(exported).toMatchObject({ code: 0 })
  expect(await readFile(file, 'utf8')).not.toMatch(/person-|mail/)
  await served.stop()
  await restore()

  served = await serveBoardwalk(settings)
  expect(await Promise.all(everyTenth.map(isKnown))).not.toContain(false)
  const replayed = await served.boardwalk('erasures', 'replay', '--file', file)
  expect(replayed.out).toContain(`${everyTenth.length} person(s) erased again`)
  expect(await Promise.all(everyTenth.map(isKnown))).not.toContain(true)
  expect(await isKnown(1)).toBe(true)
  const batch = everyTenth.map((n) => ({ type: 'identify', userId: userIdOf(n), traits: { late: true } }))
  const { results } = await served.call('POST', '/api/events', { batch })
  expect(results.map(({ status }: { status: string }) => status)).toEqual(
    everyTenth.map((n) => (n === 0 ? 'accepted' : 'refused')),
  )
  const again = await served.boardwalk('erasures', 'replay', '--file', file)
  expect(again.out).toContain('0 not known here; 0 person(s) erased again')

  const [head = '', ...rest] = (await readFile(file, 'utf8')).split('\n')
  await writeFile(file, [head.replace(/"key":"../, '"key":"00'), ...rest].join('\n'))
  const stranger = await served.boardwalk('erasures', 'replay', '--file', file)
  expect([stranger.code, stranger.err]).toEqual([1, expect.stringContaining('key of another database')])
  await served.stop()
  console.log(`restore: n=${people} people, ${everyTenth.length} erased after the backup, all erased again`)
}

describe('whom a restored backup brings back is erased again', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boardwalk-restore-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('on the embedded database, whose folder was copied', async () => {
    const [data, kept] = [join(folder, 'data'), join(folder, 'kept')]
    await drill(
      {
        settings: { BOARDWALK_DATA: data },
        backUp: () => cp(data, kept, { recursive: true }),
        restore: async () => {
          await rm(data, { recursive: true })
          await cp(kept, data, { recursive: true })
        },
      },
      folder,
    )
  })

  test('on PostgreSQL, from a dump', async () => {
    // Debian's, because its package brings pg_dump along.
    const postgres: PostgresServer = await startPostgres({ flavour: 'debian-15', fsync: false })
    const run = async (program: string, ...words: string[]): Promise<string> =>
      (
        await promisify(execFile)(`/usr/lib/postgresql/15/bin/${program}`, [...words, postgres.url], {
          maxBuffer: 2 ** 28,
        })
      ).stdout
    const dump = join(folder, 'dump.sql')
    try {
      await drill(
        {
          settings: { DATABASE_URL: postgres.url },
          backUp: async () => writeFile(dump, await run('pg_dump')),
          restore: async () => {
            const gone = 'drop schema boardwalk cascade; drop schema boardwalk_reports cascade'
            await run('psql', '-q', '-v', 'ON_ERROR_STOP=1', '-c', gone)
            await run('psql', '-q', '-v', 'ON_ERROR_STOP=1', '-f', dump)
          },
        },
        folder,
      )
    } finally {
      await postgres.stop()
    }
  })
})
