/** Named, so that each connection parses and plans it once. A name belongs to one text for ever. */
export type Statement = { readonly name: string; readonly text: string }

/**
 * Values in: string, finite number, bigint, boolean, null, Uint8Array, arrays of those, and plain objects (sent as JSON text;
 * a JSON value that is an array must be stringified by the caller, because a JavaScript array means a PostgreSQL array).
 * Values out: see value-types.ts.
 */
export type Query = <Row>(statement: Statement, values?: readonly unknown[]) => Promise<Row[]>

/** One connection inside `begin` and `commit`. */
export type Session = {
  readonly query: Query
  /** Runs several statements separated by semicolons, without parameters: for migrations. */
  readonly script: (sql: string) => Promise<void>
}

/** Connections of this process: those open, how many of them nobody uses, who waits for one, and how many there may be. */
export type Connections = {
  readonly open: number
  readonly idle: number
  readonly waiting: number
  readonly most: number
}

export type Database = {
  readonly kind: 'embedded' | 'postgres'
  readonly schema: string
  /** Absent where there is one session and no pool. */
  readonly connections?: () => Connections
  readonly query: Query
  /**
   * Rolls back when `work` throws. Inside `work`, use the session that is passed in: calling the database itself there throws,
   * because it would wait for ever on the embedded database (one session) and on a pool that is used up.
   */
  readonly transaction: <T>(work: (session: Session) => Promise<T>) => Promise<T>
  /**
   * Wakes `onNotice` with the payload of every NOTIFY on the channel, and with '' after a reconnect, since notices may have been missed.
   * A channel is shared by all schemas of a database: callers that care put the schema into its name.
   */
  readonly listen: (channel: string, onNotice: (payload: string) => void) => Promise<() => Promise<void>>
  readonly close: () => Promise<void>
}

/** Schema and channel names are data: they are quoted wherever they enter SQL. */
export function quoteIdentifier(name: string): string {
  if (name.includes('\0')) throw new TypeError('An identifier cannot hold a NUL character')
  return `"${name.replaceAll('"', '""')}"`
}
