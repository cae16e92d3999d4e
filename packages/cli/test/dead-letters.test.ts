import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertDeadLetter, type Database } from '@boardwalk/store'
import { forEachPostgres } from '@boardwalk/store/test-kit'
import { serveBoardwalk, type ServedBoardwalk } from './served-boardwalk.ts'

forEachPostgres((_, address, open) => {
  describe('boardwalk dead-letters', () => {
    let served: ServedBoardwalk
    let database: Database
    beforeAll(async () => {
      database = await open()
      served = await serveBoardwalk({
        DATABASE_URL: address,
        BOARDWALK_SCHEMA: database.schema,
        // Away: what came before can be taken all the same.
        KAFKA_BROKERS: '127.0.0.1:1',
        BOARDWALK_KAFKA_SOURCES: '[{"topic":"integration.created","eventId":"$.integration_id"}]',
      })
      // What no step waits for is not remembered.
      const connect = { id: 'connect', title: 'Connect', trigger: { event: 'integration.created' } }
      await served.call('POST', '/api/admin/flows', { name: 'shop', steps: [connect] })
      await served.call('POST', '/api/admin/flows/shop/versions/1/publish', {})
    })
    afterAll(() => served.stop())

    let offset = 0
    /** Answers its id. */
    const letter = async (payload: unknown, topic = 'integration.created'): Promise<string> => {
      await insertDeadLetter(database.query, {
        source: 'kafka',
        topic,
        partition: 2,
        offset: (offset += 1),
        reason: 'It was\u001b[31m broken.',
        userId: null,
        payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
        headers: [['trace', 't-1']],
        truncated: false,
      })
      const { items } = await served.call('GET', '/api/admin/dead-letters?limit=100')
      return items.at(-1).id
    }

    test('says that there are none', async () => {
      expect(await served.boardwalk('dead-letters', 'list')).toEqual({
        code: 0,
        out: 'There are no dead letters\n',
        err: '',
      })
    })

    test('lists them with their reasons, and shows one whole', async () => {
      const id = await letter({ user_id: 'ann', integration_id: 'i-1' })
      const { code, out } = await served.boardwalk('dead-letters', 'list')
      expect([code, out]).toEqual([0, expect.stringContaining('kafka:integration.created/2/1')])
      expect(out).toContain('1 dead letter(s)')
      expect(out).not.toContain('\u001b')
      const shown = await served.boardwalk('dead-letters', 'show', id)
      expect(JSON.parse(shown.out)).toMatchObject({
        id,
        payload: '{"user_id":"ann","integration_id":"i-1"}',
        headers: [{ name: 'trace', value: 't-1' }],
        tries: 0,
      })
      expect(shown.out).not.toContain('\u001b')
    })

    test('takes one again, which has its effect and is gone', async () => {
      const id = await letter({ user_id: 'ben', integration_id: 'i-2' })
      expect(await served.boardwalk('dead-letters', 'replay', id)).toMatchObject({
        code: 0,
        out: `${id}: applied\n`,
      })
      expect(await served.call('GET', '/api/users/ben/export')).toMatchObject({
        remembered: [{ name: 'integration.created', properties: { integration_id: 'i-2' } }],
      })
      const again = await served.boardwalk('dead-letters', 'replay', id)
      expect(again).toMatchObject({ code: 1, err: expect.stringContaining('404 dead_letter_not_found') })
    })

    test('takes all again; one that is refused does not keep the others', async () => {
      const broken = await letter('{')
      const unread = await letter({ user_id: 'cid' }, 'no.source')
      const good = await letter({ user_id: 'dan', integration_id: 'i-3' })
      const { code, out, err } = await served.boardwalk('dead-letters', 'replay', '--all')
      expect(code).toBe(1)
      expect(out).toMatch(new RegExp(`^${broken}: Boardwalk refused`, 'm'))
      expect(out).toMatch(new RegExp(`^${unread}: Boardwalk refused`, 'm'))
      expect(out).toMatch(new RegExp(`^${good}: applied$`, 'm'))
      expect(err).toBe('2 dead letter(s) could not be taken.\n')
      const { items } = await served.call('GET', '/api/admin/dead-letters?limit=100')
      expect(items).toMatchObject([
        { id: broken, tries: 1 },
        { id: unread, tries: 1 },
      ])
    })

    test('says in a sentence what it does not understand', async () => {
      for (const words of [[], ['show'], ['replay'], ['burn', '1']]) {
        const { code, err } = await served.boardwalk('dead-letters', ...words)
        expect([code, err]).toEqual([1, expect.stringMatching(/^Say what to do: /)])
      }
      for (const id of ['999999', '../users', 'x'])
        expect(await served.boardwalk('dead-letters', 'show', id)).toMatchObject({
          code: 1,
          err: expect.stringMatching(/^Boardwalk refused \(4\d\d /),
        })
    })
  })
})
