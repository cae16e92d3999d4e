import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { advanceKafkaPosition, beginKafkaPosition, countKafkaTry, readKafkaPositions } from '@boardwalk/store'
import type { Database, KafkaPosition } from '@boardwalk/store'
import type { Metrics } from '../operation/metrics.ts'
import type { Road } from '../road/road.ts'
import { backOffMs } from './back-off.ts'
import { sourcesByTopic, type IntakeOptions } from './intake-options.ts'
import { createPartitions } from './partitions.ts'
import { readTopics, TopicsChanged, type Bounds, type Reading } from './read-topics.ts'
import { giveUp, takeRecords, type Taken } from './take-records.ts'

export type Intake = { readonly stop: () => Promise<void> }

type Surroundings = {
  readonly database: Database
  readonly road: Road
  readonly clock: () => number
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'countTaken' | 'showKafka'>
}

const mostTries = 3
const tellMs = 2_000

const placeKey = ({ topic, partition }: { topic: string; partition: number }): string =>
  `${topic}/${partition}`

/** Takes the records of Kafka topics, each once, for as long as it runs; a broker that is away is waited for. */
export const startIntake = (options: IntakeOptions, surroundings: Surroundings): Intake => {
  const { brokers, groupId, sessionMs } = options
  const { database, road, clock, log, metrics } = surroundings
  const sources = sourcesByTopic(options)
  const taking = { road, groupId, sources, clock }
  const stopping = new AbortController()
  const stopped = new Promise<void>((resolve) =>
    stopping.signal.addEventListener('abort', () => resolve(), { once: true }),
  )
  let reading: Reading | undefined
  let failures = 0
  let isTroubled = false
  let isLost = false

  /** What was lost before the topics are read is read again once they are. */
  const reopenLost = (): void => {
    if (reading === undefined || !isLost) return
    isLost = false
    reading.reopen()
  }

  const onTaken = (taken: Taken): void => {
    metrics.countTaken(taken)
    isTroubled = false
    if (taken.dead > 0) log.warn({ event: 'kafka.dead_letters', count: taken.dead }, 'kept as dead letters')
  }

  const partitions = createPartitions({
    slots: database.kind === 'embedded' ? 1 : 2,
    take: (records, from) => takeRecords(taking, records, from),
    failed: async (record, from, error) => {
      const reason = `It failed ${mostTries} times: ${error instanceof Error ? error.message : String(error)}`
      if ((await countKafkaTry(database.query, groupId, from)) < mostTries) return undefined
      return giveUp(taking, record, from, reason)
    },
    onTaken,
    onTrouble: (error) => {
      if (isTroubled) return
      isTroubled = true
      log.warn({ event: 'kafka.not_taken', err: error }, 'records are tried again')
    },
    onLost: () => {
      isLost = true
      reopenLost()
    },
    onRoom: () => reading?.resume(),
  })

  /** Where a partition is read on. Where nothing is stored, or what was stored is gone, from the first record there is. */
  const positionsOf = async (bounds: readonly Bounds[]): Promise<KafkaPosition[]> => {
    const { query } = database
    const topics = [...new Set(bounds.map(({ topic }) => topic))]
    const stored = async () =>
      new Map((await readKafkaPositions(query, groupId, topics)).map((one) => [placeKey(one), one]))
    const before = await stored()
    for (const bound of bounds) {
      const { topic, partition, first, end } = bound
      const position = before.get(placeKey(bound))
      if (position === undefined) {
        await beginKafkaPosition(query, groupId, { topic, partition, nextOffset: first })
      } else if (position.nextOffset < first || position.nextOffset > end) {
        log.error(
          { event: 'kafka.records_gone', topic, partition, expected: position.nextOffset, first, end },
          'Kafka does not hold the next record any more: reading goes on at the first there is',
        )
        await advanceKafkaPosition(query, groupId, position, first)
      }
    }
    const after = await stored()
    return bounds.flatMap((bound) => after.get(placeKey(bound)) ?? [])
  }

  const show = async (): Promise<void> => {
    if (reading === undefined) return
    const positions = partitions.positions()
    await reading.tell(positions)
    metrics.showKafka({ isConnected: true, lags: await reading.lags(positions) })
  }

  /** One membership in the group, until it fails. */
  const session = async (): Promise<void> => {
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => undefined)
    isLost = false
    const opened = await readTopics({
      brokers,
      groupId,
      sessionMs,
      topics: [...sources.keys()],
      onAssigned: async (bounds) => {
        await partitions.assign([])
        const positions = await positionsOf(bounds)
        await partitions.assign(positions)
        return positions
      },
      onRecord: (record) => {
        partitions.push(record)
        if (partitions.isFull()) reading?.pause()
      },
      onFailed: reject,
      signal: stopping.signal,
    })
    reading = opened
    reopenLost()
    if (partitions.isFull()) reading.pause()
    if (failures > 0) log.info({ event: 'kafka.connected' }, 'Kafka is read again')
    failures = 0
    const showing = setInterval(() => void show().catch(reject), tellMs)
    try {
      await Promise.race([promise, stopped])
    } finally {
      clearInterval(showing)
      reading = undefined
      const positions = await partitions.stop()
      if (stopping.signal.aborted) await opened.tell(positions)
      await opened.close()
    }
  }

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await session()
      } catch (error) {
        if (error instanceof TopicsChanged) continue
        metrics.showKafka({ isConnected: false, lags: [] })
        if (failures === 0)
          log.warn({ event: 'kafka.disconnected', err: error }, 'Kafka cannot be read; will try again')
        failures += 1
        await sleep(backOffMs(failures), undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
  }

  const running = run()
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
