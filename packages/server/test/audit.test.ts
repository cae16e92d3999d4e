import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operationIds, operationRow } from '@boardwalk/contract'
import type { Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { flowFile, openHouse, type Call, type House } from './open-house.ts'

const path = '/api/admin/audit'

test('every operation by which a server changes something is audited, or says why not', () => {
  const rows = operationIds.map((id) => ({ id, ...operationRow(id) }))
  const servers = rows.filter(({ caller, method }) => method !== 'get' && /server|either/.test(caller.kind))
  const left = servers.filter(({ audit }) => audit === undefined || 'not' in audit).map(({ id }) => id)
  expect(left).toEqual([
    'putUser',
    'changeUserStep',
    'putAccount',
    'sendEvents',
    'checkGate',
    'previewImpact',
    'sendMeasurement',
    'evaluateFlag',
    'evaluateFlags',
  ])
})

forEachDatabase((_, open) => {
  describe('the audit log', () => {
    let database: Database
    let house: House
    let server: Call
    beforeAll(async () => {
      database = await open()
      house = await openHouse(database)
      server = house.server
      await house.publish(flowFile('shop'))
    })
    afterAll(() => house.boardwalk.stop())

    const items = async (query = '') => (await server('GET', `${path}?limit=100${query}`)).body.items
    const newest = async () => (await items())[0]
    const verified = async () => (await server('GET', `${path}/verify`)).body
    const sql = (text: string) => database.transaction(({ script }) => script(text))

    test('tells who did what to what, and what became of it; newest first', async () => {
      const { id, key } = (await server('POST', '/api/admin/api-keys', { name: 'Ada’s', role: 'editor' }))
        .body
      await house.as(key)('PUT', '/api/admin/release/shop', { rolloutPercentage: 50, reason: 'Ada said so' })
      await house.as(key)(
        'PUT',
        '/api/admin/release/nothing',
        { rolloutPercentage: 50 },
        { 'x-correlation-id': 'c-9' },
      )
      await server('DELETE', `/api/admin/api-keys/${id}`)
      const [revoked, refused, changed, made] = await items()
      expect(revoked).toMatchObject({ actor: 'key:first', action: 'revokeApiKey', status: 204 })
      expect(refused).toMatchObject({
        actor: `key:${id}`,
        action: 'putRelease',
        target: { kind: 'flow', id: 'nothing' },
        outcome: 'refused',
        status: 404,
        correlationId: 'c-9',
      })
      expect(changed).toMatchObject({ target: { kind: 'flow', id: 'shop' }, outcome: 'done', status: 200 })
      // The id of what is made is known only afterwards.
      expect(made).toMatchObject({ action: 'createApiKey', target: { kind: 'key', id }, status: 201 })
      expect(JSON.stringify(await items())).not.toMatch(/Ada/)
      expect((await items('&action=publishFlowVersion'))[0]).toMatchObject({
        target: { kind: 'flow', id: 'shop/1' },
      })
      expect(await verified()).toMatchObject({ ok: true })
    })

    test('has nothing of what reads, and nothing of who was not let in', async () => {
      const { seq } = await newest()
      await server('GET', '/api/admin/flows')
      await house.as(undefined)('POST', '/api/admin/release/shop/kill', { reason: 'x' })
      await (
        await house.person('ada')
      )('POST', '/api/admin/release/shop/kill', { reason: 'x' })
      await server('POST', '/api/admin/release/shop/kill', { because: 'x' })
      expect((await newest()).seq).toBe(seq)
    })

    test('is read a page at a time, by action, actor and time', async () => {
      const all = await items()
      const pages: unknown[] = []
      let cursor = ''
      do {
        const page = (await server('GET', `${path}?limit=2${cursor && `&cursor=${cursor}`}`)).body
        pages.push(...page.items)
        cursor = page.nextCursor ?? ''
      } while (cursor)
      expect(pages).toEqual(all)
      const of = async (query: string) => (await items(query)).map(({ seq }: { seq: number }) => seq)
      const those = (fits: (item: any) => boolean) => all.filter(fits).map(({ seq }: any) => seq)
      const { at } = all[2]
      expect(await of('&action=putRelease')).toEqual(those(({ action }) => action === 'putRelease'))
      expect(await of('&actor=key:first')).toEqual(those(({ actor }) => actor === 'key:first'))
      expect(await of('&actor=key:first&action=putRelease')).toEqual([])
      expect(await of(`&until=${at}`)).toEqual(those((item) => item.at < at))
      expect((await server('GET', `${path}?cursor=MTAw&since=yesterday`)).status).toBe(400)
      for (const bad of ['cursor=x', 'limit=0', 'seq=1', 'userId=']) {
        expect((await server('GET', `${path}?${bad}`)).status).toBe(400)
      }
      for (const bad of ['seq=1', `hash=${'0'.repeat(64)}`, 'seq=1&hash=x', 'seq=-1']) {
        expect((await server('GET', `${path}/verify?${bad}`)).status).toBe(400)
      }
    })

    test('knows an erased person by no id; who asks for them finds nothing', async () => {
      await server('PUT', '/api/users/ada', { role: 'owner' })
      await server('GET', '/api/users/ada/export')
      const [exported] = await items('&userId=ada')
      expect(exported).toMatchObject({ action: 'exportUser', target: { kind: 'person' }, outcome: 'done' })
      await server('DELETE', '/api/users/ada')
      expect(await newest()).toMatchObject({
        action: 'deleteUser',
        subject: exported.subject,
        outcome: 'done',
      })
      expect(await items('&userId=ada')).toEqual([])
      expect(await server('DELETE', '/api/users/ada')).toMatchObject({ status: 404 })
      expect(await newest()).toMatchObject({ action: 'deleteUser', outcome: 'refused' })
      expect((await newest()).subject).toBeUndefined()
      const [row] = await database.query<{ text: string }>({
        name: 'whole_audit',
        text: `select (select string_agg(e::text, '') from audit_entry e) || coalesce((select string_agg(s::text, '') from audit_subject s), '') as text`,
      })
      expect(row?.text).not.toMatch(/\bada\b/)
    })

    test('never takes an id of somebody for that of a thing', async () => {
      await server('DELETE', '/api/admin/webhooks/ada@example.com')
      expect((await newest()).target).toEqual({ kind: 'webhook' })
    })

    test('what cannot be written down is not done', async () => {
      const stop = `create function audit_away() returns trigger language plpgsql as 'begin raise exception ''away''; end';
        create trigger away before insert on audit_entry execute function audit_away()`
      await sql(stop)
      expect(await server('PUT', '/api/admin/release/shop', { rolloutPercentage: 7 })).toMatchObject({
        status: 503,
        body: { error: 'SERVICE_UNAVAILABLE' },
      })
      // What is not audited goes on.
      expect((await server('PUT', '/api/users/ben', { role: 'owner' })).status).toBe(200)
      expect((await server('GET', '/api/admin/release/shop')).body.rolloutPercentage).not.toBe(7)
      await sql('drop function audit_away cascade')
      expect((await server('PUT', '/api/admin/release/shop', { rolloutPercentage: 7 })).status).toBe(200)
      expect(await verified()).toMatchObject({ ok: true })
    })

    test('what was done is answered although its outcome could not be written down, which is unknown then', async () => {
      const stop = `create function audit_away() returns trigger language plpgsql as 'begin if new.begun is not null then raise exception ''away''; end if; return new; end';
        create trigger away before insert on audit_entry for each row execute function audit_away()`
      await sql(stop)
      expect((await server('PUT', '/api/admin/release/shop', { rolloutPercentage: 8 })).status).toBe(200)
      await sql('drop function audit_away cascade')
      expect(await newest()).toMatchObject({ action: 'putRelease', outcome: 'unknown' })
      expect(await verified()).toMatchObject({ ok: true })
    })

    test('tells what the host’s own process publishes, once', async () => {
      const { seq } = await newest()
      const flow = { name: 'hello', steps: [{ id: 'a', title: 'A' }] }
      await house.boardwalk.verbs.publishFlow(flow)
      await house.boardwalk.verbs.publishFlow(flow)
      expect(await newest()).toMatchObject({
        seq: seq + 1,
        actor: 'host',
        action: 'publishFlow',
        target: { kind: 'flow', id: 'hello/1' },
        outcome: 'done',
      })
    })

    test('says what is wrong with it, and from where on', async () => {
      const before = await verified()
      const kept = `seq=${before.head.seq}&hash=${before.head.hash}`
      expect((await server('GET', `${path}/verify?${kept}`)).body).toEqual(before)
      await sql(`drop trigger audit_entry_unchanged on audit_entry;
        update audit_entry set actor = 'key:other' where seq = 4`)
      expect(await verified()).toMatchObject({ ok: false, broken: { seq: 4, how: 'changed' } })
    })
  })
})
