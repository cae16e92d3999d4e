// A server for the crash run, as a process of its own. All but `sound` are what the run must find: they spoil from outside
// what the product does.
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { openDatabase, type Database, type Query, type Statement } from '@boardwalk/store'
import { createBoardwalk, stopOnSignal } from '../../../src/index.ts'
import { listen } from '../../../src/process/listen.ts'
import { apiKey, generousLimits, secret } from '../../open-house.ts'

export type CrashServer = {
  readonly url: string
  readonly schema: string
  readonly port: number
  readonly variant:
    | 'sound'
    | 'cursor before deliveries'
    | 'position before effect'
    | 'no ids'
    | 'happenings apart'
    | 'answers kept for ever'
  readonly kafka?: { readonly brokers: readonly string[]; readonly groupId: string; readonly topic: string }
}

type Spoil = (statement: Statement, values: readonly unknown[], query: Query) => Promise<unknown[]>

const { url, schema, port, variant, kafka } = JSON.parse(process.argv[2] ?? '') as CrashServer
// Long beside the work itself, so that a kill seldom misses it.
const pauseMs = 300
const database = await openDatabase({ url, schema })
const beside = await openDatabase({ url, schema, connections: 2 })

const cursorFirst: Spoil = async (statement, values, query) => {
  if (statement.name !== 'fan_out') return query(statement, values)
  const { text } = statement
  const cursor = {
    name: 'fan_out_cursor',
    text: text.replace('where exists (select from moved)', 'where false'),
  }
  const [last] = await query<{ xid: string; seq: number }>(cursor, values)
  if (last === undefined) return []
  await sleep(pauseMs)
  const isGiven = 'moved as (select 1 where $1::text is not null and $2::text is not null)'
  const upTo = `and (xid, seq) <= ('${last.xid}'::xid8, ${last.seq}) order by xid, seq limit`
  const rest = {
    name: `fan_out_up_to_${last.seq}`,
    text: text
      .replace(/moved as \([^]*?returning r\.name\s*\)/, isGiven)
      .replace(/order by xid, seq\s+limit/, upTo),
  }
  await query(rest, values)
  return [last]
}

const positionFirst: Spoil = async (statement, values, query) => {
  if (statement.name !== 'advance_kafka_position') return query(statement, values)
  const answer = await beside.query(statement, values)
  await sleep(pauseMs)
  return answer
}

/** Which of the values of `commit_changes` are the people, the happenings, the answers to keep. */
const [peopleAt, happeningsAt, answersAt] = [0, 5, 6]

const withoutIds: Spoil = (statement, values, query) =>
  query(statement, statement.name === 'commit_changes' ? values.with(answersAt, '[]') : values)

const tellLater = {
  name: 'tell_later',
  text: `
    insert into happening (type, person_id, flow, version, step_id, account_id, data, correlation_id, at)
    select x.type, p.id, x.flow, x.version, x.step_id, x.account_id, x.data, x.correlation_id,
      to_timestamp(x.at / 1000.0)
    from json_to_recordset($2::json) as x (
      n int, ordinal int, type text, flow text, version int, step_id text, account_id text, data jsonb,
      correlation_id text, at double precision)
    join json_to_recordset($1::json) as i (n int, user_id text) on i.n = x.n
    join person p on p.user_id = i.user_id
    where x.n = any($3::int[])
    order by x.n, x.ordinal`,
}

const happeningsApart: Spoil = async (statement, values, query) => {
  if (statement.name !== 'commit_changes') return query(statement, values)
  const won = await query<{ n: number }>(statement, values.with(happeningsAt, '[]'))
  await sleep(pauseMs / 10)
  await query(tellLater, [values[peopleAt], values[happeningsAt], won.map(({ n }) => n)])
  return won
}

const spoilings: { readonly [Variant in CrashServer['variant']]?: Spoil } = {
  'cursor before deliveries': cursorFirst,
  'position before effect': positionFirst,
  'no ids': withoutIds,
  'happenings apart': happeningsApart,
}

const spoilt = (query: Query): Query => {
  const spoil = spoilings[variant]
  return spoil === undefined
    ? query
    : async <Row>(statement: Statement, values: readonly unknown[] = []) =>
        (await spoil(statement, values, query)) as Row[]
}

const boardwalk = createBoardwalk({
  database: {
    ...database,
    query: spoilt(database.query),
    transaction: (work) =>
      database.transaction((session) => work({ ...session, query: spoilt(session.query) })),
  } satisfies Database,
  tokens: { secret },
  apiKey,
  limits: generousLimits,
  log: pino({ level: 'error', base: null }),
  webhooks: { allow: ['127.0.0.1'] },
  ...(kafka && {
    kafka: {
      brokers: kafka.brokers,
      groupId: kafka.groupId,
      sources: [{ topic: kafka.topic, event: '$.type', eventId: '$.id' }],
      sessionMs: 3_000,
    },
  }),
})

const kept = new Map<string, string>()

/** As a host would that believes an answer for ever. */
const keeping = async (request: Request): Promise<Response> => {
  if (!request.url.endsWith('/api/gates/check')) return boardwalk.fetch(request)
  const asked = await request.clone().text()
  const known = kept.get(asked)
  if (known !== undefined) return new Response(known, { headers: { 'content-type': 'application/json' } })
  const response = await boardwalk.fetch(request)
  if (response.status === 200) kept.set(asked, await response.clone().text())
  return response
}

await boardwalk.start()
const { address, stop } = await listen(variant === 'answers kept for ever' ? keeping : boardwalk.fetch, {
  port,
  host: '127.0.0.1',
})
console.log(`listens on ${address}`)
stopOnSignal(async () => {
  boardwalk.drain()
  await stop()
  await boardwalk.stop()
  await Promise.all([database.close(), beside.close()])
})
