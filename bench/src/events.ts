import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Admin, Consumer, ProduceAcks, Producer } from '@platformatic/kafka'
import pg from 'pg'
import { startKafka, startPostgres } from '@boardwalk/store/test-kit'
import { requestsPerSecond, type Request } from './load.ts'
import { interleaved, type Measured } from './measured.ts'
import { startBoardwalk, type Process } from './processes.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)
const batch = Number(process.env['BENCH_EVENTS'] ?? 20_000)
const schema = 'bench'
const secret = 'a benchmark secret of more than thirty-two bytes'
const apiKey = 'a-benchmark-api-key-of-more-than-32-bytes'
const partitions = 3
const steps = 10
// People come in crowds: nobody has two events in one batch.
const crowd = 3_000

const flow = {
  name: 'events',
  steps: Array.from({ length: steps }, (_, index) => ({
    id: `step-${index}`,
    title: `Step ${index}`,
    trigger: { event: `did-${index}`, metadata: { ref: '$.ref' } },
  })),
}

type Event = { readonly id: string; readonly user_id: string; readonly type: string; readonly ref: number }

/** Each event completes a step that nothing completed before: all of them write. */
const events = () => {
  let index = 0
  return (): Event => {
    const inCrowd = index % (crowd * steps)
    const person = Math.floor(index / (crowd * steps)) * crowd + (inCrowd % crowd)
    const event = { id: `e-${index}`, user_id: `person-${person}`, ref: index }
    index += 1
    return { ...event, type: `did-${Math.floor(inCrowd / crowd)}` }
  }
}

const trackOf = ({ id, user_id: userId, type: event, ref }: Event) => ({
  type: 'track',
  messageId: id,
  userId,
  event,
  properties: { ref },
})

const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }

