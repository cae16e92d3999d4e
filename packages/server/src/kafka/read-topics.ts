import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { Admin, Consumer, ListOffsetTimestamps } from '@platformatic/kafka'
import type { ConsumerOptions, Message, MessagesStream } from '@platformatic/kafka'
import type { KafkaPosition } from '@boardwalk/store'
import type { Received } from './received.ts'

export type Reading = {
  /** Tells Kafka how far we are, for those who watch there; nothing depends on it. */
  readonly tell: (positions: readonly KafkaPosition[]) => Promise<void>
  /** How many records each partition of ours has behind these positions. */
  readonly lags: (positions: readonly KafkaPosition[]) => Promise<Lag[]>
  readonly pause: () => void
  readonly resume: () => void
  /** Reads again from the stored positions. */
  readonly reopen: () => void
  /** Leaves the group. */
  readonly close: () => Promise<void>
}

export type Lag = { readonly topic: string; readonly partition: number; readonly records: number }
type Owned = { readonly topic: string; readonly partition: number }
export type Bounds = Owned & { readonly first: number; readonly end: number }

export type ReadingOptions = {
  readonly brokers: readonly string[]
  readonly groupId: string
  readonly topics: readonly string[]
  /** A process that is silent for so long has left the group. */
  readonly sessionMs: number
  /** What the group has given to us, with the offsets that there are; answers from where each is read. */
  readonly onAssigned: (partitions: readonly Bounds[]) => Promise<readonly KafkaPosition[]>
  readonly onRecord: (record: Received) => void
  /** It does not go on: close it and begin again. */
  readonly onFailed: (error: unknown) => void
  /** Gives up joining. */
  readonly signal: AbortSignal
}

const closePatienceMs = 5_000
// Also how soon a topic made later is read.
const watchMs = 5_000

const receivedOf = ({ topic, partition, offset, value, headerEntries }: Message): Received => ({
  topic,
  partition,
  offset: Number(offset),
  // A record without a value has undefined here, whatever the type says.
  value: value ?? null,
  headers: headerEntries,
})

const optionsOf = ({
  brokers,
  groupId,
  sessionMs,
}: ReadingOptions): ConsumerOptions<Buffer, Buffer, Buffer, Buffer> => ({
  clientId: 'boardwalk',
  groupId,
  bootstrapBrokers: [...brokers],
  autocommit: false,
  sessionTimeout: sessionMs,
  rebalanceTimeout: Math.max(sessionMs, 30_000),
  heartbeatInterval: Math.min(3_000, sessionMs / 4),
  heartbeatStallTimeout: sessionMs * 2,
  maxWaitTime: 500,
  maxBytes: 8 * 1024 * 1024,
  maxBytesPerPartition: 1024 * 1024,
  highWaterMark: 1000,
})

/** Those of the topics that there are, with the number of their partitions. */
const existingTopics = async (admin: Admin, topics: readonly string[]): Promise<Map<string, number>> => {
  const all = new Set(await admin.listTopics())
  const there = topics.filter((topic) => all.has(topic))
  if (there.length === 0) return new Map()
  const { topics: known } = await admin.metadata({ topics: there, forceUpdate: true })
  return new Map(there.map((topic) => [topic, known.get(topic)?.partitionsCount ?? 0]))
}

const boundsOf = async (consumer: Consumer, owned: readonly Owned[]): Promise<Bounds[]> => {
  const topics = [...new Set(owned.map(({ topic }) => topic))]
  const first = await consumer.listOffsets({ topics, timestamp: ListOffsetTimestamps.EARLIEST })
  const end = await consumer.listOffsets({ topics, timestamp: ListOffsetTimestamps.LATEST })
  return owned.map(({ topic, partition }) => ({
    topic,
    partition,
    first: Number(first.get(topic)?.[partition] ?? 0n),
    end: Number(end.get(topic)?.[partition] ?? 0n),
  }))
}

const ownedBy = ({ assignments }: Consumer): Owned[] =>
  (assignments ?? []).flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  )

