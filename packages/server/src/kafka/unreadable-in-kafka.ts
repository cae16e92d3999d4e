import { Admin, ListOffsetTimestamps } from '@platformatic/kafka'

export type Unreadable = { readonly what: string; readonly reason: string }

const reasonOf = (error: unknown): string => {
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : error
  return inner instanceof Error ? inner.message : String(inner)
}

/** Which of the topics, and whether the group, the brokers do not let us read; nothing when all is open. */
export const unreadableInKafka = async (
  brokers: readonly string[],
  groupId: string,
  topics: readonly string[],
): Promise<Unreadable[]> => {
  const admin = new Admin({ clientId: 'boardwalk', bootstrapBrokers: [...brokers], retries: 0 })
  const denied: Unreadable[] = []
  const asking = async (what: string, ask: () => Promise<unknown>): Promise<void> => {
    await ask().catch((error: unknown) => denied.push({ what, reason: reasonOf(error) }))
  }
  try {
    if (topics.length > 0)
      await asking(`the group "${groupId}"`, () => admin.describeGroups({ groups: [groupId] }))
    for (const name of topics) {
      const partitions = [{ partitionIndex: 0, timestamp: ListOffsetTimestamps.EARLIEST }]
      await asking(`the topic "${name}"`, () => admin.listOffsets({ topics: [{ name, partitions }] }))
    }
    return denied
  } finally {
    await admin.close()
  }
}
