import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { leastRoleOf, roleNames, scopeNames, scopesOfRole } from '@boardwalk/contract'
import type { Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { apiKeys } from '../src/identity/api-key.ts'
import { apiKey, openHouse, type Answer, type Call, type House } from './open-house.ts'

test('each role may all that the one before it may, and the last may everything', () => {
  const [viewer = [], editor = [], admin] = roleNames.map(scopesOfRole)
  expect(viewer.length).toBeGreaterThan(0)
  expect(editor).toEqual(expect.arrayContaining(viewer))
  expect(admin).toEqual(scopeNames)
  expect(scopesOfRole('owner')).toEqual([])
  expect(scopeNames.filter((scope) => leastRoleOf(scope) === 'admin')).toEqual([
    'people:export',
    'people:erase',
    'keys:write',
    'audit:read',
  ])
})

forEachDatabase((_, open) => {
  const keys = '/api/admin/api-keys'
  let database: Database
  let house: House
  beforeAll(async () => {
    database = await open()
    house = await openHouse(database)
    return () => house.boardwalk.stop()
  })
  const make = (by: Call, body: object): Promise<Answer> => by('POST', keys, { name: 'k', ...body })
  const holderOf = async (body: object, by: Call = house.server): Promise<Call> =>
    house.as((await make(by, body)).body.key)

  describe('an API key with a role', () => {
    test('may what the role may, is told with it, and has no scopes of its own', async () => {
      const made = await make(house.server, { role: 'viewer' })
      expect(made).toMatchObject({ status: 201, body: { role: 'viewer', scopes: [] } })
      const viewer = house.as(made.body.key)
      expect((await viewer('GET', '/api/admin/flows')).status).toBe(200)
      expect(await viewer('POST', '/api/admin/flows', {})).toMatchObject({
        status: 403,
        body: { error: 'forbidden', message: 'This API key lacks the scope flows:write.' },
      })
      const { items } = (await house.server('GET', `${keys}?limit=100`)).body
      expect(items).toContainEqual(expect.objectContaining({ id: made.body.id, role: 'viewer' }))
    })

    test('may, with scopes besides, both', async () => {
      const both = await holderOf({ role: 'viewer', scopes: ['measurements:write'] })
      expect((await both('GET', '/api/admin/flows')).status).toBe(200)
      expect((await both('POST', '/api/admin/health/nothing/measurements', {})).status).toBe(400)
      expect((await both('POST', '/api/admin/flows', {})).status).toBe(403)
    })

    test('is kept by its name: what a role of another version may is not kept', async () => {
      const made = await make(house.server, { role: 'editor' })
      const [row] = await database.query<{ role: string; scopes: string[] }>(
        { name: 'role_of_key', text: 'select role, scopes from api_key where id = $1' },
        [made.body.id],
      )
      expect(row).toEqual({ role: 'editor', scopes: [] })
      await database.query(
        { name: 'rename_role', text: `update api_key set role = 'of_tomorrow' where id = $1` },
        [made.body.id],
      )
      expect((await house.as(made.body.key)('GET', '/api/admin/flows')).status).toBe(403)
    })

    test.each([
      {},
      { role: 'owner' },
      { role: null },
      { scopes: [] },
      { scopes: ['nothing'] },
      { role: ['admin'] },
    ])('is not made of %j', async (body) => {
      expect(await make(house.server, body)).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
      })
    })
  })

  describe('a key that makes keys', () => {
    const later = new Date(Date.now() + 3_600_000).toISOString()
    const latest = new Date(Date.now() + 7_200_000).toISOString()

    test('gives no scope that it has not', async () => {
      const maker = await holderOf({ scopes: ['keys:write', 'flows:read'] })
      expect((await make(maker, { scopes: ['flows:read'] })).status).toBe(201)
      expect((await make(maker, { scopes: ['flows:read', 'keys:write'] })).status).toBe(201)
      expect(await make(maker, { scopes: ['flows:read', 'flows:write'] })).toMatchObject({
        status: 403,
        body: { message: 'The key asked for can do more than this one: the scope flows:write.' },
      })
      for (const role of roleNames) expect((await make(maker, { role })).status).toBe(403)
    })

    test('gives no role that it has not, even with all scopes that there are now', async () => {
      const everything = await holderOf({ scopes: scopeNames })
      expect(await make(everything, { role: 'viewer' })).toMatchObject({
        status: 403,
        body: { message: expect.stringContaining('the role viewer') },
      })
      const viewer = await holderOf({ role: 'viewer', scopes: scopeNames })
      expect((await make(viewer, { role: 'viewer' })).status).toBe(201)
      expect((await make(viewer, { role: 'admin' })).status).toBe(403)
      const admin = await holderOf({ role: 'admin' })
      for (const role of roleNames) expect((await make(admin, { role })).status).toBe(201)
    })

    test('gives no time that it has not', async () => {
      const maker = await holderOf({ role: 'admin', expiresAt: later })
      expect((await make(maker, { role: 'viewer' })).body.expiresAt).toBe(later)
      expect((await make(maker, { role: 'viewer', expiresAt: later })).status).toBe(201)
      expect((await make(maker, { role: 'viewer', expiresAt: latest })).status).toBe(403)
    })

    test('ends no key that can do more, but itself and one that only lasts longer', async () => {
      const admin = (await make(house.server, { role: 'admin' })).body
      const lasting = (await make(house.server, { scopes: ['keys:write'] })).body
      const own = (await make(house.server, { scopes: ['keys:write'], expiresAt: later })).body
      const maker = house.as(own.key)
      expect((await maker('DELETE', `${keys}/${admin.id}`)).status).toBe(403)
      expect((await house.as(admin.key)('GET', keys)).status).toBe(200)
      expect((await maker('DELETE', `${keys}/${lasting.id}`)).status).toBe(204)
      expect((await maker('DELETE', `${keys}/${own.id}`)).status).toBe(204)
      expect((await maker('GET', keys)).status).toBe(401)
      expect((await house.server('DELETE', `${keys}/${own.id}`)).status).toBe(404)
    })
  })

  describe('a key', () => {
    let now = 0
    let away = false
    const lost = Object.assign(new Error('away'), { code: '08006' })
    beforeEach(() => {
      now = Date.now()
      away = false
    })
    const found = () =>
      apiKeys(
        (...asked) => (away ? Promise.reject(lost) : database.query(...asked)),
        apiKey,
        () => now,
      )

    test('that expires during an outage is not trusted longer', async () => {
      const expiresAt = new Date(now + 20_000).toISOString()
      const { key } = (await make(house.server, { scopes: ['gates:check'], expiresAt })).body
      const find = found()
      expect(await find(key)).toMatchObject({ expiresAt: now + 20_000 })
      away = true
      now += 19_999
      expect(await find(key)).toMatchObject({ scopes: new Set(['gates:check']) })
      now += 1
      await expect(find(key)).rejects.toBe(lost)
    })

    test('that does not expire is trusted for a minute of an outage', async () => {
      const { key } = (await make(house.server, { role: 'viewer' })).body
      const find = found()
      await find(key)
      away = true
      now += 59_999
      expect(await find(key)).toMatchObject({ role: 'viewer' })
      now += 1
      await expect(find(key)).rejects.toBe(lost)
    })

    test('that was refused is not trusted in an outage, nor one with another secret', async () => {
      const { id, key } = (await make(house.server, { role: 'viewer' })).body
      const find = found()
      await find(key)
      await house.server('DELETE', `${keys}/${id}`)
      expect(await find(key)).toBeUndefined()
      away = true
      await expect(find(key)).rejects.toBe(lost)
      await expect(find(`${key.slice(0, -1)}${key.endsWith('0') ? 1 : 0}`)).rejects.toBe(lost)
    })

    test('is found by its whole text only', async () => {
      const { id, key } = (await make(house.server, { role: 'viewer' })).body
      const find = found()
      const [, , secret = ''] = key.split('_')
      const unfit = [
        `bwk_${id}_${'0'.repeat(64)}`,
        `bwk_${'0'.repeat(18)}_${secret}`,
        key.toUpperCase(),
        `${key}0`,
        `${key}\n`,
        ` ${key}`,
        secret,
        id,
        '',
        apiKey.slice(1),
        `${apiKey} `,
      ]
      for (const one of unfit) expect(await find(one)).toBeUndefined()
      expect(await find(key)).toMatchObject({ id })
      expect(await find(apiKey)).toMatchObject({ id: 'first', role: 'admin' })
    })

    test('that expired is refused though its row is there', async () => {
      const { id, key } = (await make(house.server, { role: 'viewer' })).body
      await database.query(
        { name: 'expire_key', text: `update api_key set expires_at = now() where id = $1` },
        [id],
      )
      expect(await found()(key)).toBeUndefined()
      expect((await house.as(key)('GET', '/api/admin/flows')).status).toBe(401)
    })
  })
})