const post = async ({ address }: Process, path: string, body: object): Promise<void> => {
  const response = await fetch(address + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
}

/** Everybody is enrolled in the flow, as the product stores it; the events are what is measured. */
const enrolment = `
  with people as (
    insert into ${schema}.person (user_id, revision, facts, created_at)
    select 'person-' || n, 1, '{"attributes": {}}', now() from generate_series($1::int, $2::int) n
    returning id
  )
  insert into ${schema}.enrolment (person_id, flow, version, status, started_at)
  select id, 'events', 1, 'in_progress', now() from people`

export const eventsBench = async (): Promise<Measured[]> => {
  const [postgres, kafka] = [await startPostgres({ flavour: 'debian-15' }), await startKafka({ own: true })]
  const client = { clientId: 'bench', bootstrapBrokers: [...kafka.brokers] }
  const [kafkaAdmin, producer] = [new Admin(client), new Producer(client)]
  const topics = Array.from({ length: rounds + 1 }, (_, round) => `events-${round}`)
  await kafkaAdmin.createTopics({ topics, partitions, replicas: 1 })
  const settings = {
    DATABASE_URL: postgres.url,
    BOARDWALK_SCHEMA: schema,
    BOARDWALK_JWT_SECRET: secret,
    BOARDWALK_API_KEY: apiKey,
  }
  const boardwalk = await startBoardwalk(settings)
  const admin = new pg.Client({ connectionString: postgres.url })
  await admin.connect()
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-bench-'))
  // PostgreSQL reads it, as a user of its own.
  await chmod(folder, 0o755)
  await post(boardwalk, '/api/admin/flows', flow)
  await post(boardwalk, '/api/admin/flows/events/versions/1/publish', {})
  let enrolled = 0
  const make = events()
  let made = 0
  const next = (): Event => {
    made += 1
    return make()
  }
  /** So many events more can be made of people who are enrolled. */
  const enrolFor = async (more: number): Promise<void> => {
    const needed = (Math.ceil((made + more) / (crowd * steps)) + 1) * crowd
    if (needed <= enrolled) return
    await admin.query(enrolment, [enrolled, needed - 1])
    await admin.query(`analyze ${schema}.person, ${schema}.enrolment`)
    enrolled = needed
  }
  const take = (count: number): Event[] => Array.from({ length: count }, next)

  const taken = async (topic: string): Promise<number> => {
    const sum = `select coalesce(sum(next_offset), 0) as taken from ${schema}.kafka_position where topic = $1`
    return Number((await admin.query(sum, [topic])).rows[0].taken)
  }
  let written: Event[] = []
  let round = 0

  /** What waits in Kafka is taken by a process of its own; measured from its first batch on. */
  const fromKafka = async (): Promise<number> => {
    await enrolFor(batch)
    written = take(batch)
    const topic = topics[round++] ?? ''
    const messages = written.map((event, index) => ({
      topic,
      partition: index % partitions,
      value: Buffer.from(JSON.stringify(event)),
    }))
    for (let from = 0; from < messages.length; from += 1000)
      await producer.send({ messages: messages.slice(from, from + 1000), acks: ProduceAcks.LEADER })
    const intake = await startBoardwalk({
      ...settings,
      KAFKA_BROKERS: kafka.brokers.join(','),
      BOARDWALK_KAFKA_SOURCES: JSON.stringify([{ topic, event: '$.type', eventId: '$.id' }]),
    })
    let first = 0
    while ((first = await taken(topic)) === 0) await sleep(5)
    const began = performance.now()
    while ((await taken(topic)) < batch) await sleep(10)
    const rate = (batch - first) / ((performance.now() - began) / 1000)
    await intake.stop()
    return rate
  }

  /** Reads and parses what Boardwalk read, and does nothing with it. */
  const bareConsumer = async (): Promise<number> => {
    const topic = topics[round - 1] ?? ''
    const consumer = new Consumer({
      ...client,
      groupId: `bare-${round}`,
      autocommit: false,
    })
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest' })
    let began = 0
    let count = 0
    for await (const { value } of stream) {
      began ||= performance.now()
      JSON.parse(value.toString())
      if (++count === batch) break
    }
    const took = performance.now() - began
    await consumer.close(true)
    return batch / (took / 1000)
  }

  /** The least that PostgreSQL needs to keep what was told. */
  const copied = async (): Promise<number> => {
    await admin.query('drop table if exists copied')
    await admin.query('create table copied (id text primary key, user_id text, type text, ref int)')
    const file = join(folder, 'rows.tsv')
    const rows = written.map(({ id, user_id, type, ref }) => `${id}\t${user_id}\t${type}\t${ref}\n`)
    await writeFile(file, rows.join(''), { mode: 0o644 })
    const began = performance.now()
    await admin.query(`copy copied from '${file}'`)
    return batch / ((performance.now() - began) / 1000)
  }

  const overHttp = async (each: number, callers: number, most: number): Promise<number> => {
    await enrolFor(most * seconds)
    const request = (): Request => ({
      method: 'POST',
      path: '/api/events',
      headers,
      body: JSON.stringify(each === 1 ? trackOf(next()) : { batch: take(each).map(trackOf) }),
    })
    return each * (await requestsPerSecond(boardwalk.address, callers, seconds, request)).rate
  }

  const rates = await interleaved(rounds, {
    kafka: fromKafka,
    bare: bareConsumer,
    copy: copied,
    batches: () => overHttp(100, 8, 40_000),
    single: () => overHttp(1, 32, 15_000),
  })
  const counted = await admin.query(
    `select count(*) from ${schema}.happening where type = 'onboarding.step_completed'`,
  )
  const done = Number(counted.rows[0].count)
  await Promise.all([boardwalk.stop(), admin.end(), producer.close(), kafkaAdmin.close()])
  await Promise.all([postgres.stop(), kafka.stop(), rm(folder, { recursive: true })])
  const n = rounds
  const note = `${done} steps completed by ${made} events made`
  const row = (name: string, ours: number, peer: number, peerName: string, aim: string): Measured => ({
    name,
    ours,
    peer,
    peerName,
    unit: '/s',
    ratio: ours / peer,
    aim,
    n,
  })
  return [
    {
      ...row(
        'events from Kafka, each completes a step',
        rates.kafka,
        rates.bare,
        'a consumer that only reads',
        '≥ 10,000/s',
      ),
      note,
    },
    row('events from Kafka, each completes a step', rates.kafka, rates.copy, 'COPY of the same rows', '–'),
    row(
      'events over HTTP in batches of 100, 8 callers',
      rates.batches,
      rates.copy,
      'COPY of the same rows',
      '≥ 10,000/s',
    ),
    row(
      'events over HTTP one by one, 32 callers',
      rates.single,
      rates.copy,
      'COPY of the same rows',
      '≥ 2,000/s',
    ),
  ]
}
