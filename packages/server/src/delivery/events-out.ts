import type { Logger } from 'pino'
import { beginReader, type Database } from '@boardwalk/store'
import {
  followHappenings,
  type Follower,
  type Following,
  type Mover,
} from '../following/follow-happenings.ts'
import type { KafkaOptions } from '../kafka/intake-options.ts'
import type { Metrics } from '../operation/metrics.ts'
import { createOutbound, type OutboundOptions } from '../outbound/outbound.ts'
import { startDispatcher } from './dispatch.ts'
import { webhookFollower } from './fan-out.ts'
import { webhookHandlers } from './handlers.ts'
import { listenerFollower, type Listener } from './listeners.ts'
import { topicFollower } from './kafka-topic.ts'
import { deliveryUpkeep } from './upkeep.ts'

type Parts = {
  readonly database: Database
  readonly clock: () => number
  readonly metrics: Metrics
  readonly log: Logger
  readonly webhooks?: OutboundOptions | undefined
  readonly listeners?: readonly Listener[] | undefined
  readonly kafka?: KafkaOptions | undefined
}

/** Everything that tells others what happened: webhooks, a Kafka topic, listeners. */
export const startEventsOut = async (parts: Parts) => {
  const { database, clock, metrics, log, webhooks, listeners = [], kafka } = parts
  const outbound = createOutbound(webhooks)
  const dispatcher = startDispatcher({ database, outbound, clock, metrics, log })
  const stopUpkeep = deliveryUpkeep(database.query, clock, metrics, log)
  const topic = kafka?.publish && topicFollower({ brokers: kafka.brokers, topic: kafka.publish.topic })
  const followers: (Follower | Mover)[] = [
    webhookFollower(database, clock, dispatcher.wake),
    ...listeners.map(listenerFollower),
    ...(topic ? [topic.follower] : []),
  ]
  const following: Following[] = []
  const stop = async (): Promise<void> => {
    stopUpkeep()
    await Promise.all(following.map((one) => one.stop()))
    await topic?.stop()
    await dispatcher.stop()
    outbound.stop()
  }
  try {
    for (const follower of followers) {
      await beginReader(database.query, follower.name)
      following.push(await followHappenings(database, follower, log))
    }
  } catch (error) {
    await stop()
    throw error
  }
  return {
    handlers: webhookHandlers({ database, outbound, clock, wake: dispatcher.wake }),
    readers: followers.map(({ name }) => name),
    stop,
  }
}
