import { kafkaOf, missingTopics, unreadableInKafka, type Configuration } from '@boardwalk/server'
import { messageOf } from '../command.ts'
import { bad, fine, type Finding } from './finding.ts'

/** Brokers, topics, and whether they may be read. */
export const examineKafka = async (configuration: Configuration): Promise<Finding[]> => {
  const { kafka } = kafkaOf(configuration)
  if (kafka === undefined) return []
  const { brokers, groupId = 'boardwalk' } = kafka
  const read = (kafka.sources ?? []).map(({ topic }) => topic)
  const told = kafka.publish === undefined ? [] : [kafka.publish.topic]
  try {
    const missing = await missingTopics(brokers, [...read, ...told])
    const there = read.filter((topic) => !missing.includes(topic))
    const unreadable = await unreadableInKafka(brokers, groupId, there)
    return [
      fine('kafka', 'Kafka answers'),
      ...missing.map((topic) =>
        bad('kafka_topics', `Kafka has no topic "${topic}"`, {
          expected: read.includes(topic) ? 'a topic to read' : 'a topic to tell',
          todo: 'create it, or correct its name; it is used once it is there',
        }),
      ),
      ...unreadable.map(({ what, reason }) =>
        bad('kafka_rights', `Kafka does not let us read ${what}: ${reason}`, {
          expected: `Read and Describe on the topics, and Read on the group "${groupId}"`,
          todo: 'kafka-acls --add --allow-principal … --consumer --topic … --group …',
        }),
      ),
    ]
  } catch (error) {
    const mend = { expected: 'brokers that answer', todo: 'start Kafka, or correct KAFKA_BROKERS' }
    return [bad('kafka', `Kafka does not answer: ${messageOf(error)}`, mend)]
  }
}
