import { Admin } from '@platformatic/kafka'

/** Those of the topics that the brokers do not have; throws when none of the brokers answers. */
export const missingTopics = async (
  brokers: readonly string[],
  topics: readonly string[],
): Promise<string[]> => {
  const admin = new Admin({ clientId: 'boardwalk', bootstrapBrokers: [...brokers], retries: 0 })
  try {
    const there = new Set(await admin.listTopics())
    return topics.filter((topic) => !there.has(topic))
  } finally {
    await admin.close()
  }
}
