import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { flowFile, openHouse, type House } from './open-house.ts'
import { answering, startReceiver, verify, type Receiver } from './receiver.ts'

const second = 1_000
const hour = 3_600_000
const admin = '/api/admin/webhooks'
const wait = { interval: 20 }

forEachDatabase((_, open) => {
  describe('webhooks', () => {
    let house: House
    let receiver: Receiver
    let now = Date.now()
    const passes = (ms: number): void => void (now += ms)

    beforeAll(async () => {
      receiver = await startReceiver()
      house = await openHouse(await open(), {
        webhooks: { allow: ['127.0.0.1'], timeoutMs: 1_000 },
        clock: () => now,
      })
      await house.publish(flowFile('saas'))
    })
    afterAll(async () => {
      await house.boardwalk.stop()
      await receiver.stop()
    })

    /** Alone: the others of earlier tests are gone. */
    const hook = async (more: object = {}): Promise<{ id: string; secret: string }> => {
      for (const { id } of (await house.server('GET', admin)).body.items)
        await house.server('DELETE', `${admin}/${id}`)
      receiver.received.length = 0
      receiver.state.behave = answering(204)
      return (await house.server('POST', admin, { url: receiver.url, ...more })).body
    }
    const enrol = async (userId: string) => {
      const me = await house.person(userId, { role: 'owner', plan: 'team', attributes: { product: 'saas' } })
      expect((await me('GET', '/api/onboarding')).status).toBe(200)
      return me
    }
    const log = async (id: string, query = ''): Promise<any[]> =>
      (await house.server('GET', `${admin}/${id}/deliveries${query}`)).body.items
    /** Counted when their outcome is written down, after the receiver has answered. */
    const attemptsOf = async (id: string): Promise<number> =>
      (await log(id, '?limit=100')).reduce((sum, { attempts }) => sum + attempts, 0)
    const statusOf = async (id: string): Promise<string> =>
      (await house.server('GET', `${admin}/${id}`)).body.status
    const timeline = async (userId: string): Promise<any[]> =>
      (await house.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)).body.events

    test('what happens to a person arrives in order, signed for the stock library, under the happening’s own id', async () => {
      const { secret } = await hook()
      const me = await enrol('ann')
      await me('PATCH', '/api/onboarding/steps/profile', { status: 'done' })
      const happened = await timeline('ann')
      await expect.poll(() => receiver.of('ann').length, wait).toBe(happened.length)
      expect(receiver.of('ann').map(({ id }) => id)).toEqual(happened.map(({ id }) => id))
      for (const one of receiver.of('ann')) expect(verify(secret, one)).toEqual(one.body)
      expect(receiver.of('ann').at(-1)?.body).toMatchObject({
        type: happened.at(-1)?.type,
        timestamp: happened.at(-1)?.at,
        data: { userId: 'ann', flow: 'saas', version: 1 },
      })
    })

    test('a webhook hears only of the types that it names', async () => {
      await hook({ types: ['onboarding.step_completed'] })
      const me = await enrol('types')
      await me('PATCH', '/api/onboarding/steps/profile', { status: 'done' })
      await expect.poll(() => receiver.received.length, wait).toBe(1)
      expect(receiver.types()).toEqual(['onboarding.step_completed'])
    })

    test('during the day after a rotation both secrets verify, then the new one alone', async () => {
      const { id, secret } = await hook({ types: ['onboarding.enrolled'] })
      const rotated = (await house.server('POST', `${admin}/${id}/rotate`)).body.secret
      expect(rotated).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
      await enrol('rotated')
      await expect.poll(() => receiver.received.length, wait).toBe(1)
      for (const one of [secret, rotated]) verify(one, receiver.received[0]!)
      passes(25 * hour)
      await enrol('rotated-later')
      await expect.poll(() => receiver.received.length, wait).toBe(2)
      verify(rotated, receiver.received[1]!)
      expect(() => verify(secret, receiver.received[1]!)).toThrow('No matching signature')
    })

    test('a delivery that fails is tried again later with the same id, and the person’s next ones wait for it', async () => {
      const { id } = await hook()
      receiver.state.behave = answering(500)
      const me = await enrol('patient')
      await me('PATCH', '/api/onboarding/steps/profile', { status: 'done' })
      const happened = await timeline('patient')
      await expect
        .poll(async () => (await log(id)).filter(({ attempts }) => attempts === 1), wait)
        .toHaveLength(1)
      expect(receiver.received).toHaveLength(1)
      expect((await log(id)).at(-1)).toMatchObject({
        status: 'pending',
        lastStatus: 500,
        lastError: 'answered 500',
      })
      receiver.state.behave = answering(200)
      passes(7 * second)
      await expect.poll(() => receiver.received.length, wait).toBe(happened.length + 1)
      expect(receiver.received.map((one) => one.id)).toEqual([
        happened[0].id,
        ...happened.map((one) => one.id),
      ])
      await expect.poll(async () => log(id, '?status=pending'), wait).toHaveLength(0)
    })

    test('while a receiver fails only single deliveries go out; when it answers, all that wait are due at once', async () => {
      const { id } = await hook({ types: ['onboarding.enrolled'] })
      receiver.state.behave = answering(503)
      for (let n = 0; n < 4; n++) await enrol(`parked-${n}`)
      await expect.poll(() => statusOf(id), wait).toBe('failing')
      for (let n = 4; n < 30; n++) await enrol(`parked-${n}`)
      await expect.poll(async () => (await log(id, '?limit=100')).length, wait).toBe(30)
      const before = receiver.received.length
      expect(before).toBeLessThan(16)
      await expect.poll(() => attemptsOf(id), wait).toBe(before)
      passes(7 * second)
      const tries = before + 1
      await expect.poll(() => attemptsOf(id), wait).toBe(tries)
      expect(receiver.received).toHaveLength(tries)
      receiver.state.behave = answering(200)
      passes(15 * second)
      await expect.poll(async () => log(id, '?status=delivered&limit=100'), wait).toHaveLength(30)
      expect(await statusOf(id)).toBe('active')
    })

    test('what is refused of one person keeps its own times while others are taken', async () => {
      const { id } = await hook({ types: ['onboarding.enrolled'] })
      receiver.state.behave = ({ body }, response) =>
        response.writeHead(body.data.userId === 'unloved' ? 500 : 204).end()
      await enrol('unloved')
      await expect.poll(async () => (await log(id))[0]?.attempts, wait).toBe(1)
      for (let n = 1; n <= 5; n++) {
        await enrol(`loved-${n}`)
        await expect.poll(async () => log(id, '?status=delivered'), wait).toHaveLength(n)
      }
      expect(receiver.of('unloved')).toHaveLength(1)
      expect((await log(id, '?status=pending'))[0]).toMatchObject({ attempts: 1 })
    })

    test('there are at most a hundred', async () => {
      await hook()
      const more = () => house.server('POST', admin, { url: receiver.url })
      const made = await Promise.all(Array.from({ length: 99 }, more))
      expect(new Set(made.map(({ status }) => status))).toEqual(new Set([201]))
      expect(await more()).toMatchObject({ status: 409, body: { error: 'too_many_webhooks' } })
      await Promise.all(made.map(({ body }) => house.server('DELETE', `${admin}/${body.id}`)))
      expect((await more()).status).toBe(201)
    })

    test('a redirect is not followed and counts as a failure', async () => {
      const { id } = await hook({ types: ['onboarding.enrolled'] })
      receiver.state.behave = answering(301, { location: receiver.url })
      await enrol('moved')
      await expect.poll(async () => (await log(id))[0]?.lastStatus, wait).toBe(301)
      expect(receiver.received).toHaveLength(1)
    })

    test('a receiver that is gone is left alone until somebody enables it again', async () => {
      const { id } = await hook({ types: ['onboarding.enrolled'] })
      receiver.state.behave = answering(410)
      await enrol('gone')
      await expect.poll(() => statusOf(id), wait).toBe('disabled')
      expect((await house.server('GET', `${admin}/${id}`)).body.disabledReason).toBe('gone')
      expect((await house.server('GET', '/api/admin/audit?actor=system')).body.items[0]).toMatchObject({
        action: 'webhookGone',
        target: { kind: 'webhook', id },
      })
      receiver.state.behave = answering(204)
      passes(hour)
      const enabled = await house.server('PATCH', `${admin}/${id}`, { enabled: true })
      expect(enabled.body).toMatchObject({ status: 'active' })
      await expect.poll(async () => (await log(id))[0]?.status, wait).toBe('delivered')
      expect(receiver.received.map((one) => one.body.data.userId)).toEqual(['gone', 'gone'])
    })

    test('“come back in ten years” is believed for a day', async () => {
      const { id } = await hook({ types: ['onboarding.enrolled'] })
      receiver.state.behave = answering(429, { 'retry-after': String(10 * 365 * 86_400) })
      await enrol('ten-years')
      await expect.poll(async () => (await log(id))[0]?.lastStatus, wait).toBe(429)
      const [row] = await log(id)
      expect(Date.parse(row.nextAt) - now).toBe(24 * hour)
      receiver.state.behave = answering(204)
      passes(24 * hour + second)
      await expect.poll(async () => (await log(id))[0]?.status, wait).toBe('delivered')
    })

    test('after its last try a delivery has failed, the next one goes on, and it can be sent again', async () => {
      const { id } = await hook()
      const refused = 'onboarding.enrolled'
      receiver.state.behave = (one, response) =>
        answering(one.body.type === refused ? 400 : 204)(one, response)
      await enrol('hopeless')
      const begun = now
      for (let tries = 1; tries < 14; tries++) {
        await expect.poll(async () => (await log(id)).at(-1)?.attempts, wait).toBe(tries)
        passes(29 * hour)
      }
      await expect.poll(async () => (await log(id)).at(-1)?.status, wait).toBe('failed')
      expect(now - begun).toBeGreaterThan(72 * hour)
      const happened = await timeline('hopeless')
      await expect.poll(async () => log(id, '?status=delivered'), wait).toHaveLength(happened.length - 1)
      receiver.state.behave = answering(204)
      const failed = (await log(id, '?status=failed'))[0]
      const resent = await house.server('POST', `${admin}/${id}/deliveries/${failed.id}/resend`)
      expect(resent.status).toBe(202)
      await expect.poll(async () => log(id, '?status=failed'), wait).toHaveLength(0)
      await expect.poll(() => receiver.received.at(-1)?.id, wait).toBe(happened[0].id)
    })

    test('a test call sends a message at once and tells what came of it', async () => {
      const { id, secret } = await hook()
      const tested = await house.server('POST', `${admin}/${id}/test`)
      expect(tested).toMatchObject({ status: 200, body: { ok: true, status: 204 } })
      expect(verify(secret, receiver.received[0]!)).toMatchObject({
        type: 'boardwalk.test',
        data: { webhookId: id },
      })
      receiver.state.behave = answering(302, { location: receiver.url })
      expect((await house.server('POST', `${admin}/${id}/test`)).body).toMatchObject({
        ok: false,
        status: 302,
      })
      receiver.state.behave = (_, response) => response.destroy()
      expect((await house.server('POST', `${admin}/${id}/test`)).body).toMatchObject({
        ok: false,
        error: 'connection reset',
      })
      receiver.state.behave = () => undefined
      expect((await house.server('POST', `${admin}/${id}/test`)).body).toMatchObject({
        ok: false,
        error: 'timed out',
      })
    })

    test('erasing a person takes their deliveries along, those that wait and those in the log', async () => {
      const { id } = await hook()
      await enrol('erased-delivered')
      await expect.poll(async () => log(id, '?status=delivered'), wait).not.toHaveLength(0)
      receiver.state.behave = answering(500)
      await enrol('erased-waiting')
      await expect.poll(async () => (await log(id, '?status=pending')).length, wait).toBeGreaterThan(1)
      for (const userId of ['erased-delivered', 'erased-waiting'])
        expect((await house.server('DELETE', `/api/users/${userId}`)).status).toBe(200)
      expect(await log(id)).toEqual([])
      receiver.received.length = 0
      receiver.state.behave = answering(204)
      passes(hour)
      await enrol('afterwards')
      await expect.poll(() => receiver.received.length, wait).toBeGreaterThan(0)
      expect(new Set(receiver.received.map((one) => one.body.data.userId))).toEqual(new Set(['afterwards']))
    })

    test('the log is read page by page, and what does not exist is not found', async () => {
      const { id } = await hook()
      await enrol('paged')
      const all = await expect
        .poll(async () => log(id, '?status=delivered'), wait)
        .not.toHaveLength(0)
        .then(() => log(id))
      const first = (await house.server('GET', `${admin}/${id}/deliveries?limit=1`)).body
      const rest = (
        await house.server('GET', `${admin}/${id}/deliveries?limit=100&cursor=${first.nextCursor}`)
      ).body
      expect([...first.items, ...rest.items].map((row) => row.id)).toEqual(all.map((row) => row.id))
      const other = '00000000-0000-4000-8000-000000000000'
      for (const [method, path] of [
        ['GET', `${admin}/${other}`],
        ['GET', `${admin}/nonsense`],
        ['DELETE', `${admin}/${other}`],
        ['POST', `${admin}/${other}/rotate`],
        ['POST', `${admin}/${other}/test`],
        ['GET', `${admin}/${other}/deliveries`],
        ['POST', `${admin}/${id}/deliveries/999999999999/resend`],
        ['POST', `${admin}/${id}/deliveries/x/resend`],
      ] as const)
        expect((await house.server(method, path)).status, `${method} ${path}`).toBe(404)
      expect((await house.server('DELETE', `${admin}/${id}`)).status).toBe(204)
      expect((await house.server('GET', `${admin}/${id}`)).status).toBe(404)
    })

    test('a disabled webhook keeps what waits, and hears of nothing new', async () => {
      const { id } = await hook({ types: ['onboarding.enrolled'] })
      receiver.state.behave = answering(500)
      await enrol('kept')
      await expect.poll(async () => (await log(id))[0]?.attempts, wait).toBe(1)
      await house.server('PATCH', `${admin}/${id}`, { enabled: false })
      await enrol('missed')
      const heard = await house.server('POST', admin, { url: receiver.url, types: ['onboarding.enrolled'] })
      receiver.state.behave = answering(204)
      await enrol('heard')
      await expect.poll(async () => (await log(heard.body.id))[0]?.status, wait).toBe('delivered')
      passes(hour)
      await house.server('PATCH', `${admin}/${id}`, { enabled: true })
      await expect.poll(async () => (await log(id)).map((row) => row.status), wait).toEqual(['delivered'])
    })

    test('secrets are shown when they are made and never again', async () => {
      const { id, secret } = await hook()
      const shown = [await house.server('GET', admin), await house.server('GET', `${admin}/${id}`)]
      expect(JSON.stringify(shown.map(({ body }) => body))).not.toContain(secret)
      expect(JSON.stringify(shown.map(({ body }) => body))).not.toContain('whsec_')
    })
  })
})
