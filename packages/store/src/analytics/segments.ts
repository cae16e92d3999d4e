import type { Segment } from '@boardwalk/engine'
import type { Query } from '../database/database.ts'

const columns = 'flow, version, arm, market, plan, role, locale'

const asked = `
  json_to_recordset($1::json) as x (n int, flow text, version int, arm text, market text, plan text, role text, locale text)`

const findStatement = {
  name: 'find_segments',
  text: `select x.n, s.id from ${asked} join segment s using (${columns})`,
}

// Sorted, so that those who insert the same ones at a time wait for one another in one order.
const insertStatement = {
  name: 'insert_segments',
  text: `
    insert into segment (${columns})
    select ${columns} from ${asked}
    where not exists (select from segment s where (${of('s')}) = (${of('x')}))
    order by ${columns}
    on conflict do nothing`,
}

function of(table: string): string {
  return columns.replaceAll(/\w+/g, (column) => `${table}.${column}`)
}

const keyOf = ({ flow, version, arm, market, plan, role, locale }: Segment): string =>
  JSON.stringify([flow, version, arm, market, plan, role, locale])

/** The id of each of these segments; those that are new are stored. */
export const segmentIds = async (
  query: Query,
  segments: Iterable<Segment>,
): Promise<(segment: Segment) => number> => {
  const distinct = new Map<string, Segment>()
  for (const segment of new Set(segments)) distinct.set(keyOf(segment), segment)
  const keys = [...distinct.keys()]
  const rows = JSON.stringify([...distinct.values()].map((segment, n) => ({ n, ...segment })))
  const find = () => query<{ n: number; id: number }>(findStatement, [rows])
  let found = await find()
  if (found.length < keys.length) {
    await query(insertStatement, [rows])
    found = await find()
  }
  const ids = new Map(found.map(({ n, id }) => [keys[n], id]))
  // Most counts share the objects of their segments.
  const known = new WeakMap<Segment, number>()
  return (segment) => {
    const id = known.get(segment) ?? ids.get(keyOf(segment))
    if (id === undefined) throw new Error(`Segment ${keyOf(segment)} was not stored`)
    known.set(segment, id)
    return id
  }
}
