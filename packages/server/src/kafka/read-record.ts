import { createHash } from 'node:crypto'
import { eventOfCloudEvent, hostId, isReadable, ownSource, parse, trackEvent } from '@boardwalk/contract'
import type { EventSource, Parsed, TrackEvent } from '@boardwalk/contract'
import type { TraceHeaders } from '../operation/tracing.ts'
import type { Received } from './received.ts'

export type Understood = {
  readonly event: TrackEvent
  readonly accountId: string | undefined
  /** What a CloudEvent says of the trace in which it was made. */
  readonly madeIn?: TraceHeaders
}
/** Why a record cannot be understood and, if that much can, whom it is about. */
export type Unreadable = {
  readonly reason: string
  readonly userId: string | null
  /** Boardwalk itself told it. */
  readonly isOwn?: true
}
/** What a record tells. */
export type Read = Understood | Unreadable

// As much as HTTP takes.
const longestValue = 512 * 1024
const mostFutureMs = 86_400_000
const mostProblems = 3

const utf8 = new TextDecoder('utf-8', { fatal: true })

const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

const unreadable = (reason: string, userId: string | null = null): Unreadable => ({ reason, userId })

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const valueAt = (root: unknown, path: string): unknown =>
  path
    .split('.')
    .slice(1)
    .reduce<unknown>(
      (value, name) => (isObject(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined),
      root,
    )

/** Systems with numbers for ids mean the same as those with the digits. */
const idText = (value: unknown): unknown => (Number.isSafeInteger(value) ? String(value) : value)

const jsonOf = (value: Buffer): { json: unknown } | { reason: string } => {
  if (value.length > longestValue)
    return { reason: `The record has ${value.length} bytes, expected at most ${longestValue}.` }
  const text = textOf(value)
  if (text === undefined) return { reason: 'The record is not in UTF-8.' }
  try {
    const json: unknown = JSON.parse(text)
    return isReadable(json) ? { json } : { reason: 'The record is too deep or has too many values.' }
  } catch {
    return { reason: 'The record is not JSON.' }
  }
}

const timeText = (value: unknown): unknown =>
  typeof value === 'number' && Math.abs(value) <= 8.64e15 ? new Date(value).toISOString() : value

type JsonSource = Extract<EventSource, { format: 'json' }>

const eventOfJson = (json: unknown, source: JsonSource): Parsed<TrackEvent> => {
  const { topic, event = topic, userId, eventId, time, properties } = source
  const timestamp = time === undefined ? undefined : timeText(valueAt(json, time))
  const messageId = eventId === undefined ? undefined : idText(valueAt(json, eventId))
  return parse(trackEvent, {
    type: 'track',
    userId: idText(valueAt(json, userId)),
    event: event.startsWith('$.') ? valueAt(json, event) : event,
    properties: properties === '$' ? json : (valueAt(json, properties) ?? {}),
    ...(messageId !== undefined && { messageId }),
    ...(timestamp !== undefined && { timestamp }),
  })
}

/** Where it was written in the record, rather than in the event that was made of it. */
const placeIn = (source: EventSource, path: string): string => {
  if (source.format === 'cloudevents') return path || 'the record'
  const root = path.split('.')[0] ?? ''
  const written = new Map<string, string | undefined>([
    ['userId', source.userId],
    ['event', source.event],
    ['messageId', source.eventId],
    ['timestamp', source.time],
    ['properties', source.properties],
  ]).get(root)
  return written === undefined ? path || 'the record' : written + path.slice(root.length)
}

const cloudEventHeaders = (headers: Received['headers']): Map<string, string> =>
  new Map(
    headers.flatMap(([name, value]) => {
      const text = textOf(value)
      return text === undefined ? [] : [[name.toString('latin1').toLowerCase(), text] as const]
    }),
  )

/** The CloudEvent as its JSON format writes it, whether the record holds it so or spread over headers. */
const cloudEventOf = ({ headers, value }: Received): { json: unknown } | { reason: string } => {
  const named = cloudEventHeaders(headers)
  const read = value === null || value.length === 0 ? { json: undefined } : jsonOf(value)
  if ('reason' in read || !named.has('ce_specversion')) return read
  const attributes = [...named].filter(([name]) => /^ce_[a-z0-9]+$/.test(name))
  const type = named.get('content-type')
  return {
    json: {
      ...Object.fromEntries(attributes.map(([name, text]) => [name.slice('ce_'.length), text])),
      ...(type !== undefined && { datacontenttype: type }),
      ...(read.json !== undefined && { data: read.json }),
    },
  }
}

const reasonOf = (source: EventSource, { problems }: Extract<Parsed<TrackEvent>, { problems: unknown }>) =>
  problems
    .slice(0, mostProblems)
    .map(({ path, found, expected }) => `${placeIn(source, path)}: found ${found}, expected ${expected}`)
    .join('; ')

/** A record has an id of its own even if its sender gave it none: its content, and where it stands. */
const ownId = ({ topic, partition, offset, value }: Received): string => {
  const hash = createHash('sha256')
    .update(value ?? '')
    .digest('base64url')
  return `kafka:${topic}/${partition}/${offset}/${hash.slice(0, 16)}`
}

/** What a record of the source tells. `now` in milliseconds since 1970. */
export const readRecord = (record: Received, source: EventSource, now: number): Read => {
  const isCloudEvent = source.format === 'cloudevents'
  if (!isCloudEvent && (record.value === null || record.value.length === 0))
    return unreadable('The record has no value.')
  const read = isCloudEvent ? cloudEventOf(record) : jsonOf(record.value ?? Buffer.alloc(0))
  if ('reason' in read) return unreadable(read.reason)
  const { json } = read
  if (isCloudEvent && valueAt(json, '$.source') === ownSource)
    return { ...unreadable('Boardwalk itself told it.'), isOwn: true }
  const parsed = isCloudEvent ? eventOfCloudEvent(json) : eventOfJson(json, source)
  if ('problems' in parsed) {
    const said = hostId.safeParse(idText(valueAt(json, isCloudEvent ? '$.subject' : source.userId)))
    return unreadable(reasonOf(source, parsed), said.success ? said.data : null)
  }
  const { userId, timestamp, messageId: said } = parsed.value
  // An id of its sender is unique within its topic only, as that of a CloudEvent is within its source.
  const known = said === undefined || isCloudEvent ? said : JSON.stringify([source.topic, said])
  const messageId = known ?? ownId(record)
  if (timestamp !== undefined && Date.parse(timestamp) > now + mostFutureMs)
    return unreadable(`The time ${timestamp} is still to come.`, userId)
  const told = source.accountId === undefined ? undefined : idText(valueAt(json, source.accountId))
  const account = told === undefined || told === null ? undefined : hostId.safeParse(told)
  if (account?.success === false)
    return unreadable(`${source.accountId}: expected an id of an account`, userId)
  const understood = { event: { ...parsed.value, messageId }, accountId: account?.data }
  const traceparent = isCloudEvent ? valueAt(json, '$.traceparent') : undefined
  return traceparent === undefined
    ? understood
    : { ...understood, madeIn: { traceparent, tracestate: valueAt(json, '$.tracestate') } }
}
