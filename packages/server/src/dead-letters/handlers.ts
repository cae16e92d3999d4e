import type { EventSource } from '@boardwalk/contract'
import {
  deadLetterFailedAgain,
  deleteDeadLetter,
  listDeadLetters,
  lockDeadLetter,
  readDeadLetter,
  type DeadLetter,
  type Query,
} from '@boardwalk/store'
import { pageOf, positionAfter } from '../http/cursor.ts'
import { Failure } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'
import type { Received } from '../kafka/received.ts'
import { endOf, journeyOf, readFrom } from '../kafka/take-records.ts'
import type { Road } from '../road/road.ts'
import { presentDeadLetter, presentWithHeaders } from './present-dead-letter.ts'

type Served = Pick<Handlers, 'listDeadLetters' | 'getDeadLetter' | 'replayDeadLetter' | 'deleteDeadLetter'>

export type DeadLetterSurroundings = {
  readonly query: Query
  readonly road: Road
  /** The sources of now, by topic. */
  readonly sources: ReadonlyMap<string, EventSource>
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

const notFound = (id: number): Failure =>
  new Failure('dead_letter_not_found', `There is no dead letter "${id}"; it may have been taken meanwhile.`)

const recordOf = ({ topic, partition, offset, payload, headers }: DeadLetter): Received => ({
  topic,
  partition,
  offset,
  value: payload && Buffer.from(payload),
  headers: headers.map(([name, value]) => [
    Buffer.from(name),
    typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.base64, 'base64'),
  ]),
})

type Replayed = 'applied' | 'duplicate' | { readonly reason: string } | undefined

/** Takes a dead letter as if it came now; taken, or of somebody erased, it is gone. Undefined when there is none. */
const replay = ({ road, sources, clock }: DeadLetterSurroundings, id: number): Promise<Replayed | 'erased'> =>
  road.inTransaction(async ({ query }, travel) => {
    const letter = await lockDeadLetter(query, id)
    if (letter === undefined) return undefined
    const record = recordOf(letter)
    const read = letter.truncated
      ? { reason: 'It was too long to be kept whole.' }
      : readFrom(sources.get(letter.topic), record, clock())
    const [outcome] = 'event' in read ? await travel([journeyOf(read, record)]) : []
    const end = 'event' in read && outcome ? endOf(outcome, read.event.userId) : read
    if (typeof end === 'string') {
      await deleteDeadLetter(query, id)
      return end
    }
    const reason = typeof end === 'object' && 'reason' in end ? end.reason : 'It has no effect.'
    await deadLetterFailedAgain(query, id, reason)
    return { reason }
  })

export const deadLetterHandlers = (surroundings: DeadLetterSurroundings): Served => {
  const { query } = surroundings
  return {
    listDeadLetters: async ({ query: { limit, cursor } }) => {
      const after = Number(positionAfter(cursor, /^\d{1,15}$/) ?? 0)
      const page = pageOf(await listDeadLetters(query, after, limit + 1), limit, ({ id }) => String(id))
      return { status: 200, body: { ...page, items: page.items.map(presentDeadLetter) } }
    },
    getDeadLetter: async ({ path: { id } }) => {
      const letter = await readDeadLetter(query, id)
      if (letter === undefined) throw notFound(id)
      return { status: 200, body: presentWithHeaders(letter) }
    },
    replayDeadLetter: async ({ path: { id } }) => {
      const replayed = await replay(surroundings, id)
      if (replayed === undefined) throw notFound(id)
      if (replayed === 'erased')
        throw new Failure('person_erased', 'It is about a person who was erased, so it was removed.')
      if (typeof replayed === 'string') return { status: 200, body: { outcome: replayed } }
      throw new Failure('still_unreadable', `The record cannot be taken: ${replayed.reason}`)
    },
    deleteDeadLetter: async ({ path: { id } }) => {
      if (await deleteDeadLetter(query, id)) return { status: 204, body: null }
      throw notFound(id)
    },
  }
}
