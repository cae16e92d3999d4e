import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertDeadLetter, personalData, type Database } from '@boardwalk/store'
import { forEachDatabase, forEachPostgres } from '@boardwalk/store/test-kit'
import { openHouse, type Call } from '../open-house.ts'
import { publishFlow, startServer, type ServerProcess } from './server-process.ts'

const rounds = Number(process.env['PROOF_ERASURES'] ?? 50)

type Door = { readonly server: Call; readonly person: (userId: string, claims?: object) => Promise<Call> }

const flow = {
  name: 'start',
  steps: [
    { id: 'profile', title: 'Profile' },
    { id: 'payments', title: 'Payments', scope: 'account' },
    { id: 'import', title: 'Import', completion: 'proof', trigger: { event: 'shop.imported' } },
  ],
}

const lastLetter = {
  name: 'last_letter',
  text: 'select max(id)::text as id from dead_letter where user_id = $1',
}

/** Each way in by which something may still come of somebody who is being erased. */
const late = async (database: Database, [here, there]: readonly [Door, Door], userId: string) => {
  const claims = { account: 'acme' }
  const [me, elsewhere] = [await here.person(userId, claims), await there.person(userId, claims)]
  await database.transaction(({ query }) =>
    insertDeadLetter(query, {
      source: 'kafka',
      topic: 'shop.imported',
      partition: 0,
      offset: 0,
      reason: 'It was broken.',
      userId,
      payload: Buffer.from(JSON.stringify({ user: userId })),
      headers: [],
      truncated: false,
    }),
  )
  const [letter] = await database.query<{ id: string | null }>(lastLetter, [userId])
  const events = (one: object) => there.server('POST', '/api/events', one)
  return (): Promise<unknown>[] => [
    me('GET', '/api/onboarding'),
    elsewhere('PATCH', '/api/onboarding/steps/profile', { status: 'done' }),
    elsewhere('PATCH', '/api/onboarding/steps/payments', { status: 'done' }),
    me('POST', '/api/onboarding/events', { type: 'shop.seen' }),
    elsewhere('PUT', '/api/onboarding/consent', { analytics: true }),
    events({ type: 'track', userId, event: 'shop.imported', properties: {} }),
    events({ type: 'identify', userId, traits: { name: userId } }),
    events({ type: 'alias', previousId: `${userId}-before`, userId }),
    here.server('POST', '/api/admin/import', {
      flow: 'start',
      people: [{ userId, steps: [{ id: 'profile' }] }],
    }),
    here.server('PATCH', `/api/users/${userId}/onboarding/steps/profile`, { status: 'done' }),
    here.server('POST', `/api/admin/dead-letters/${letter?.id ?? 1}/replay`),
    there.server('POST', '/api/gates/check', { userId, steps: ['profile'], route: '/x' }),
  ]
}

/** Tables with a row of anybody but the one who stays. */
const heldOf = async (database: Database, userId: string): Promise<string[]> => {
  const held: string[] = []
  for (const [table, { isOf }] of Object.entries(personalData)) {
    if (isOf === undefined) continue
    const text = `select exists (select from ${table} t where ${isOf.replaceAll('$1', '$1::text')}) as found`
    const [row] = await database.query<{ found: boolean }>({ name: `held ${table}`, text }, [userId])
    if (row?.found) held.push(table)
  }
  return held
}

const nobodys = {
  name: 'rows_of_nobody',
  text: `
    select (select count(*) from happening h where h.person_id is not null and not exists (select from person p where p.id = h.person_id))
      + (select count(*) from enrolment e where not exists (select from person p where p.id = e.person_id))
      + (select count(*) from step_state s where not exists (select from person p where p.id = s.person_id))
      + (select count(*) from tally t where not exists (select from person p where p.id = t.person_id))
      + (select count(*) from consent_change c where not exists (select from person p where p.id = c.person_id)) as n`,
}

const race = async (database: Database, doors: readonly [Door, Door], name: string): Promise<void> => {
  let sent = 0
  for (let round = 0; round < rounds; round += 1) {
    const userId = `gone-${name}-${round}`
    await doors[0].server('PUT', `/api/users/${userId}`, { account: 'acme', attributes: { mail: userId } })
    const come = await late(database, doors, userId)
    const first = come()
    // Sometimes before anything of it was taken, sometimes after some.
    if (round % 3 > 0) await first[round % first.length]
    const erased = await doors[round % 2 === 0 ? 0 : 1].server('DELETE', `/api/users/${userId}`)
    expect(erased.status).toBe(200)
    const second = come()
    await Promise.all([...first, ...second])
    sent += first.length + second.length
    for (const door of doors) {
      expect((await door.server('GET', `/api/users/${userId}/export`)).status).toBe(404)
      expect((await (await door.person(userId))('GET', '/api/onboarding')).status).toBe(403)
    }
    expect(await heldOf(database, userId)).toEqual([])
  }
  const [left] = await database.query<{ n: number | bigint }>(nobodys)
  expect(Number(left?.n)).toBe(0)
  console.log(`erasures: n=${rounds} on ${name}, raced by ${sent} late requests: 0 came back`)
  const back = `gone-${name}-0`
  expect((await doors[1].server('PUT', `/api/users/${back}`, {})).status).toBe(200)
  const { body } = await doors[0].server('GET', `/api/users/${back}/export`)
  expect(body).toMatchObject({ facts: { attributes: {} }, events: [], enrolments: [] })
}

const kafka = {
  brokers: ['127.0.0.1:1'],
  groupId: 'erasures',
  sources: [{ topic: 'shop.imported', userId: '$.user' }],
}

forEachPostgres((_, url, open) => {
  let servers: [ServerProcess, ServerProcess]
  let database: Database
  beforeAll(async () => {
    database = await open()
    const settings = {
      DATABASE_URL: url,
      BOARDWALK_SCHEMA: database.schema,
      KAFKA_BROKERS: kafka.brokers[0] ?? '',
      BOARDWALK_KAFKA_SOURCES: JSON.stringify(kafka.sources),
      BOARDWALK_LOG_LEVEL: 'silent',
    }
    servers = [await startServer(settings), await startServer(settings)]
    await publishFlow(servers[0].server, flow)
  })
  afterAll(() => Promise.all(servers.map((server) => server.stop())))

  test('somebody who is erased while two processes take what is late of them does not come back', () =>
    race(database, servers, 'PostgreSQL'))
})

forEachDatabase((name, open) => {
  test.skipIf(name !== 'embedded')('nor on the embedded database', async () => {
    const database = await open()
    const house = await openHouse(database, { kafka })
    await house.publish(flow)
    await race(database, [house, house], name)
    await house.boardwalk.stop()
  })
})
