import { addErasures, erasureKey, listErasures, replayErasures, type Database } from '@boardwalk/store'
import type { Announcer } from '../following/announce.ts'
import { encodePosition, pageOf, positionAfter } from '../http/cursor.ts'
import { Failure } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'

type Served = Pick<Handlers, 'listErasures' | 'addErasures' | 'replayErasures'>

/** Looked at in one request: their ids are hashed with the key, a few microseconds each. */
const mostLookedAt = 10_000

export const erasureHandlers = (database: Database, { changed }: Pick<Announcer, 'changed'>): Served => ({
  listErasures: async ({ query: { limit, cursor } }) => {
    const after = positionAfter(cursor, /^[0-9a-f]{64}$/) ?? ''
    const rows = await listErasures(database.query, after, limit + 1)
    const { items, nextCursor } = pageOf(rows, limit, ({ subject }) => subject)
    const told = items.map(({ readmittedAt, ...row }) =>
      readmittedAt === null ? row : { ...row, readmittedAt },
    )
    return { status: 200, body: { key: await erasureKey(database.query), items: told, nextCursor } }
  },
  addErasures: async ({ body: { key, erasures } }) => {
    if (key !== (await erasureKey(database.query))) {
      const message =
        'The list was made with the key of another database, or of this one before it had its key. Nobody in it can be told from others here.'
      throw new Failure('erasure_key_differs', message)
    }
    const rows = erasures.map(({ readmittedAt = null, ...row }) => ({ ...row, readmittedAt }))
    return { status: 200, body: { added: await addErasures(database.query, rows) } }
  },
  replayErasures: async ({ body }) => {
    const after = positionAfter(body.cursor, /^\d{1,15}$/) ?? '0'
    const { erased, last } = await replayErasures(database, after, mostLookedAt)
    if (erased > 0) changed('everybody')
    return { status: 200, body: { erased, nextCursor: last === null ? undefined : encodePosition(last) } }
  },
})
