import { SpanKind } from '@opentelemetry/api'
import { Producer, stringSerializers } from '@platformatic/kafka'
import { ownSource } from '@boardwalk/contract'
import { readHappenings, type Happened } from '@boardwalk/store'
import type { Follower } from '../following/follow-happenings.ts'
import { expectedName, isName } from '../kafka/names.ts'
import { inSpan, traceparentOf } from '../operation/tracing.ts'
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
    source: ownSource,
    type: happened.type,
    ...(happened.userId !== null && { subject: happened.userId }),
    time: happened.at,
    datacontenttype: 'application/json',
    data: dataOf(happened),
  })

// A broker takes 1 MB at once unless it is told otherwise; keys and headers come on top.
const mostCharacters = 128 * 1024

type Message = { readonly happened: Happened; readonly value: string }

/** The page in parts that any broker takes, whatever bytes their characters become. */
const partsOf = (page: readonly Happened[]): Message[][] => {
  const parts: Message[][] = []
  let room = 0
  for (const happened of page) {
    const message = { happened, value: eventOf(happened) }
    const last = parts.at(-1)
    if (last === undefined || message.value.length > room) {
      parts.push([message])
      room = mostCharacters
    } else last.push(message)
    room -= message.value.length
  }
  return parts
}

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

/** Throws a TypeError when it is not the name of a topic. */
export const checkTopic = (topic: string | undefined): void => {
  if (topic !== undefined && !isName(topic))
    throw new TypeError(`kafka.publish.topic is ${JSON.stringify(topic)}, expected ${expectedName}.`)
}

/** Publishes all happenings: those of a person in order, each at least once, the cursor after the broker's receipt. */
export const topicFollower = ({ brokers, topic }: KafkaTopic) => {
  let producer: ReturnType<typeof newProducer> | undefined

  const stop = async (): Promise<void> => {
    const ending = producer
    producer = undefined
    await ending?.close(true).catch(() => undefined)
  }

  const send = async (part: readonly Message[], traceparent: string | undefined): Promise<void> => {
    producer ??= newProducer(brokers)
    const extension = traceparent === undefined ? '}' : `,"traceparent":"${traceparent}"}`
    try {
      await producer.send({
        messages: part.map(({ happened: { userId }, value }) => ({
          topic,
          // One person is one key, one key is one partition, and a partition has an order.
          ...(userId !== null && { key: userId }),
          // The extension of CloudEvents for distributed tracing, behind the last attribute.
          value: value.slice(0, -1) + extension,
          headers: {
            'content-type': 'application/cloudevents+json; charset=UTF-8',
            ...(traceparent !== undefined && { traceparent }),
          },
        })),
        acks: -1,
      })
    } catch (error) {
      // What the broker has of this part is unknown; a new producer starts a new sequence.
      await stop()
      throw error
    }
  }

  const follower: Follower = {
    name: `kafka:${topic}`,
    read: readHappenings,
    handle: async (page, done) => {
      for (const part of partsOf(page)) {
        await inSpan(
          `send ${topic}`,
          {
            kind: SpanKind.PRODUCER,
            attributes: {
              'messaging.system': 'kafka',
              'messaging.destination.name': topic,
              'messaging.batch.message_count': part.length,
            },
          },
          (span) => send(part, traceparentOf(span)),
        )
        const last = part.at(-1)
        if (last) done(last.happened.cursor)
      }
    },
  }
  return { follower, stop }
}
