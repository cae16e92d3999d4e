import type { Segment } from '@boardwalk/engine'
import type { Query } from '../database/database.ts'

// Each count stands in its segment and in the total of the segment's flow, version and arm, whose facts are ''.

const columns = 'flow, version, arm, market, plan, role, locale'
const total = `x.flow, x.version, x.arm, '', '', '', ''`

const asked = `
  json_to_recordset($1::json) as x (n int, flow text, version int, arm text, market text, plan text, role text, locale text)`

function of(table: string): string {
  return columns.replaceAll(/\w+/g, (column) => `${table}.${column}`)
}

const findStatement = {
  name: 'find_segments',
  text: `
    select x.n, s.id, t.id as "totalId"
    from ${asked}
    join segment s on (${of('s')}, s.is_total) = (${of('x')}, false)
    join segment t on (${of('t')}, t.is_total) = (${total}, true)`,
}

// Sorted, so that those who insert the same ones at a time wait for one another in one order.
const insertStatement = {
  name: 'insert_segments',
  text: `
    insert into segment (${columns}, is_total)
    select * from (
      select ${of('x')}, false from ${asked} union select ${total}, true from ${asked}
    ) as x (${columns}, is_total)
    where not exists (select from segment s where (${of('s')}, s.is_total) = (${of('x')}, x.is_total))
    order by ${columns}, is_total
    on conflict do nothing`,
}

const keyOf = ({ flow, version, arm, market, plan, role, locale }: Segment): string =>
  JSON.stringify([flow, version, arm, market, plan, role, locale])

export type SegmentIds = { readonly id: number; readonly totalId: number }

/** The ids of each of these segments and of its total; those that are new are stored. */
export const segmentIds = async (
  query: Query,
  segments: Iterable<Segment>,
): Promise<(segment: Segment) => SegmentIds> => {
  const distinct = new Map<string, Segment>()
  for (const segment of new Set(segments)) distinct.set(keyOf(segment), segment)
  const keys = [...distinct.keys()]
  const rows = JSON.stringify([...distinct.values()].map((segment, n) => ({ n, ...segment })))
  const find = () => query<SegmentIds & { n: number }>(findStatement, [rows])
  let found = await find()
  if (found.length < keys.length) {
    await query(insertStatement, [rows])
    found = await find()
  }
  const ids = new Map(found.map((row) => [keys[row.n], row]))
  // Most counts share the objects of their segments.
  const known = new WeakMap<Segment, SegmentIds>()
  return (segment) => {
    const own = known.get(segment) ?? ids.get(keyOf(segment))
    if (own === undefined) throw new Error(`Segment ${keyOf(segment)} was not stored`)
    known.set(segment, own)
    return own
  }
}
