import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { keptFile } from '../src/kept-file.ts'
import { openShops, type Shops } from '../src/shops.ts'
import { openStore, payments } from './open-store.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'boardwalk-store-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

forEachDatabase((name, open) => {
  test('a restart keeps people, stores and sessions', async () => {
    const database = await open()
    const dataFolder = join(folder, name)
    const before = await openStore(database, { dataFolder })
    const { visitor } = await before.registered()
    const mode = async () => (await stat(join(dataFolder, 'store.json'))).mode & 0o777
    expect(await mode()).toBe(0o600)
    await visitor.post('/api/store/payments', payments)
    expect(await mode()).toBe(0o600)
    const { body } = await visitor.get('/api/store')
    await before.stop()

    const after = await openStore(database, { dataFolder })
    const back = after.visitor()
    for (const [cookie, value] of visitor.cookies) back.cookies.set(cookie, value)
    expect((await back.get('/api/store')).body).toEqual(body)
    expect((await back.post('/api/store/publish')).status).toBe(200)
    const kept = await readFile(join(dataFolder, 'store.json'), 'utf8')
    expect(kept).not.toContain(visitor.cookies.get('store_session'))
    expect(kept).not.toContain('30006000')
    await after.stop()
  })

  test('people of a store that Boardwalk has never heard of do not slip through its gates', async () => {
    const dataFolder = join(folder, `${name}-moved`)
    const before = await openStore(await open(), { dataFolder })
    const { visitor } = await before.registered()
    await before.stop()

    const after = await openStore(await open(), { dataFolder })
    const back = after.visitor()
    for (const [cookie, value] of visitor.cookies) back.cookies.set(cookie, value)
    expect((await back.post('/api/store/publish')).status).toBe(409)
    await after.stop()
  })

  test('a second store in the folder is refused, also on another database, and nobody is lost', async () => {
    const dataFolder = join(folder, `${name}-shared`)
    const first = await openStore(await open(), { dataFolder })
    const other = await open()
    await expect(openStore(other, { dataFolder })).rejects.toThrow(
      `Process ${process.pid} holds the demo store’s data in ${dataFolder}`,
    )
    await first.registered()
    await first.stop()

    const next = await openStore(other, { dataFolder })
    await next.registered({ email: 'grace@example.org' })
    await next.stop()
    const { people } = JSON.parse(await readFile(join(dataFolder, 'store.json'), 'utf8'))
    expect(people).toHaveLength(2)
    expect(await readdir(dataFolder)).toEqual(['store.json'])
  })

  test('a file that is damaged stops the start, and stays as it is', async () => {
    const dataFolder = await mkdtemp(join(folder, 'damaged-'))
    await writeFile(join(dataFolder, 'store.json'), '{"version": 1, "people": [')
    await expect(openStore(await open(), { dataFolder })).rejects.toThrow(
      /cannot read its data in .*store\.json: .*Repair the file, or move it away/,
    )
    expect(await readFile(join(dataFolder, 'store.json'), 'utf8')).toBe('{"version": 1, "people": [')
    expect(await readdir(dataFolder), 'a start that failed holds nothing').toEqual(['store.json'])
  })
})

describe('the file', () => {
  test.each([
    ['null'],
    ['[]'],
    ['0'],
    ['{}'],
    ['{"version": 2, "people": [], "shops": [], "sessions": []}'],
    ['{"version": 1, "people": {}, "shops": [], "sessions": []}'],
    ['{"version": 1, "people": [{"email": "a@b.c", "shopId": "gone"}], "shops": [], "sessions": []}'],
    ['{"version": 1, "people": [null], "shops": [], "sessions": []}'],
  ])('%s is not the store’s', async (content) => {
    const path = join(folder, 'other.json')
    await writeFile(path, content)
    await expect(openShops(path, Date.now)).rejects.toThrow('not of this store')
  })

  test('is whole after many writes at once, and holds the last', async () => {
    const path = join(folder, 'deep', 'many.json')
    const file = keptFile(path)
    let count = 0
    const writes = Array.from({ length: 50 }, () => {
      count += 1
      return file.write(() => ({ count }))
    })
    await Promise.all(writes)
    expect(await file.read()).toEqual({ count: 50 })
    expect(await readdir(join(folder, 'deep'))).toEqual(['many.json'])
  })

  test('a write that fails says so, and the next one works', async () => {
    const file = keptFile(join(folder, 'again.json'))
    await expect(
      file.write(() => {
        throw new Error('disk full')
      }),
    ).rejects.toThrow('disk full')
    await file.write(() => 1)
    expect(await file.read()).toBe(1)
  })

  const registered = (shops: Shops, email: string) =>
    shops.register(
      { name: 'Ada', email, role: 'owner', language: 'en' },
      { market: 'FR', plan: 'free', products: [] },
    )

  test('holds twenty sessions of a person; the oldest go, also after a restart, and nobody else’s', async () => {
    const path = join(folder, 'many-sessions.json')
    const before = await openShops(path, Date.now)
    const ada = await registered(before, 'ada@example.org')
    const grace = await registered(before, 'grace@example.org')
    const hers = await before.signIn(grace!)
    const secrets: string[] = []
    for (let count = 0; count < 20; count += 1) secrets.push(await before.signIn(ada!))
    expect(secrets.filter((secret) => before.signedIn(secret))).toHaveLength(20)
    const shops = await openShops(path, Date.now)
    for (let count = 0; count < 5; count += 1) secrets.push(await shops.signIn(ada!))
    expect(secrets.map((secret) => shops.signedIn(secret) !== undefined)).toEqual([
      ...Array.from({ length: 5 }, () => false),
      ...Array.from({ length: 20 }, () => true),
    ])
    expect(shops.signedIn(hers)?.email).toBe('grace@example.org')
    expect(JSON.parse(await readFile(path, 'utf8')).sessions).toHaveLength(21)
  })

  test('a session ends when its time is over', async () => {
    let now = 1_000
    const shops = await openShops(join(folder, 'sessions.json'), () => now)
    const person = await registered(shops, 'ada@example.org')
    const secret = await shops.signIn(person!)
    expect(shops.signedIn(secret)?.name).toBe('Ada')
    now += 31 * 86_400_000
    expect(shops.signedIn(secret)).toBeUndefined()
    await shops.signIn(person!)
    expect(await readFile(join(folder, 'sessions.json'), 'utf8')).toMatch(/"sessions": \[\s*\{[^}]*\}\s*\]/)
  })
})
