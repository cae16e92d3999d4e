import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type House } from './open-house.ts'

const flow = (weight: number, title = 'A') => ({ name: 'edited', steps: [{ id: 'a', title, weight }] })
const path = '/api/admin/flows'

forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(await open())
  })
  afterAll(() => house.boardwalk.stop())

  const store = (document: object, tag: string | null) =>
    house.server('POST', path, document, tag === null ? {} : { 'if-match': tag })

  test('of two editors who began from the same version one is told what the other changed', async () => {
    const first = await store(flow(1), null)
    const read = (await house.server('GET', `${path}/edited`)).headers.get('etag')
    expect(read).toBe(first.headers.get('etag'))
    const one = await store(flow(2), read)
    expect(one).toMatchObject({ status: 201, body: { version: 2 } })
    const other = await store(flow(1, 'B'), read)
    expect(other).toMatchObject({
      status: 412,
      body: { error: 'stale', problems: [{ path: 'steps.a.weight', found: '2', expected: '1' }] },
    })
    expect(other.body.message).toMatch(/Version 2 by key:first of 20.*steps\.a\.weight/)
    expect(other.headers.get('etag')).toBe(one.headers.get('etag'))
    expect((await house.server('GET', `${path}/edited`)).body.newestVersion).toBe(2)
    expect(await store(flow(2, 'B'), other.headers.get('etag'))).toMatchObject({ status: 201 })
  })

  test('a draft sent again because its answer was lost is no conflict', async () => {
    const { etag } = Object.fromEntries((await house.server('GET', `${path}/edited`)).headers)
    const first = await store(flow(7), etag ?? '')
    expect(first.status).toBe(201)
    expect(await store(flow(7), etag ?? '')).toMatchObject({
      status: 200,
      body: { version: first.body.version, contentHash: first.body.contentHash },
    })
  })

  test('any version will do for *, none does for a flow that is not there', async () => {
    expect((await store(flow(8), '*')).status).toBe(201)
    const absent = { ...flow(1), name: 'absent' }
    for (const tag of ['*', '"1-000000000000"', 'nonsense'])
      expect(await store(absent, tag)).toMatchObject({ status: 412, body: { error: 'stale' } })
    expect(await store(flow(9), '"1-000000000000", nonsense')).toMatchObject({
      status: 412,
      body: { problems: [] },
    })
    expect((await house.server('GET', `${path}/absent`)).status).toBe(404)
  })

  test('equal content has the same hash in every version and flow list, in whatever order it is written', async () => {
    const { body } = await store({ steps: [{ weight: 8, title: 'A', id: 'a' }], name: 'edited' }, null)
    const { versions } = (await house.server('GET', `${path}/edited`)).body
    const hashes = versions.filter(({ contentHash }: any) => contentHash === body.contentHash)
    expect(hashes.length).toBeGreaterThan(0)
    expect(body.contentHash).toMatch(/^sha256:[0-9a-f]{64}$/)
    const version = await house.server('GET', `${path}/edited/versions/${body.version}`)
    expect(version.body.contentHash).toBe(body.contentHash)
  })
})
