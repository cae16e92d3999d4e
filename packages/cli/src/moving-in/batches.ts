import { mostImported, type PersonInput } from '@boardwalk/contract/import'
import { onceEach, type Fields, type Understood } from './person-of.ts'
import type { Row } from './read-rows.ts'

type Refused = { readonly line: number; readonly reason: string }

/** What is sent together, and what is known of the rows that it is of. */
export type Batch = {
  readonly people: PersonInput[]
  /** Of each person, the line of their first row. */
  readonly lines: number[]
  readonly refused: Refused[]
  readonly unknown: { readonly line: number; readonly step: string }[]
  rows: number
  /** How far into the file it ends. */
  bytes: number
}

// A request may have 512 KB.
const mostBytes = 400_000

const emptyBatch = (): Batch => ({ people: [], lines: [], refused: [], unknown: [], rows: 0, bytes: 0 })

/** Rows of one person that stand together tell of one person: the first says the facts. */
const joined = (first: PersonInput, { facts, startedAt, steps = [] }: PersonInput): PersonInput => {
  const began = [first.startedAt, startedAt].filter((at) => at !== undefined).sort()[0]
  return {
    ...first,
    facts: { ...facts, ...first.facts },
    ...(began !== undefined && { startedAt: began }),
    steps: onceEach([...(first.steps ?? []), ...steps]),
  }
}

/** Rows as batches of people, leaving out the first `done` rows. A batch ends between two people. */
export async function* batchesOf(
  rows: AsyncIterable<Row>,
  understand: (fields: Fields) => Understood,
  done: number,
): AsyncGenerator<Batch> {
  let batch = emptyBatch()
  let bytes = 0
  let index = 0
  for await (const row of rows) {
    index += 1
    if (index <= done) continue
    const read = 'fields' in row ? understand(row.fields) : { reason: row.reason }
    const last = batch.people.at(-1)
    const same = 'person' in read && last?.userId === read.person.userId
    const length = 'person' in read ? Buffer.byteLength(JSON.stringify(read.person)) : 0
    const full = batch.people.length >= mostImported || bytes + length > mostBytes || batch.rows >= mostRows
    if (full && !same) {
      yield batch
      batch = emptyBatch()
      bytes = 0
    }
    batch.rows += 1
    batch.bytes = row.bytes
    bytes += length
    if ('reason' in read) {
      batch.refused.push({ line: row.line, reason: read.reason })
      continue
    }
    batch.unknown.push(...read.unknown.map((step) => ({ line: row.line, step })))
    if (same && last) batch.people[batch.people.length - 1] = joined(last, read.person)
    else {
      batch.people.push(read.person)
      batch.lines.push(row.line)
    }
  }
  if (batch.rows > 0) yield batch
}

// Of a file that nobody understands, too, something is told now and then.
const mostRows = 5000
