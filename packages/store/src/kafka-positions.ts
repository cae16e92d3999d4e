import type { Query } from './database/database.ts'

export type KafkaPosition = {
  readonly topic: string
  readonly partition: number
  /** The offset of the record that comes next. */
  readonly nextOffset: number
}

const readStatement = {
  name: 'read_kafka_positions',
  text: `
    select topic, partition, next_offset as "nextOffset"
    from kafka_position where group_id = $1 and topic = any ($2::text[])`,
}

export const readKafkaPositions = (
  query: Query,
  groupId: string,
  topics: readonly string[],
): Promise<KafkaPosition[]> => query<KafkaPosition>(readStatement, [groupId, topics])

const beginStatement = {
  name: 'begin_kafka_position',
  text: `
    insert into kafka_position (group_id, topic, partition, next_offset) values ($1, $2, $3::int, $4::bigint)
    on conflict (group_id, topic, partition) do nothing`,
}

/** A partition that was never read before begins here; any other stays where it is. */
export const beginKafkaPosition = async (
  query: Query,
  groupId: string,
  { topic, partition, nextOffset }: KafkaPosition,
): Promise<void> => {
  await query(beginStatement, [groupId, topic, partition, nextOffset])
}

const advanceStatement = {
  name: 'advance_kafka_position',
  text: `
    update kafka_position set next_offset = $5::bigint, tries = 0
    where group_id = $1 and topic = $2 and partition = $3::int and next_offset = $4::bigint
    returning next_offset`,
}

/**
 * Moves on from `nextOffset`; false when it stands elsewhere, because another process took the records meanwhile. Until the
 * transaction ends, nobody else moves it.
 */
export const advanceKafkaPosition = async (
  query: Query,
  groupId: string,
  { topic, partition, nextOffset }: KafkaPosition,
  to: number,
): Promise<boolean> =>
  (await query(advanceStatement, [groupId, topic, partition, nextOffset, to])).length === 1

const triedStatement = {
  name: 'count_kafka_try',
  text: `
    update kafka_position set tries = tries + 1
    where group_id = $1 and topic = $2 and partition = $3::int and next_offset = $4::bigint
    returning tries`,
}

/** Counts that the record at `nextOffset` failed; answers how often by now. */
export const countKafkaTry = async (
  query: Query,
  groupId: string,
  { topic, partition, nextOffset }: KafkaPosition,
): Promise<number> => {
  const [row] = await query<{ tries: number }>(triedStatement, [groupId, topic, partition, nextOffset])
  return row?.tries ?? 0
}
