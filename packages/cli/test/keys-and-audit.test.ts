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

  describe('boardwalk keys', () => {
    test('makes one, shows it without its secret, and ends it', async () => {
      expect((await served.boardwalk('keys', 'list')).out).toBe('There are no keys besides the first\n')
      const made = await served.boardwalk('keys', 'create', 'Shop\u001b', '--role', 'viewer')
      expect(made).toMatchObject({ code: 1, err: expect.stringContaining('control characters') })
      const { out } = await served.boardwalk(
        ...['keys', 'create', 'shop', '--role', 'viewer', '--scope', 'gates:check'],
        ...['--expires', '2100-01-01T00:00:00Z'],
      )
      const [, id, key] = /^(\w+) may: viewer, gates:check, until 2100-.*\n.*: (bwk_\w+)\n$/.exec(out) ?? []
      expect(key).toContain(id)
      const listed = await served.boardwalk('keys', 'list')
      expect(listed.out).toMatch(new RegExp(`^  ${id}  2100\\S+  shop  viewer, gates:check\n1 key\\(s\\)\n$`))
      expect(await served.boardwalk('keys', 'revoke', id ?? '')).toMatchObject({ out: `${id} is revoked\n` })
      expect(await served.boardwalk('keys', 'revoke', id ?? '')).toMatchObject({
        code: 1,
        err: expect.stringContaining('404 key_not_found'),
      })
    })

    test('says in a sentence what it does not understand', async () => {
      for (const words of [[], ['create'], ['revoke'], ['list', 'all'], ['burn', '1']]) {
        const { code, err } = await served.boardwalk('keys', ...words)
        expect([code, err]).toEqual([1, expect.stringMatching(/^Say what to do: /)])
      }
      const { code, err } = await served.boardwalk('keys', 'create', 'x', '--role', 'owner')
      expect([code, err]).toEqual([1, expect.stringMatching(/^Boardwalk refused \(400/)])
    })
  })

  describe('boardwalk audit', () => {
    test('tells who did what, and checks the whole of it', async () => {
      const { out } = await served.boardwalk('audit', 'list', '--action', 'revokeApiKey')
      expect(out).toMatch(
        /^ +\d+  \S+Z  key:first  revokeApiKey  key \w+  refused \(404\)\n .*done \(204\)\n$/,
      )
      expect((await served.boardwalk('audit', 'list', '--user', 'nobody')).out).toBe(
        'There is nothing of that in the audit log\n',
      )
      expect((await served.boardwalk('audit', 'list', '--limit', '1')).out).toMatch(
        /^Older ones: --until \S+Z$/m,
      )
      const whole = await served.boardwalk('audit', 'verify')
      expect(whole).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^The audit log is whole: \d+ entries\.\n/),
      })
      const [, seq = '', hash = ''] = /--seq (\d+) --hash ([0-9a-f]{64})/.exec(whole.out) ?? []
      expect(await served.boardwalk('audit', 'verify', '--seq', seq, '--hash', hash)).toEqual(whole)
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
      for (const words of [[], ['verify', 'all'], ['list', '--seq', '1'], ['burn']]) {
        const { code, err } = await served.boardwalk('audit', ...words)
        expect([code, err]).toEqual([1, expect.stringMatching(/^Say what to do: /)])
      }
      expect((await served.boardwalk('audit', 'list', '--since', 'yesterday')).err).toMatch(/refused \(400/)
    })
  })
})
