import { randomUUID } from 'node:crypto'
import { Consumer, MessagesStreamModes, stringDeserializers } from '@platformatic/kafka'

type Told = {
  readonly key: string
  readonly partition: number
  readonly headers: Record<string, string>
  readonly text: string
}

/** What systems beside Boardwalk read from a topic. */
export const followTopic = async (brokers: readonly string[], topic: string) => {
  const consumer = new Consumer({
    clientId: 'tests',
    groupId: `tests-${randomUUID()}`,
    bootstrapBrokers: [...brokers],
    deserializers: stringDeserializers,
    autocommit: false,
  })
  const told: Told[] = []
  const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST })
  stream.on('data', ({ key, value, partition, headers }) =>
    told.push({ key, partition, text: value, headers: Object.fromEntries(headers) }),
  )
  return {
    told,
    stop: async () => {
      await stream.close()
      await consumer.close(true)
    },
  }
}
