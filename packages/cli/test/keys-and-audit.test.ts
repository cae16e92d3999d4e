import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachPostgres } from '@boardwalk/store/test-kit'
import { serveBoardwalk, type Served } from './served-boardwalk.ts'

forEachPostgres((_, address, open) => {
  let served: Served
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

  describe('boardwalk audit', () => {
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
