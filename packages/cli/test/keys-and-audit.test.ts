import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appendAudit, type Database } from '@boardwalk/store'
import { forEachPostgres } from '@boardwalk/store/test-kit'
import { serveBoardwalk, type ServedBoardwalk } from './served-boardwalk.ts'

forEachPostgres((_, address, open) => {
  let served: ServedBoardwalk
  let database: Database
  beforeAll(async () => {
    database = await open()
    served = await serveBoardwalk({ DATABASE_URL: address, BOARDWALK_SCHEMA: database.schema })
  })
  afterAll(() => served.stop())

  /** Each command is a process of its own, which takes its time to start. */
  const refused = (...commands: string[][]) =>
    Promise.all(commands.map(async (words) => (await served.boardwalk(...words)).err))

  describe('boardwalk keys', () => {
    test('makes one, shows it without its secret, and ends it', async () => {
      const words = 'create shop --role viewer --scope gates:check --expires 2100-01-01T00:00:00Z'.split(' ')
      const { out } = await served.boardwalk('keys', ...words)
      const [, id, key] = /^(\w+) may: viewer, gates:check, until 2100-.*\n.*: (bwk_\w+)\n$/.exec(out) ?? []
      expect(key).toContain(id)
      const listed = await served.boardwalk('keys', 'list')
      expect(listed.out).toMatch(new RegExp(`^  ${id}  2100\\S+  shop  viewer, gates:check\n1 key\\(s\\)\n$`))
      expect(await served.boardwalk('keys', 'revoke', id ?? '')).toMatchObject({ out: `${id} is revoked\n` })
    })

    test('says in a sentence what it does not understand', async () => {
      const [unsaid, unknown, idle, unfit, gone] = await refused(
        ['keys', 'create'],
        ['keys', 'burn', '1'],
        ['keys', 'list', '--role', 'viewer'],
        ['keys', 'create', 'x', '--role', 'owner'],
        ['keys', 'revoke', '0'],
      )
      for (const one of [unsaid, unknown, idle]) expect(one).toMatch(/^Say what to do: /)
      expect(unfit).toMatch(/^Boardwalk refused \(400/)
      expect(gone).toMatch(/^Boardwalk refused \(404 key_not_found/)
    })
  })

  describe('boardwalk erasures', () => {
    test('replays a list as a whole or not at all: one that lost a line is refused', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'boardwalk-cli-'))
      const file = join(folder, 'erasures.jsonl')
      for (const userId of ['ada', 'bob']) {
        await served.call('PUT', `/api/users/${userId}`, {})
        await served.call('DELETE', `/api/users/${userId}`)
      }
      await served.boardwalk('erasures', 'export', '--file', file)
      expect((await served.boardwalk('erasures', 'replay', '--file', file)).out).toMatch(
        /^2 erasure\(s\) in the list, 0 not known here; 0 /,
      )
      const lines = (await readFile(file, 'utf8')).split('\n')
      await writeFile(file, lines.toSpliced(1, 1).join('\n'))
      expect(await served.boardwalk('erasures', 'replay', '--file', file)).toMatchObject({
        code: 1,
        err: expect.stringContaining('or not all of it'),
      })
      await rm(folder, { recursive: true })
    })
  })

  describe('boardwalk audit', () => {
    test('lists page after page, and leaves none out that was of the same moment', async () => {
      await database.transaction(async ({ query }) => {
        for (let n = 0; n < 5; n += 1)
          await appendAudit(query, { actor: 'system', action: 'sameMoment', outcome: 'done' })
      })
      const seqs: string[] = []
      let more: string[] = []
      do {
        const words = ['audit', 'list', '--action', 'sameMoment', '--limit', '2', ...more]
        const { out } = await served.boardwalk(...words)
        seqs.push(...[...out.matchAll(/^ +(\d+) /gm)].map(([, seq = '']) => seq))
        more = (/ (--\w+ \S+)\n$/.exec(out)?.[1] ?? '').split(' ').filter((word) => word !== '')
      } while (more.length > 0)
      expect([seqs.length, new Set(seqs).size]).toEqual([5, 5])
    })

    test('tells who did what, and checks the whole of it', async () => {
      const { out } = await served.boardwalk('audit', 'list', '--action', 'revokeApiKey')
      expect(out).toMatch(/^ +\d+ .+Z  key:first  revokeApiKey  key .*done \(204\)$/m)
      const whole = await served.boardwalk('audit', 'verify')
      expect(whole).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^The audit log is whole: \d+ entries\.\n/),
      })
      const [, seq = ''] = /--seq (\d+) --hash [0-9a-f]{64}\n$/.exec(whole.out) ?? []
      expect(await served.boardwalk('audit', 'verify', '--seq', seq, '--hash', '0'.repeat(64))).toMatchObject(
        {
          code: 1,
          err: `The audit log is broken: entry ${seq} is not the one that the hash is of.\n`,
        },
      )
    })

    test('ends with 1 when something is missing', async () => {
      await database.transaction(({ script }) =>
        script('drop trigger audit_entry_kept on audit_entry; delete from audit_entry where seq = 2'),
      )
      expect(await served.boardwalk('audit', 'verify')).toEqual({
        code: 1,
        out: '',
        err: 'The audit log is broken: entry 2 is missing.\n',
      })
    })

    test('says in a sentence what it does not understand', async () => {
      const [unsaid, both, when] = await refused(
        ['audit'],
        ['audit', 'list', '--seq', '1'],
        ['audit', 'list', '--since', 'yesterday'],
      )
      for (const one of [unsaid, both]) expect(one).toMatch(/^Say what to do: /)
      expect(when).toMatch(/^Boardwalk refused \(400/)
    })
  })
})
