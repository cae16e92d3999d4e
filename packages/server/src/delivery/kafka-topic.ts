import { Producer, stringSerializers } from '@platformatic/kafka'
import { readHappenings, type Happened } from '@boardwalk/store'
import type { Follower } from '../following/follow-happenings.ts'
import { dataOf } from './message.ts'

export type KafkaTopic = {
  /** Addresses such as `kafka-1.example:9092`. */
  readonly brokers: readonly string[]
  readonly topic: string
}

/** A CloudEvents 1.0 event in structured mode. */
const eventOf = (happened: Happened): string =>
  JSON.stringify({
    specversion: '1.0',
    id: happened.id,
    source: 'urn:boardwalk',
    type: happened.type,
    ...(happened.userId !== null && { subject: happened.userId }),
    time: happened.at,
    datacontenttype: 'application/json',
    data: dataOf(happened),
  })

const newProducer = (brokers: readonly string[]) =>
  new Producer({
    clientId: 'boardwalk-out',
    bootstrapBrokers: [...brokers],
    serializers: stringSerializers,
    idempotent: true,
    // The broker decides whether it makes topics.
    autocreateTopics: true,
    // The follower tries again by itself.
    retries: 2,
    retryDelay: 300,
    connectTimeout: 5_000,
    timeout: 10_000,
  })

export const expectedTopic = 'a name of 1 to 249 letters, digits, ".", "_" and "-"'

export const isTopic = (name: string): boolean => /^[\w.-]{1,249}$/.test(name)

/** Throws a TypeError when it is not the name of a topic. */
export const checkTopic = (topic: string | undefined): void => {
  if (topic !== undefined && !isTopic(topic))
    throw new TypeError(`kafka.publish.topic is ${JSON.stringify(topic)}, expected ${expectedTopic}.`)
}

/** Publishes all happenings: those of a person in order, each at least once, the cursor after the broker's receipt. */
export const topicFollower = ({ brokers, topic }: KafkaTopic) => {
  let producer: ReturnType<typeof newProducer> | undefined

  const stop = async (): Promise<void> => {
    const ending = producer
    producer = undefined
    await ending?.close(true).catch(() => undefined)
  }

  const follower: Follower = {
    name: `kafka:${topic}`,
    read: readHappenings,
    handle: async (page) => {
      if (page.length === 0) return
      producer ??= newProducer(brokers)
      try {
        await producer.send({
          messages: page.map((happened) => ({
            topic,
            // One person is one key, one key is one partition, and a partition has an order.
            ...(happened.userId !== null && { key: happened.userId }),
            value: eventOf(happened),
            headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
          })),
          acks: -1,
        })
      } catch (error) {
        // What the broker has of this page is unknown; a new producer starts a new sequence.
        await stop()
        throw error
      }
    },
  }
  return { follower, stop }
}
