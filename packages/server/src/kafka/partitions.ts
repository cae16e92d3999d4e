import { setTimeout as sleep } from 'node:timers/promises'
import { isConnectionLost, isSerializationFailure, isTimedOut } from '@boardwalk/store'
import type { KafkaPosition } from '@boardwalk/store'
import { backOffMs } from './back-off.ts'
import type { Received } from './received.ts'
import type { Taken } from './take-records.ts'

/** The records that wait, by partition, and those at work. */
export type Partitions = {
  /** From now on these are ours, from these positions on; what waited of others is forgotten. Resolves when none is at work. */
  readonly assign: (positions: readonly KafkaPosition[]) => Promise<void>
  readonly push: (record: Received) => void
  readonly isFull: () => boolean
  readonly positions: () => KafkaPosition[]
  /** Finishes the batches under way and takes no more; answers how far they came. */
  readonly stop: () => Promise<KafkaPosition[]>
}

export type PartitionsOptions = {
  /** Batches that may be at work at once. */
  readonly slots: number
  readonly take: (records: readonly Received[], from: KafkaPosition) => Promise<Taken | undefined>
  /** Counts a try of a record that failed alone, and gives it up at the last; undefined when it is to be tried again. */
  readonly failed: (record: Received, from: KafkaPosition, error: unknown) => Promise<Taken | undefined>
  readonly onTaken: (taken: Taken) => void
  /** Something could not be taken and is tried again, whether or not it is to blame. */
  readonly onTrouble: (error: unknown) => void
  /** Another process has moved a position of ours. */
  readonly onLost: () => void
  /** There is room again for records. */
  readonly onRoom: () => void
}

type Partition = {
  position: KafkaPosition
  queue: Received[]
  isAtWork: boolean
  /** How many of the next records are taken one by one, because together they failed. */
  alone: number
  /** Failures in a row. */
  failures: number
}

// The batch that the road takes best; see there.
const mostTogether = 500
const mostWaiting = 5_000
const mostWaitingBytes = 64 * 1024 * 1024

const sizeOf = ({ value }: Received): number => (value?.length ?? 0) + 200
const keyOf = ({ topic, partition }: { topic: string; partition: number }): string => `${topic}/${partition}`

const positionsIn = (partitions: ReadonlyMap<string, Partition>): KafkaPosition[] =>
  [...partitions.values()].map(({ position }) => position)

export const createPartitions = (options: PartitionsOptions): Partitions => {
  const { slots, take, failed, onTaken, onTrouble, onLost, onRoom } = options
  let owned = new Map<string, Partition>()
  let waiting = 0
  let waitingBytes = 0
  let wasFull = false
  let idle: (() => void)[] = []
  let atWork = 0
  let ending = new AbortController()

  const isFull = (): boolean => waiting >= mostWaiting || waitingBytes >= mostWaitingBytes

  const settle = (partition: Partition, count: number): void => {
    for (const record of partition.queue.splice(0, count)) {
      waiting -= 1
      waitingBytes -= sizeOf(record)
      partition.position = { ...partition.position, nextOffset: record.offset + 1 }
    }
    partition.alone = Math.max(0, partition.alone - count)
    partition.failures = 0
    if (!wasFull || waiting > mostWaiting / 2 || waitingBytes > mostWaitingBytes / 2) return
    wasFull = false
    onRoom()
  }

  const rest = async (partition: Partition, signal: AbortSignal): Promise<void> => {
    partition.failures += 1
    await sleep(backOffMs(partition.failures), undefined, { signal }).catch(() => undefined)
  }

  /** Takes the next records; false when the partition is not ours any more. */
  const takeNext = async (partition: Partition, signal: AbortSignal): Promise<boolean> => {
    const records = partition.queue.slice(0, partition.alone > 0 ? 1 : mostTogether)
    const [first] = records
    if (first === undefined) return true
    try {
      const taken = await take(records, partition.position)
      if (taken === undefined) return false
      onTaken(taken)
      settle(partition, records.length)
    } catch (error) {
      onTrouble(error)
      const isInTheWay = isSerializationFailure(error)
      // One by one, they are less often in the way of others who change the same people.
      if (isInTheWay && records.length > 1 && partition.failures > 0) partition.alone = records.length
      if (isConnectionLost(error) || isInTheWay) await rest(partition, signal)
      else if (records.length > 1) partition.alone = records.length
      else if (isTimedOut(error)) await rest(partition, signal)
      else {
        const taken = await failed(first, partition.position, error)
        if (taken === undefined) await rest(partition, signal)
        else {
          onTaken(taken)
          settle(partition, 1)
        }
      }
    }
    return true
  }

  const work = async (partition: Partition, mine: Map<string, Partition>): Promise<void> => {
    const { signal } = ending
    partition.isAtWork = true
    atWork += 1
    let isOurs = true
    try {
      isOurs = await takeNext(partition, signal)
    } catch (error) {
      // The database went away while a failure was counted: the record is tried again.
      onTrouble(error)
      await rest(partition, signal)
    }
    atWork -= 1
    partition.isAtWork = false
    if (!isOurs && mine === owned) {
      owned.delete(keyOf(partition.position))
      waiting -= partition.queue.length
      waitingBytes -= partition.queue.reduce((sum, record) => sum + sizeOf(record), 0)
      onLost()
    }
    pump()
  }

  const pump = (): void => {
    const mine = owned
    for (const [key, partition] of mine) {
      if (atWork >= slots) break
      if (partition.isAtWork || partition.queue.length === 0) continue
      // The last to be served is the first to wait.
      mine.delete(key)
      mine.set(key, partition)
      void work(partition, mine)
    }
    if (atWork > 0) return
    idle.forEach((resolve) => resolve())
    idle = []
  }

  const forget = async (): Promise<KafkaPosition[]> => {
    ending.abort()
    ending = new AbortController()
    const before = owned
    owned = new Map()
    if (atWork > 0) await new Promise<void>((resolve) => idle.push(resolve))
    waiting = waitingBytes = 0
    wasFull = false
    return positionsIn(before)
  }

  return {
    assign: async (positions) => {
      await forget()
      owned = new Map(
        positions.map((position) => [
          keyOf(position),
          { position, queue: [], isAtWork: false, alone: 0, failures: 0 },
        ]),
      )
    },
    push: (record) => {
      const partition = owned.get(keyOf(record))
      if (partition === undefined) return
      partition.queue.push(record)
      waiting += 1
      waitingBytes += sizeOf(record)
      wasFull ||= isFull()
      if (atWork < slots && !partition.isAtWork) queueMicrotask(pump)
    },
    isFull,
    positions: () => positionsIn(owned),
    stop: forget,
  }
}
