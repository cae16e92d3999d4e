import { pino } from 'pino'
import { expect, test } from 'vitest'
import { migrate, ownMigrations, readRequests, type Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { answeredRequests } from '../src/health/answered-requests.ts'

const log = pino({ level: 'silent' })
const minuteMs = 60_000

forEachDatabase((_, open) => {
  const opened = async (): Promise<Database> => {
    const database = await open()
    await migrate(database, await ownMigrations())
    return database
  }
  const stored = ({ query }: Database) => readRequests(query, 0, 1e12)

  test('requests of all processes are counted together, by the minute', async () => {
    const database = await opened()
    let now = 0
    const [one, other] = [1, 2].map(() => answeredRequests(database.query, () => now, log))
    for (const status of [200, 404, 409, 499, 500, 503]) one!.count(status)
    other!.count(502)
    await one!.flush()
    one!.count(200)
    now = minuteMs
    one!.count(503)
    await Promise.all([one!.stop(), other!.stop()])
    expect(await stored(database)).toEqual([
      { begins: 0, requests: 8, errors: 3 },
      { begins: minuteMs, requests: 1, errors: 1 },
    ])
  })

  test('what nobody knows to be written is written again, and counts once', async () => {
    const database = await opened()
    let losesAnswers = true
    const query: Database['query'] = async (statement, values) => {
      const rows = await database.query(statement, values)
      if (losesAnswers) throw new Error('the connection broke')
      return rows as never
    }
    const requests = answeredRequests(query, () => 0, log)
    requests.count(500)
    await requests.flush()
    requests.count(200)
    await requests.flush()
    losesAnswers = false
    await requests.stop()
    expect(await stored(database)).toEqual([{ begins: 0, requests: 2, errors: 1 }])
  })

  test('while the database is away for long, the last hour is kept', async () => {
    const database = await opened()
    let now = 0
    let isAway = true
    const query: Database['query'] = async (statement, values) => {
      if (isAway) throw new Error('away')
      return database.query(statement, values)
    }
    const requests = answeredRequests(query, () => now, log)
    for (let minute = 0; minute < 200; minute++) {
      now = minute * minuteMs
      requests.count(503)
      await requests.flush()
    }
    isAway = false
    await requests.stop()
    const minutes = await stored(database)
    expect(minutes).toHaveLength(60)
    expect(minutes.at(-1)).toEqual({ begins: 199 * minuteMs, requests: 1, errors: 1 })
  })
})
