/** A record as it came from Kafka. */
export type Received = {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Null for a record without a value (a tombstone). */
  readonly value: Buffer | null
  readonly headers: readonly (readonly [name: Buffer, value: Buffer])[]
}