/** Reads topics as a member of the group; resolves when it has joined. Topics that there are not yet are looked for now and then. */
export const readTopics = async (options: ReadingOptions): Promise<Reading> => {
  const { brokers, topics, onAssigned, onRecord, onFailed } = options
  const admin = new Admin({ clientId: 'boardwalk', bootstrapBrokers: [...brokers] })
  const consumer = new Consumer(optionsOf(options))
  let stream: MessagesStream<Buffer, Buffer, Buffer, Buffer> | undefined
  let closed = false
  let isJoined = false

  const fail = (error: unknown): void => {
    if (!closed) onFailed(error)
  }

  let existing = new Map<string, number>()

  /** Reads what is ours now from where it stands now; all that was read ahead is dropped. */
  const open = async (): Promise<void> => {
    stream?.destroy()
    stream = undefined
    const owned = ownedBy(consumer)
    const bounds = owned.length === 0 ? [] : await boundsOf(consumer, owned)
    const positions = await onAssigned(bounds)
    if (closed || isStale || positions.length === 0) return
    const opened = await consumer.consume({
      topics: [...existing.keys()],
      mode: 'manual',
      fallbackMode: 'earliest',
      offsets: positions.map(({ nextOffset, ...owner }) => ({ ...owner, offset: BigInt(nextOffset) })),
    })
    opened.on('error', (error) => {
      if (stream === opened) fail(error)
    })
    stream = opened
    opened.on('data', (message) => {
      if (stream === opened) onRecord(receivedOf(message))
    })
  }

  let opening: Promise<void> | undefined
  let isStale = false
  const reopen = (): void => {
    isStale = true
    opening ??= (async () => {
      while (isStale && !closed) {
        isStale = false
        await open()
      }
    })()
      .catch(fail)
      .finally(() => (opening = undefined))
  }

  /** A topic that appeared, or grew partitions, is joined anew. */
  const watch = async (): Promise<void> => {
    const now = await existingTopics(admin, topics)
    if (!isDeepStrictEqual(now, existing)) fail(new TopicsChanged())
  }

  const watching = setInterval(() => {
    if (isJoined) void watch().catch(fail)
  }, watchMs).unref()
  consumer.on('error', fail)
  consumer.on('consumer:heartbeat:stalled', () => fail(new Error('Kafka does not answer heartbeats')))
  consumer.on('consumer:group:join', reopen)
  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    clearInterval(watching)
    stream?.destroy()
    await opening
    const patience = sleep(closePatienceMs, undefined, { ref: false })
    const ended = Promise.allSettled([consumer.close(true), admin.close()])
    await Promise.race([ended, patience])
  }

  const giveUp = (): void => void close()
  options.signal.addEventListener('abort', giveUp)
  try {
    existing = await existingTopics(admin, topics)
    if (existing.size > 0) {
      consumer.topics.trackAll(...existing.keys())
      await consumer.joinGroup({})
    }
  } catch (error) {
    await close()
    throw error
  } finally {
    options.signal.removeEventListener('abort', giveUp)
  }
  isJoined = true
  return {
    tell: async (positions) => {
      if (!consumer.isActive() || positions.length === 0) return
      const offsets = positions.map(({ topic, partition, nextOffset }) => ({
        topic,
        partition,
        offset: BigInt(nextOffset),
        leaderEpoch: -1,
      }))
      await consumer.commit({ offsets }).catch(() => undefined)
    },
    lags: async (positions) => {
      const bounds = positions.length === 0 ? [] : await boundsOf(consumer, positions)
      return positions.map(({ topic, partition, nextOffset }, index) => ({
        topic,
        partition,
        records: Math.max(0, (bounds[index]?.end ?? nextOffset) - nextOffset),
      }))
    },
    pause: () => void stream?.pause(),
    resume: () => void stream?.resume(),
    reopen,
    close,
  }
}

/** Not a failure: there is more to read, or less. */
export class TopicsChanged extends Error {
  override readonly name = 'TopicsChanged'
}
