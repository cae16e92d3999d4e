import { randomUUID } from 'node:crypto'
import { stranger } from '@boardwalk/engine'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  appendAudit,
  auditHead,
  commit,
  erase,
  forgetErasure,
  listAudit,
  load,
  migrate,
  ownMigrations,
  purgeAudit,
  verifyAudit,
  type AuditEnd,
  type AuditFilter,
  type Database,
  type Loaded,
} from '../src/index.ts'
import { forEachDatabase } from '../test-kit/index.ts'

const anything: AuditFilter = { action: null, actor: null, userId: null, since: null, until: null }

const append = (database: Database, action: string, more: object = {}) =>
  appendAudit(database.query, { actor: 'key:first', action, outcome: 'done', ...more })

forEachDatabase((_, open) => {
  const opened = async (entries = 0): Promise<Database> => {
    const database = await open()
    await migrate(database, await ownMigrations())
    for (let place = 1; place <= entries; place += 1) await append(database, `act${place}`)
    return database
  }

  /** As whoever owns the database can, once they have taken the triggers away. */
  const byHand = (sql: string): string => `
    drop trigger if exists audit_entry_unchanged on audit_entry;
    drop trigger if exists audit_entry_kept on audit_entry;
    ${sql}`

  /** What is found of it in a log of five entries, which it does not outlive. */
  const brokenAfter = async (database: Database, sql: string, anchor?: AuditEnd): Promise<unknown> => {
    let found: unknown
    const undone = new Error('undone')
    const work = database.transaction(async ({ script, query }) => {
      expect((await verifyAudit(query, anchor)).broken).toBeNull()
      await script(byHand(sql))
      found = (await verifyAudit(query, anchor)).broken
      throw undone
    })
    await expect(work).rejects.toBe(undone)
    return found
  }

  describe('the audit log', () => {
    let five: Database
    beforeAll(async () => {
      five = await opened(5)
    })
    const broken = (sql: string): Promise<unknown> => brokenAfter(five, sql)

    test('is whole when it is empty, and with every entry that is added', async () => {
      const database = await opened()
      expect(await verifyAudit(database.query)).toMatchObject({ entries: 0, head: { seq: 0 }, broken: null })
      await append(database, 'killRelease', { target: { kind: 'flow', id: 'shop' }, status: 200 })
      await append(database, 'killRelease', { correlationId: 'c-1', begun: 1 })
      expect(await verifyAudit(database.query)).toMatchObject({ entries: 2, head: { seq: 2 }, broken: null })
    })

    test.each([
      'update audit_entry set actor = actor',
      'delete from audit_entry where seq = 2',
      'truncate audit_entry',
      'delete from audit_head',
      'truncate audit_head',
    ])('refuses: %s', async (sql) => {
      await expect(five.transaction(({ script }) => script(sql))).rejects.toThrow(/only added to/)
      expect(await verifyAudit(five.query)).toMatchObject({ entries: 5, broken: null })
    })

    test.each([
      'id = gen_random_uuid()',
      `at = at + interval '1 microsecond'`,
      `actor = 'key:other'`,
      `action = 'act'`,
      `target_kind = 'flow'`,
      `target_id = ''`,
      'subject = gen_random_uuid()',
      `outcome = 'refused'`,
      'status = 200',
      'begun = 1',
      'purged_to = 1',
      `correlation_id = 'c'`,
      `hash = sha256('x')`,
    ])('finds an entry that was changed: %s', async (change) => {
      expect(await broken(`update audit_entry set ${change} where seq = 3`)).toEqual({
        seq: 3,
        how: 'changed',
      })
    })

    test('finds what was removed: the first, one in the middle, the last, all', async () => {
      const removed = (where: string) => broken(`delete from audit_entry where ${where}`)
      expect(await removed('seq = 1')).toEqual({ seq: 1, how: 'missing' })
      expect(await removed('seq = 3')).toEqual({ seq: 3, how: 'missing' })
      expect(await removed('seq = 5')).toEqual({ seq: 5, how: 'missing' })
      expect(await removed('true')).toEqual({ seq: 1, how: 'missing' })
    })

    test('finds what was removed although those after it moved up', async () => {
      const sql = `
        delete from audit_entry where seq = 3;
        update audit_entry set seq = seq - 1 where seq = 4; update audit_entry set seq = seq - 1 where seq = 5;
        update audit_head set seq = 4`
      expect(await broken(sql)).toEqual({ seq: 3, how: 'unlinked' })
    })

    test('finds an entry that was put in: at the end, and in between', async () => {
      const copy = (seq: string) =>
        `insert into audit_entry select (jsonb_populate_record(e, jsonb_build_object('seq', ${seq}, 'id', gen_random_uuid()))).*
         from audit_entry e where seq = 2;`
      expect(await broken(copy('6'))).toEqual({ seq: 6, how: 'beyond_head' })
      expect(await broken(`${copy('6')} update audit_head set seq = 6`)).toEqual({
        seq: 6,
        how: 'unlinked',
      })
      const moved = `update audit_entry set seq = 7 where seq = 5; update audit_entry set seq = 5 where seq = 4;
        update audit_entry set seq = 6 where seq = 7; update audit_entry set seq = 4 where seq = 3;`
      const sql = `${moved} ${copy('3')} update audit_head set seq = 6`
      expect(await broken(sql)).toEqual({ seq: 3, how: 'unlinked' })
    })

    test('finds two entries that changed places', async () => {
      const sql = `update audit_entry set seq = 9 where seq = 2; update audit_entry set seq = 2 where seq = 3;
        update audit_entry set seq = 3 where seq = 9`
      expect(await broken(sql)).toEqual({ seq: 2, how: 'unlinked' })
    })

    test('finds a head that says another end', async () => {
      expect(await broken('update audit_head set seq = 4')).toEqual({ seq: 5, how: 'beyond_head' })
      expect(await broken(`update audit_head set hash = sha256('x')`)).toEqual({
        seq: 5,
        how: 'unlinked',
      })
    })

    test('finds by an end that was kept outside that all of it was written anew', async () => {
      const database = await opened(5)
      const kept = await auditHead(database.query)
      expect((await verifyAudit(database.query, kept)).broken).toBeNull()
      await database.transaction(({ script }) =>
        script(byHand(`delete from audit_entry; update audit_head set seq = 0, hash = sha256('')`)),
      )
      expect((await verifyAudit(database.query, kept)).broken).toEqual({ seq: 1, how: 'missing' })
      for (const action of ['act1', 'act2', 'act4', 'act5', 'act6']) await append(database, action)
      expect((await verifyAudit(database.query)).broken).toBeNull()
      expect((await verifyAudit(database.query, kept)).broken).toEqual({ seq: 5, how: 'anchor' })
    })

    test('does not have an end kept outside any more that it says was purged', async () => {
      const database = await opened(5)
      const kept = await auditHead(database.query)
      // As whoever owns the database can write it, without taking a trigger away.
      await append(database, 'purgeAudit', { actor: 'system', purgedTo: 5 })
      await database.transaction(({ script }) => script('delete from audit_entry where seq <= 5'))
      expect((await verifyAudit(database.query)).broken).toBeNull()
      expect((await verifyAudit(database.query, kept)).broken).toEqual({ seq: 5, how: 'missing' })
    })

    test('is not whole without anything, its head neither', async () => {
      expect(
        await broken(
          'drop trigger audit_head_kept on audit_head; delete from audit_head; delete from audit_entry',
        ),
      ).toEqual({
        seq: 1,
        how: 'missing',
      })
    })

    test('is one chain however many add to it at once', async () => {
      const database = await opened()
      const other = await open({ schema: database.schema })
      await Promise.all(
        Array.from({ length: 64 }, (_, place) => append(place % 2 ? database : other, `act${place}`)),
      )
      expect(await verifyAudit(database.query)).toMatchObject({
        entries: 64,
        head: { seq: 64 },
        broken: null,
      })
      const times = (await listAudit(database.query, anything, undefined, 100)).map(({ at }) => at)
      expect(times).toEqual(times.toSorted().toReversed())
    })

    test('has nothing of a change that was rolled back', async () => {
      const database = await opened(1)
      const work = database.transaction(async ({ query }) => {
        await appendAudit(query, { actor: 'system', action: 'killRelease', outcome: 'done' })
        throw new Error('no')
      })
      await expect(work).rejects.toThrow('no')
      expect(await verifyAudit(database.query)).toMatchObject({ entries: 1, broken: null })
    })
  })

  describe('what is too old in the audit log', () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString()

    test('goes, the log says so, and is whole', async () => {
      const database = await opened(3)
      const [newest] = await listAudit(database.query, anything, undefined, 1)
      // Entries tell microseconds, texts only milliseconds.
      const moment = new Date(Date.parse(newest?.at ?? '') + 5).toISOString()
      await expect.poll(() => new Date().toISOString() > moment).toBe(true)
      await append(database, 'later')
      expect(await purgeAudit(database, moment)).toBe(3)
      expect(await purgeAudit(database, moment)).toBe(0)
      expect(await verifyAudit(database.query)).toMatchObject({
        entries: 2,
        head: { seq: 5 },
        purgedTo: 3,
        broken: null,
      })
      expect((await listAudit(database.query, anything, undefined, 9)).map(({ action }) => action)).toEqual([
        'purgeAudit',
        'later',
      ])
    })

    test('goes although all of it is, again and again; nothing young goes', async () => {
      const database = await opened(3)
      expect(await purgeAudit(database, '2020-01-01T00:00:00.000Z')).toBe(0)
      expect(await purgeAudit(database, tomorrow)).toBe(3)
      expect(await purgeAudit(database, tomorrow)).toBe(1)
      expect(await verifyAudit(database.query)).toMatchObject({ entries: 1, purgedTo: 4, broken: null })
      await append(database, 'after')
      expect(await verifyAudit(database.query)).toMatchObject({ entries: 2, broken: null })
    })

    test('cannot go further than the log says', async () => {
      const database = await opened(3)
      await purgeAudit(database, tomorrow)
      await append(database, 'after')
      await expect(
        database.transaction(({ script }) => script('delete from audit_entry where seq = 5')),
      ).rejects.toThrow(/only added to/)
      // Without what said so, nothing says that the older ones may be missing.
      expect(await brokenAfter(database, 'delete from audit_entry where seq = 4')).toEqual({
        seq: 1,
        how: 'missing',
      })
    })
  })

  describe('a person in the audit log', () => {
    const known = async (database: Database, userId: string): Promise<void> => {
      const [before] = (await load(database.query, [{ userId, keys: [] }])).people as [Loaded]
      const change = {
        before,
        after: { ...stranger(userId), role: 'owner' },
        records: [],
        answers: [],
        now: 1,
      }
      await commit(database.query, [change])
    }
    const subjectOf = async (database: Database, userId: string): Promise<string | null> =>
      (await append(database, 'exportUser', { target: { kind: 'person' }, userId })).subject

    test('is known by one random id, which leads to nobody once they are erased', async () => {
      const database = await opened()
      await known(database, 'ada')
      await known(database, 'ben')
      const ada = await subjectOf(database, 'ada')
      expect(await subjectOf(database, 'ada')).toBe(ada)
      expect(await subjectOf(database, 'ben')).not.toBe(ada)
      const ofAda = { ...anything, userId: 'ada' }
      expect(await listAudit(database.query, ofAda, undefined, 9)).toHaveLength(2)
      await erase(database, 'ada', randomUUID())
      expect(await listAudit(database.query, ofAda, undefined, 9)).toEqual([])
      expect(await verifyAudit(database.query)).toMatchObject({ entries: 3, broken: null })
      // Who comes back is somebody else.
      await forgetErasure(database.query, 'ada')
      await known(database, 'ada')
      expect([ada, null]).not.toContain(await subjectOf(database, 'ada'))
    })

    test('who is not known gets no id, and is not kept', async () => {
      const database = await opened()
      expect(await subjectOf(database, 'nobody')).toBeNull()
      const rows = await database.query<{ row: string }>({
        name: 'all_audit_rows',
        text: 'select to_jsonb(e)::text as row from audit_entry e union all select to_jsonb(s)::text from audit_subject s',
      })
      expect(rows).toHaveLength(1)
      expect(JSON.stringify(rows)).not.toContain('nobody')
    })
  })
})
