import { describe, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { guardedLog, routeTold } from '../src/operation/guarded-log.ts'
import { keptLog } from './kept-log.ts'
import { openHouse, tokenOf } from './open-house.ts'
import { answering, startReceiver } from './receiver.ts'

const canary = 'canary-70312'
const patient = { interval: 50 }

/** Errors of the database as it really makes them, each with what it was given in it. */
const failing = {
  unique: `insert into account (account_id, attributes, updated_at) values ('${canary}', '{}', now()), ('${canary}', '{}', now())`,
  text: `select '${canary}'::uuid`,
  json: `select '{"a": ${canary}}'::json`,
  check: `insert into enrolment (person_id, flow, version, status, started_at) values (1, '${canary}', 1, '${canary}', now())`,
  number: `select '9'::int / length(substr('${canary}', 99))`,
}

/** A database in which each request that is about this person fails in that way. */
const brokenFor = (database: Database) => {
  const state: { fault: string | undefined } = { fault: undefined }
  const query: Database['query'] = async (statement, values) => {
    if (state.fault !== undefined && statement.name === 'load_people')
      return database.query({
        name: `fault_${Object.values(failing).indexOf(state.fault)}`,
        text: state.fault,
      })
    return database.query(statement, values)
  }
  return { database: { ...database, query }, state }
}

forEachDatabase((_, open) => {
  describe('a log', () => {
    test('holds nothing of whom it is about nor of what was sent, whatever goes wrong', async () => {
      const { log, lines, events } = keptLog()
      const { database, state } = brokenFor(await open())
      const hook = await startReceiver()
      hook.state.behave = answering(500, { [canary]: canary })
      const house = await openHouse(database, {
        log,
        webhooks: { allow: ['127.0.0.1'] },
        kafka: { brokers: ['127.0.0.1:1'], publish: { topic: 'told' } },
        mail: { url: `smtp://${canary}:${canary}@127.0.0.1:1`, from: `${canary}@shop.example` },
        listeners: [
          {
            name: 'host',
            handle: ({ userId }) => {
              throw new Error(`no such person: "${userId}"`)
            },
          },
        ],
      })
      await house.publish({
        name: 'shop',
        steps: [{ id: 'profile', title: 'Profile', required: true }],
        gates: { publish: { steps: ['profile'], critical: false } },
      })
      const webhook = { url: `${hook.url}/${canary}?${canary}`, types: ['onboarding.step_completed'] }
      expect((await house.server('POST', '/api/admin/webhooks', webhook)).status).toBe(201)
      const bad = { url: `http://10.0.0.1/${canary}`, types: ['onboarding.step_completed'] }
      expect((await house.server('POST', '/api/admin/webhooks', bad)).status).toBe(422)

      const me = await house.person(canary, { market: canary, attributes: { name: canary } })
      await me('GET', '/api/onboarding')
      const check = { userId: canary, gate: 'publish', route: `/shops/${canary}/publish?${canary}` }
      expect((await house.server('POST', '/api/gates/check', check)).status).toBe(409)
      const deep = `{"attributes":${'['.repeat(500)}"${canary}"${']'.repeat(500)}}`
      expect((await house.server('PUT', `/api/users/${canary}`, deep)).status).toBe(400)
      expect(
        (await house.server('PUT', `/api/users/${canary}`, { attributes: { a: `${canary}\0` } })).status,
      ).toBe(400)
      expect((await house.server('PUT', `/api/users/${canary}`, `{"${canary}`)).status).toBe(400)
      expect((await house.as(await tokenOf(canary, {}, '-1h'))('GET', '/api/onboarding')).status).toBe(401)
      expect((await house.as(canary)('GET', `/api/onboarding?flow=${canary}`)).status).toBe(401)
      await me('PATCH', '/api/onboarding/steps/profile', { status: 'done', metadata: { canary } })

      const faults = Object.values(failing)
      for (const fault of faults) {
        state.fault = fault
        expect((await me('GET', '/api/onboarding')).status).toBe(500)
        await house.boardwalk.verbs.putUser(canary, { plan: canary }).catch(() => undefined)
      }
      state.fault = undefined
      await expect.poll(() => events('onboarding.follower_failed').length, patient).toBeGreaterThan(1)
      await expect.poll(() => hook.received.length, patient).toBeGreaterThan(0)
      await house.boardwalk.stop()
      await hook.stop()

      expect(events('onboarding.api_error').length).toBeGreaterThan(faults.length)
      expect(events('onboarding.step_updated')).toHaveLength(1)
      expect(events('onboarding.gating_blocked')).toMatchObject([{ route: '/shops/*/publish' }])
      expect(lines.filter((line) => line.includes(canary))).toEqual([])
    })

    test('has one line a request at most for each person, and says by its correlation id which', async () => {
      const { log, told } = keptLog()
      const house = await openHouse(await open(), { log })
      const step = (id: string) => ({ id, title: id, trigger: { event: 'sold' } })
      await house.publish({ name: 'shop', steps: ['one', 'two', 'three'].map(step) })
      await house.server('PUT', '/api/users/ada', { plan: 'team' })
      const ada = await house.person('ada')
      await ada('GET', '/api/onboarding')
      const sold = { type: 'track', userId: 'ada', event: 'sold' }
      await house.server('POST', '/api/events', sold, { 'x-correlation-id': 'c-1' })
      expect(told().filter(({ correlationId }) => correlationId === 'c-1')).toMatchObject([
        { event: 'onboarding.step_updated', flow: 'shop', stepId: 'one', others: 2 },
      ])
      const people = ['bob', 'carl']
      for (const userId of people) await (await house.person(userId))('GET', '/api/onboarding')
      const batch = people.flatMap((userId) => [
        { ...sold, userId },
        { ...sold, userId },
      ])
      await house.server('POST', '/api/events', { batch }, { 'x-correlation-id': 'c-2' })
      expect(told().filter(({ correlationId }) => correlationId === 'c-2')).toHaveLength(people.length)
      await house.boardwalk.stop()
    })
  })
})

test('nothing that is logged ends its line or speaks to a terminal', () => {
  const { log, lines } = keptLog()
  const text = '\r\n{"level":60,"event":"forged"}\u001b[2J\u0000\u007f'
  guardedLog(log).warn({ event: text, route: text, [text]: text, err: new Error(text) }, text)
  expect(lines).toHaveLength(1)
  expect(Buffer.from(lines[0]?.trimEnd() ?? '').filter((byte) => byte < 32)).toHaveLength(0)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 40, event: text, msg: text })
})

test.each([
  ['/publish', '/publish'],
  ['/api/v1/shops/:shop/publish', '/api/v1/shops/:shop/publish'],
  ['/oauth2/callback', '/oauth2/callback'],
  ['/shops/42/publish?x=1#y', '/shops/*/publish'],
  ['/shops/order-20391', '/shops/*'],
  ['/u/ada@shop.example', '/u/*'],
  ['/d/5f0c1d3e-8a1b-4c1e-9d55-0a0b0c0d0e0f/edit', '/d/*/edit'],
  [`/${'a'.repeat(41)}`, '/*'],
  ['/caf%C3%A9', '/*'],
  ['', ''],
])('of the route %j a log holds %j', (route, told) => {
  expect(routeTold(route)).toBe(told)
})
