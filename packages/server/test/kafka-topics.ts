import { randomUUID } from 'node:crypto'
import { Admin, ProduceAcks, Producer } from '@platformatic/kafka'

type Sent = {
  readonly topic: string
  readonly value: string | Buffer | undefined
  readonly key?: string
  readonly partition?: number
  readonly headers?: Readonly<Record<string, string | Buffer>>
}

export type Topics = {
  /** A name that no other suite has. */
  readonly name: (name: string) => string
  /** `mostBytes`: of what is sent at once, if not as many as brokers take by themselves. */
  readonly create: (topic: string, partitions?: number, mostBytes?: number) => Promise<void>
  /** Both. */
  readonly make: (name: string, partitions?: number, mostBytes?: number) => Promise<string>
  readonly send: (...records: Sent[]) => Promise<void>
  readonly close: () => Promise<void>
}

/** What systems beside Boardwalk do with Kafka. */
export const openTopics = (brokers: readonly string[]): Topics => {
  const options = { clientId: 'tests', bootstrapBrokers: [...brokers] }
  const admin = new Admin(options)
  const producer = new Producer(options)
  const bytes = (value: string | Buffer): Buffer => Buffer.from(value)
  const nameOf = (name: string): string => `${name}.${randomUUID().slice(0, 8)}`
  const create = async (topic: string, partitions = 1, mostBytes?: number): Promise<void> => {
    const configs = mostBytes === undefined ? [] : [{ name: 'max.message.bytes', value: String(mostBytes) }]
    await admin.createTopics({ topics: [topic], partitions, replicas: 1, configs })
  }
  return {
    name: nameOf,
    create,
    make: async (name, partitions, mostBytes) => {
      const topic = nameOf(name)
      await create(topic, partitions, mostBytes)
      return topic
    },
    send: async (...records) => {
      const messages = records.map(({ topic, value, key, partition, headers = {} }) => ({
        topic,
        // A record without a value is a tombstone.
        value: (value === undefined ? undefined : bytes(value)) as Buffer,
        headers: new Map(Object.entries(headers).map(([name, text]) => [bytes(name), bytes(text)])),
        ...(key !== undefined && { key: bytes(key) }),
        ...(partition !== undefined && { partition }),
      }))
      await producer.send({ messages, acks: ProduceAcks.ALL })
    },
    close: async () => {
      await producer.close()
      await admin.close()
    },
  }
}
