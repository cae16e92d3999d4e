import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { createGates, type Gates } from '../src/index.ts'
import { boardwalkWithShop, type ServedBoardwalk } from './boardwalk-with-shop.ts'
import { frameworks, startedHosts, type Host } from './hosts.ts'
import { rawRequest } from '../test-kit/index.ts'

// What is decided is tested here; that it is decided in time has a suite of its own.
const patient = { deadlineMs: 10_000, log: { warn: () => {}, error: () => {} } }

forEachDatabase((_, open) => {
  let served: ServedBoardwalk
  beforeAll(async () => {
    served = await boardwalkWithShop(await open())
  })
  afterAll(() => served.stop())

  for (const [way, index] of [['in process', 0] as const, ['over HTTP', 1] as const])
    for (const [framework, start] of frameworks)
      describe(`gates of ${framework}, with Boardwalk ${way}`, () => {
        const startHost = startedHosts()
        let gates: Gates
        let host: Host
        const boardwalk = () => served.ways[index]![1]
        beforeAll(async () => {
          gates = createGates({ ...patient, boardwalk: boardwalk() })
          host = await startHost(start, gates)
          await gates.start()
        })
        afterAll(() => gates.close())

        const ask = (method: string, path: string, userId: string | undefined, headers = {}) =>
          rawRequest(host.port, method, path, {
            ...(userId !== undefined && { 'x-user': userId }),
            ...headers,
          })
        const stranger = (): string => `stranger-${randomUUID()}`

        test('the handler runs for who has done the step, and finds the decision', async () => {
          const userId = stranger()
          await served.does(userId, 'payments')
          host.ran.length = 0
          expect(await ask('POST', '/stores/7/publish', userId)).toMatchObject({
            status: 200,
            body: { ran: true },
          })
          expect(host.ran).toMatchObject([{ decision: 'allowed' }])
        })

        test('everybody else gets the 409, field by field, in their language', async () => {
          const userId = stranger()
          await served.boardwalk.verbs.putUser(userId, { market: 'FR' })
          host.ran.length = 0
          const { status, body, headers } = await ask(
            'POST',
            '/stores/7/publish?returnUrl=/store/publish',
            userId,
            {
              'accept-language': 'fr-FR,fr;q=0.9,en;q=0.8',
              'x-correlation-id': 'try-1',
            },
          )
          const message = 'Vous devez configurer les paiements avant de publier votre boutique'
          expect({ status, body }).toStrictEqual({
            status: 409,
            body: {
              type: 'urn:boardwalk:problem:PRECONDITION_REQUIRED',
              title: 'A step must be done first',
              status: 409,
              detail: message,
              error: 'PRECONDITION_REQUIRED',
              message,
              missingStep: 'payments',
              missingSteps: ['payments'],
              action: {
                type: 'open_modal',
                modal: 'payments_setup',
                prefill: { country: 'FR', returnUrl: '/store/publish' },
              },
              correlationId: 'try-1',
            },
          })
          expect(headers.get('content-type')).toContain('application/problem+json')
          expect(headers.get('cache-control')).toBe('no-store')
          expect(headers.get('x-correlation-id')).toBe('try-1')
          expect(host.ran).toStrictEqual([])
        })

        test('a blocked attempt is told with the pattern of its route, under the correlation id', async () => {
          const userId = stranger()
          await ask('POST', '/stores/7/publish', userId, { 'x-correlation-id': `blocked-${userId}` })
          const response = await served.boardwalk.fetch(
            new Request(`http://boardwalk.test/api/admin/people/${userId}/timeline`, {
              headers: { authorization: 'Bearer a-first-api-key-of-more-than-32-bytes' },
            }),
          )
          const { events } = (await response.json()) as { events: { type: string }[] }
          expect(events.find(({ type }) => type === 'gating.blocked')).toMatchObject({
            stepId: 'payments',
            correlationId: `blocked-${userId}`,
            data: {
              route: framework === 'Next' ? 'gate publish' : '/stores/:id/publish',
              missingStep: 'payments',
            },
          })
        })

        test('several steps: all that are missing, the first with its action, to come back to where the code says', async () => {
          const userId = stranger()
          expect((await ask('POST', '/pay', userId)).body).toMatchObject({
            missingStep: 'profile',
            missingSteps: ['profile', 'payments'],
            message: 'Finish "Complete your profile" first.',
          })
          await served.does(userId, 'profile')
          expect((await ask('POST', '/pay?returnUrl=/elsewhere', userId)).body).toMatchObject({
            missingSteps: ['payments'],
            action: { prefill: { returnUrl: '/cart' } },
          })
        })

        test('whoever finishes passes with the next request, and at every host', async () => {
          const userId = stranger()
          const other = createGates({ ...patient, boardwalk: served.ways[1 - index]![1] })
          const second = await startHost(start, other)
          for (const port of [host.port, second.port])
            expect((await rawRequest(port, 'POST', '/stores/7/publish', { 'x-user': userId })).status).toBe(
              409,
            )
          await served.does(userId, 'payments')
          for (const port of [second.port, host.port])
            expect((await rawRequest(port, 'POST', '/stores/7/publish', { 'x-user': userId })).status).toBe(
              200,
            )
          other.close()
        })

        test('nobody signed in: 401, and the handler does not run', async () => {
          host.ran.length = 0
          for (const path of ['/stores/7/publish', '/pay']) {
            const { status, body } = await ask('POST', path, undefined, { 'accept-language': 'fr' })
            expect({ status, body }).toMatchObject({
              status: 401,
              body: { error: 'unauthenticated', message: 'Connectez-vous d’abord.' },
            })
          }
          expect(host.ran).toStrictEqual([])
        })

        test('an erased person gets 403', async () => {
          const userId = stranger()
          await served.does(userId, 'payments')
          await served.boardwalk.fetch(
            new Request(`http://boardwalk.test/api/users/${userId}`, {
              method: 'DELETE',
              headers: { authorization: 'Bearer a-first-api-key-of-more-than-32-bytes' },
            }),
          )
          expect(await ask('POST', '/stores/7/publish', userId)).toMatchObject({
            status: 403,
            body: { error: 'person_erased' },
          })
        })

        test('what the host’s own session throws goes to the host’s error handler', async () => {
          host.ran.length = 0
          expect(await ask('POST', '/stores/7/publish', 'throws')).toMatchObject({
            status: 500,
            body: { host: 'failed' },
          })
          expect(host.ran).toStrictEqual([])
        })

        test.each([
          ['/store', '/store'],
          ['/store?tab=1#top', '/store?tab=1#top'],
          ['/caf%C3%A9', '/caf%C3%A9'],
          ['/my%20store', '/my%20store'],
          ['//evil.example', undefined],
          ['/\\evil.example', undefined],
          ['\\\\evil.example', undefined],
          ['https://evil.example', undefined],
          ['https:evil.example', undefined],
          ['//user:secret@evil.example', undefined],
          ['/%2Fevil.example', undefined],
          ['/%5Cevil.example', undefined],
          ['%2F%2Fevil.example', undefined],
          ['/%252Fevil.example', undefined],
          ['/%09/evil.example', undefined],
          ['/\t/evil.example', undefined],
          ['/.//evil.example', undefined],
          ['/%2E//evil.example', undefined],
          ['/a/..//evil.example', undefined],
          ['javascript:alert(1)', undefined],
          ['data:text/html,x', undefined],
          ['store', undefined],
          ['', undefined],
          ['/%', undefined],
          [`/${'x'.repeat(3000)}`, undefined],
        ])('to come back to %j: %j', async (given, kept) => {
          const { body } = await ask(
            'POST',
            `/stores/7/publish?returnUrl=${encodeURIComponent(given)}`,
            'someone-who-comes-back',
          )
          expect(body.error).toBe('PRECONDITION_REQUIRED')
          expect(body.action.prefill?.returnUrl).toBe(kept)
        })

        test('a returnUrl given twice is dropped', async () => {
          const { body } = await ask('POST', '/stores/7/publish?returnUrl=/a&returnUrl=/b', stranger())
          expect(body.action.prefill?.returnUrl).toBeUndefined()
        })

        test('a malformed correlation id or language is left out, and the check is made', async () => {
          const { status, body } = await ask('POST', '/stores/7/publish', stranger(), {
            'x-correlation-id': 'two words',
            'accept-language': 'fr,'.repeat(5000),
          })
          expect(status).toBe(409)
          expect(body.correlationId).toMatch(/^[0-9a-f-]{36}$/)
        })

        test.each(['x'.repeat(256), '.', '..'])(
          'a user id that cannot be one (%s) never passes',
          async (userId) => {
            host.ran.length = 0
            for (const [method, path] of [
              ['POST', '/stores/7/publish'] as const,
              ['GET', '/preview'] as const,
            ])
              expect(await ask(method, path, userId)).toMatchObject({
                status: 500,
                body: { error: 'internal' },
              })
            expect(host.ran).toStrictEqual([])
          },
        )
      })
})
