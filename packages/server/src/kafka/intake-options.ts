import type { EventSource, EventSourceGiven } from '@boardwalk/contract'
import { expectedName, isName, loop } from './names.ts'
import { checkedSources } from './read-sources.ts'

export type KafkaOptions = {
  /** Addresses such as `kafka-1.example:9092`; one that answers is enough to find the others. */
  readonly brokers: readonly string[]
  /** All processes of one name share the work, and go on where the others ended; default `boardwalk`. */
  readonly groupId?: string
  /** The topics that are read, and where in their records is what; absent: none. */
  readonly sources?: readonly EventSourceGiven[]
  /** Where all that happens is told, as CloudEvents with the user id as key, from the first start with it on. */
  readonly publish?: { readonly topic: string }
  /** A process that is silent for so long loses its partitions to the others; default 10,000, at least 1,000. */
  readonly sessionMs?: number
}

export type IntakeOptions = {
  readonly brokers: readonly string[]
  readonly groupId: string
  readonly sources: readonly EventSource[]
  readonly sessionMs: number
}

/** The options made complete; throws an error that says what is wrong where. */
export const intakeOptions = ({
  brokers,
  groupId = 'boardwalk',
  sources = [],
  publish,
  sessionMs = 10_000,
}: KafkaOptions): IntakeOptions => {
  if (brokers.length === 0) throw new TypeError('kafka.brokers is empty, expected at least one address.')
  if (!isName(groupId))
    throw new TypeError(`kafka.groupId is ${JSON.stringify(groupId)}, expected ${expectedName}.`)
  if (publish && sources.some(({ topic }) => topic === publish.topic))
    throw new TypeError(loop(publish.topic))
  return { brokers, groupId, sources: checkedSources(sources), sessionMs }
}

export const sourcesByTopic = (options: IntakeOptions | undefined): ReadonlyMap<string, EventSource> =>
  new Map((options?.sources ?? []).map((source) => [source.topic, source]))
