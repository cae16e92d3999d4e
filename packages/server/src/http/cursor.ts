import { problemAt } from '@boardwalk/contract'
import { Failure } from './reply.ts'

/** A `nextCursor`. */
export const encodePosition = (position: string): string => Buffer.from(position).toString('base64url')

/** Where the page before ended; `undefined` for the first page. Only what a `nextCursor` said is a cursor. */
export const positionAfter = (cursor: string | undefined, shape: RegExp): string | undefined => {
  if (cursor === undefined) return undefined
  const position = Buffer.from(cursor, 'base64url').toString()
  if (shape.test(position) && encodePosition(position) === cursor) return position
  const problem = problemAt({ cursor }, ['cursor'], 'the nextCursor of an earlier answer')
  throw new Failure('invalid_request', `The query does not fit. ${problem.message}`, { problems: [problem] })
}

/** A page of rows read one longer than asked, so that the last page is known to be the last. */
export const pageOf = <Row>(rows: readonly Row[], limit: number, position: (row: Row) => string) => {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items,
    nextCursor: rows.length > limit && last !== undefined ? encodePosition(position(last)) : undefined,
  }
}
