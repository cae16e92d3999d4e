import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachPostgres, freshSchema } from '@boardwalk/store/test-kit'
import { flowFile } from '../open-house.ts'
import { publishFlow, startServer, type ServerProcess } from './server-process.ts'

const rounds = Number(process.env['PROOF_ROUNDS'] ?? 50)
const callers = 64

/** All that a completion may be told here. */
const documented = new Set(['200', '409 conflict'])

forEachPostgres((_, url) => {
  let servers: [ServerProcess, ServerProcess]
  beforeAll(async () => {
    const settings = { DATABASE_URL: url, BOARDWALK_SCHEMA: freshSchema() }
    servers = [await startServer(settings), await startServer(settings)]
    await publishFlow(servers[0].server, flowFile('shop'))
  })
  afterAll(() => Promise.all(servers.map((server) => server.stop())))

  const events = async (userId: string): Promise<any[]> =>
    (await servers[0].server('GET', `/api/admin/people/${userId}/timeline?limit=100`)).body.events

  const count = (list: any[], type: string, stepId?: string): number =>
    list.filter((event) => event.type === type && (stepId === undefined || event.stepId === stepId)).length

  test(`${rounds} × ${callers} simultaneous completions of the last required step complete the flow once`, async () => {
    const told = new Map<string, number>()
    for (let round = 0; round < rounds; round++) {
      const userId = `racer-${round}`
      const claims = { role: 'owner', market: 'FR', account: `account-${round}` }
      const [a, b] = [await servers[0].person(userId, claims), await servers[1].person(userId, claims)]
      // A step of the account and one of the person in turn: each has a guard of its own.
      const [first, last] =
        round % 2 === 0 ? ['email_verification', 'payments'] : ['payments', 'email_verification']
      await a('PATCH', `/api/onboarding/steps/${first}`, { status: 'done' })
      const answers = await Promise.all(
        Array.from({ length: callers }, (_, index) => {
          const headers: Record<string, string> = index % 4 < 2 ? { 'idempotency-key': `retry-${round}` } : {}
          return (index % 2 === 0 ? a : b)(
            'PATCH',
            `/api/onboarding/steps/${last}`,
            { status: 'done' },
            headers,
          )
        }),
      )
      for (const { status, body } of answers) {
        const outcome = status === 200 ? '200' : `${status} ${body.error}`
        told.set(outcome, (told.get(outcome) ?? 0) + 1)
      }
      const times = new Set(
        answers.filter(({ status }) => status === 200).map(({ body }) => body.step.updatedAt),
      )
      expect(times.size).toBe(1)
      const list = await events(userId)
      expect(count(list, 'onboarding.completed')).toBe(1)
      expect(count(list, 'onboarding.step_completed', last)).toBe(1)
    }
    expect([...told.keys()].filter((outcome) => !documented.has(outcome))).toEqual([])
    console.log(
      `races: n=${rounds} rounds × ${callers} callers, answers: ${JSON.stringify(Object.fromEntries(told))}`,
    )
  })

  test(`${rounds} × two members of an account racing settle the shared step once, and both are completed`, async () => {
    for (let round = 0; round < rounds; round++) {
      const claims = { role: 'owner', market: 'FR', account: `shared-${round}` }
      const users = [`left-${round}`, `right-${round}`]
      const members = await Promise.all(
        users.map((userId, index) => (index === 0 ? servers[0] : servers[1]).person(userId, claims)),
      )
      await Promise.all(
        members.map((member) =>
          member('PATCH', '/api/onboarding/steps/email_verification', { status: 'done' }),
        ),
      )
      const answers = await Promise.all(
        Array.from({ length: callers / 2 }, () =>
          members.map((member) => member('PATCH', '/api/onboarding/steps/payments', { status: 'done' })),
        ).flat(),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      expect(new Set(answers.map(({ body }) => body.step.updatedAt)).size).toBe(1)
      await expect
        .poll(async () =>
          (await Promise.all(users.map(events))).map((list) => count(list, 'onboarding.completed')),
        )
        .toEqual([1, 1])
      const lists = await Promise.all(users.map(events))
      expect(
        lists.map((list) => count(list, 'onboarding.step_completed', 'payments')).reduce((a, b) => a + b),
      ).toBe(1)
    }
  })
})
