import { beforeEach, afterEach, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type House } from './open-house.ts'

const path = '/api/admin/erasures'

forEachDatabase((_, open) => {
  let database: Database
  let house: House
  beforeEach(async () => {
    database = await open()
    house = await openHouse(database)
  })
  afterEach(() => house.boardwalk.stop())

  const put = (userId: string) => house.server('PUT', `/api/users/${userId}`, { attributes: { n: 1 } })
  const erase = async (userId: string): Promise<{ id: string }> =>
    (await house.server('DELETE', `/api/users/${userId}`)).body.receipt
  const isKnown = async (userId: string): Promise<boolean> =>
    (await house.server('GET', `/api/users/${userId}/export`)).status === 200
  const list = async (): Promise<any> => (await house.server('GET', `${path}?limit=100`)).body
  const track = async (userId: string): Promise<string> =>
    (await house.server('POST', '/api/events', { type: 'identify', userId, traits: { n: 2 } })).body
      .results[0].status
  const script = (text: string) => database.transaction((session) => session.script(text))

  const replayAll = async (): Promise<number> => {
    let erased = 0
    let cursor: string | undefined
    do {
      const { body } = await house.server('POST', `${path}/replay`, { cursor })
      erased += body.erased
      cursor = body.nextCursor
    } while (cursor !== undefined)
    return erased
  }
  /** As a dump of an hour ago leaves it: these people are there, and nobody was ever erased. */
  const restore = (...userIds: string[]): Promise<void> =>
    script(`
      delete from erasure; delete from erased_person;
      ${userIds
        .map(
          (userId) => `
      delete from person where user_id = '${userId}';
      insert into person (user_id, revision, facts, created_at)
      values ('${userId}', 1, '{"attributes":{"mail":"old"}}', now() - interval '1 hour');`,
        )
        .join('')}`)

  test('whom a backup brings back is erased again by the list that was kept, with the same receipt, once', async () => {
    for (const userId of ['ada', 'bob']) await put(userId)
    const receipt = await erase('ada')
    const { key, items } = await list()
    expect(items).toMatchObject([{ receipt: receipt.id }])
    expect(JSON.stringify(items)).not.toContain('ada')
    await restore('ada')
    expect(await isKnown('ada')).toBe(true)
    expect((await house.server('POST', path, { key, erasures: items })).body).toEqual({ added: 1 })
    expect(await replayAll()).toBe(1)
    expect([await isKnown('ada'), await isKnown('bob')]).toEqual([false, true])
    expect(await list()).toEqual({ key, items })
    expect(await track('ada')).toBe('refused')
    expect((await house.server('POST', path, { key, erasures: items })).body).toEqual({ added: 0 })
    expect(await replayAll()).toBe(0)
  })

  test('who came back by the host’s word before the backup stays; of who came back after it the old is erased, and they may come', async () => {
    for (const userId of ['carl', 'dora']) {
      await put(userId)
      await erase(userId)
      await put(userId)
    }
    const { key, items } = await list()
    expect(items).toMatchObject([{ readmittedAt: expect.any(String) }, { readmittedAt: expect.any(String) }])
    await restore('dora')
    await house.server('POST', path, { key, erasures: items })
    expect(await replayAll()).toBe(1)
    expect([await isKnown('carl'), await isKnown('dora')]).toEqual([true, false])
    expect(await track('dora')).toBe('accepted')
    expect(await replayAll()).toBe(0)
    expect([await isKnown('carl'), await isKnown('dora')]).toEqual([true, true])
  })

  test('who stands only in a list of the team’s is taken out with a receipt, and refused from then on', async () => {
    await house.publish({ name: 'shop', steps: [{ id: 'one', title: 'One' }] })
    await house.server('PUT', '/api/admin/release/shop', { userWhitelist: ['listed', 'other'] })
    const erased = await house.server('DELETE', '/api/users/listed')
    expect(erased).toMatchObject({ status: 200, body: { receipt: { id: expect.any(String) } } })
    expect((await house.server('GET', '/api/admin/release/shop')).body.userWhitelist).toEqual(['other'])
    expect(await track('listed')).toBe('refused')
    expect((await house.server('DELETE', '/api/users/listed')).status).toBe(404)
  })

  test('more people than are looked at in one request are all looked at', async () => {
    await put('ada')
    await erase('ada')
    const { key, items } = await list()
    await restore()
    await script(`
      insert into person (user_id, revision, facts, created_at)
      select 'many-' || n, 1, '{"attributes":{}}', now() - interval '1 hour' from generate_series(1, 12000) n;
      insert into person (user_id, revision, facts, created_at) values ('ada', 1, '{}', now() - interval '1 hour')`)
    await house.server('POST', path, { key, erasures: items })
    expect(await replayAll()).toBe(1)
    expect([await isKnown('ada'), await isKnown('many-1')]).toEqual([false, true])
  })

  test('a list of another database’s key is refused, and so is what is no list', async () => {
    await put('ada')
    await erase('ada')
    const { key, items } = await list()
    const stranger = 'a'.repeat(64)
    const refused = await house.server('POST', path, { key: stranger, erasures: items })
    expect([refused.status, refused.body.error]).toEqual([409, 'erasure_key_differs'])
    for (const erasures of [[], [{ ...items[0], subject: 'ada' }], [items[0], items[0]], null])
      expect((await house.server('POST', path, { key, erasures })).status).toBe(400)
    expect((await house.server('POST', `${path}/replay`, { cursor: 'ada' })).status).toBe(400)
  })

  test('an erased person is known again by nothing but the key of their own database', async () => {
    await put('ada')
    await erase('ada')
    const [row] = await database.query<{ subject: string; keyed: string; plain: string }>({
      name: 'subjects',
      text: `
        select encode(subject, 'hex') as subject, encode(sha256('ada'), 'hex') as plain,
          encode(sha256(k.outer_pad || sha256(k.inner_pad || sha256('ada'))), 'hex') as keyed
        from erasure cross join erasure_key k`,
    })
    expect(row?.subject).toBe(row?.keyed)
    expect(row?.subject).not.toBe(row?.plain)
    const other = await openHouse(await open())
    expect((await other.server('GET', path)).body.key).not.toBe((await list()).key)
    await other.boardwalk.stop()
  })
})
