import { advanceKafkaPosition, insertDeadLetter, isConnectionLost } from '@boardwalk/store'
import type { DeadLetterHeader, KafkaPosition, NewDeadLetter, Query } from '@boardwalk/store'
import type { EventSource } from '@boardwalk/contract'
import { trackJourney } from '../events/take-event.ts'
import type { Journey, Outcome } from '../road/journey.ts'
import type { Road } from '../road/road.ts'
import { readRecord, type Read, type Understood, type Unreadable } from './read-record.ts'
import { failSpan } from '../operation/tracing.ts'
import type { Received } from './received.ts'
import { traceRecord } from './trace-record.ts'

export type Taking = {
  readonly road: Road
  readonly groupId: string
  readonly sources: ReadonlyMap<string, EventSource>
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** How many records ended how. */
export type Taken = {
  readonly applied: number
  readonly duplicate: number
  readonly dead: number
  /** Dropped, because they are about people who were erased. */
  readonly erased: number
  /** Dropped, because Boardwalk itself told them. */
  readonly own: number
}

type End = keyof Taken

// What can be taken again is kept whole: no record longer than this is ever taken.
const mostPayload = 512 * 1024
const mostHeaders = 16_384
const mostReason = 500

const headerOf = ([name, value]: Received['headers'][number]): DeadLetterHeader => {
  const text = value.toString()
  const isText = Buffer.from(text).equals(value) && !text.includes('\0')
  return [name.toString('latin1').replaceAll('\0', ''), isText ? text : { base64: value.toString('base64') }]
}

const letterOf = (record: Received, { reason, userId }: Unreadable): NewDeadLetter => {
  const { topic, partition, offset, value } = record
  const headers = record.headers.map(headerOf)
  const fits = JSON.stringify(headers).length <= mostHeaders
  return {
    source: 'kafka',
    topic,
    partition,
    offset,
    reason: reason.replaceAll('\0', '').slice(0, mostReason).toWellFormed(),
    userId,
    payload: value && value.subarray(0, mostPayload),
    headers: fits ? headers : [],
    truncated: !fits || (value !== null && value.length > mostPayload),
  }
}

export const readFrom = (source: EventSource | undefined, record: Received, now: number): Read =>
  source === undefined
    ? { reason: `The topic ${record.topic} is no source.`, userId: null }
    : readRecord(record, source, now)

export const journeyOf = (
  { event, accountId }: Understood,
  { topic, partition, offset }: Received,
): Journey => {
  const journey = trackJourney(event, `kafka:${partition}:${offset}:${topic}`.slice(0, 128))
  return accountId === undefined ? journey : { ...journey, claims: { account: accountId } }
}

/** Throws when it may still succeed another time. */
export const endOf = (outcome: Outcome, userId: string): Exclude<End, 'dead' | 'own'> | Unreadable => {
  if (outcome.kind === 'answered') return 'applied'
  const { code, message } = outcome.refusal
  if (code === 'idempotency_mismatch') return 'duplicate'
  if (code === 'person_erased') return 'erased'
  if (code === 'conflict') throw new Error(message)
  return { reason: message, userId }
}

const endOfUnreadable = (read: Unreadable): End | Unreadable => (read.isOwn ? 'own' : read)

const counted = (ends: readonly End[]): Taken => {
  const taken = { applied: 0, duplicate: 0, dead: 0, erased: 0, own: 0 }
  for (const end of ends) taken[end] += 1
  return taken
}

const bury = async (query: Query, letter: NewDeadLetter): Promise<End> =>
  (await insertDeadLetter(query, letter)) ? 'dead' : 'erased'

/**
 * Takes records of one partition, in order: their effects, the dead letters among them and the position behind them are
 * one transaction. Undefined when the position stands elsewhere: another process takes these records, and nothing was done.
 */
export const takeRecords = (
  { road, groupId, sources, clock }: Taking,
  records: readonly Received[],
  from: KafkaPosition,
): Promise<Taken | undefined> => {
  const now = clock()
  const all = records.map((record) => {
    const read = readFrom(sources.get(record.topic), record, now)
    return { record, read, trace: traceRecord(record, read, groupId) }
  })
  const journeys = new Map(
    all.flatMap(({ record, read, trace }) =>
      'event' in read ? [[record, { ...journeyOf(read, record), context: trace.inside }] as const] : [],
    ),
  )
  const to = (records.at(-1)?.offset ?? from.nextOffset - 1) + 1
  const taking = road.inTransaction(async ({ query }, travel) => {
    if (!(await advanceKafkaPosition(query, groupId, from, to))) return undefined
    const outcomes = await travel([...journeys.values()])
    const arrived = new Map([...journeys.keys()].map((record, index) => [record, outcomes[index]]))
    const ends: End[] = []
    for (const { record, read, trace } of all) {
      const outcome = arrived.get(record)
      const end = 'reason' in read ? endOfUnreadable(read) : outcome && endOf(outcome, read.event.userId)
      if (end === undefined) throw new Error('A journey has no outcome')
      const ended = typeof end === 'string' ? end : await bury(query, letterOf(record, end))
      trace.span.setAttribute('boardwalk.outcome', ended)
      ends.push(ended)
    }
    return counted(ends)
  })
  return taking
    .catch((error: unknown) => {
      for (const { trace } of all) failSpan(trace.span, error)
      throw error
    })
    .finally(() => all.forEach(({ trace }) => trace.span.end()))
}

/** Gives a record up that failed again and again. */
export const giveUp = async (
  { road, groupId, sources, clock }: Taking,
  record: Received,
  from: KafkaPosition,
  reason: string,
): Promise<Taken | undefined> => {
  const read = readFrom(sources.get(record.topic), record, clock())
  const whole = letterOf(record, { reason, userId: 'event' in read ? read.event.userId : read.userId })
  const keep = (letter: NewDeadLetter): Promise<Taken | undefined> =>
    road.inTransaction(async ({ query }) => {
      if (!(await advanceKafkaPosition(query, groupId, from, record.offset + 1))) return undefined
      return counted([await bury(query, letter)])
    })
  return keep(whole).catch((error: unknown) => {
    if (isConnectionLost(error)) throw error
    // It may be the content that cannot be stored. Where it came from can always be.
    return keep({ ...whole, userId: null, payload: null, headers: [], truncated: true })
  })
}
