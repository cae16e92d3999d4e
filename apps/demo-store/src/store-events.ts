import { Admin, Producer, stringSerializers } from '@platformatic/kafka'
import type { Boardwalk, BoardwalkOptions } from '@boardwalk/server'
import type { Log } from './store.ts'

type Kafka = NonNullable<BoardwalkOptions['kafka']>

/** What the store tells the rest of the company of; it knows of no onboarding, and Boardwalk is one who listens. */
export type StoreEvents = {
  /** False when it could not be told; telling it again with the same integration has no second effect. */
  readonly integrationCreated: (userId: string, integrationId: string) => Promise<boolean>
  readonly stop: () => Promise<void>
}

const topic = 'integration.created'

/** Boardwalk reads the store's own topic besides what it is told to read. */
export const withOwnTopic = (kafka: Kafka): Kafka => {
  const sources = kafka.sources ?? []
  if (sources.some((source) => source.topic === topic)) return kafka
  return { ...kafka, sources: [...sources, { topic, eventId: '$.integration_id' }] }
}

/** Many brokers make no topic by themselves; this one is the store's own. As many copies as the brokers think fit. */
const makeTopic = async (brokers: readonly string[]): Promise<void> => {
  const admin = new Admin({ clientId: 'demo-store', bootstrapBrokers: [...brokers], retries: 1 })
  try {
    if ((await admin.listTopics()).includes(topic)) return
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: -1 })
  } finally {
    await admin.close()
  }
}

const byKafka = ({ brokers }: Kafka, log: Log): StoreEvents => {
  const producer = new Producer({
    clientId: 'demo-store',
    bootstrapBrokers: [...brokers],
    serializers: stringSerializers,
    retries: 2,
    connectTimeout: 3_000,
    timeout: 5_000,
  })
  let made: Promise<void> | undefined
  const topicIsThere = (): Promise<void> => {
    made ??= makeTopic(brokers).catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
  // At the start, so that it is read by the time somebody connects something; a broker that is away comes later.
  topicIsThere().catch(() => {})
  return {
    integrationCreated: async (userId, integrationId) => {
      const value = JSON.stringify({ user_id: userId, integration_id: integrationId })
      try {
        await topicIsThere()
        await producer.send({ messages: [{ topic, key: userId, value }], acks: -1 })
        return true
      } catch (error) {
        log.warn({ event: 'store.event_not_told', err: error })
        return false
      }
    },
    stop: () => producer.close(true).catch(() => {}),
  }
}

const byVerb = ({ track }: Boardwalk['verbs'], log: Log): StoreEvents => ({
  integrationCreated: async (userId, integrationId) => {
    try {
      await track(userId, topic, { integration_id: integrationId }, integrationId)
      return true
    } catch (error) {
      log.warn({ event: 'store.event_not_told', err: error })
      return false
    }
  },
  stop: async () => {},
})

/** Over Kafka where there is one, else straight to Boardwalk in this process. */
export const storeEvents = (kafka: Kafka | undefined, verbs: Boardwalk['verbs'], log: Log): StoreEvents =>
  kafka === undefined ? byVerb(verbs, log) : byKafka(kafka, log)
