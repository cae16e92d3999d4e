import type { Query } from '../database/database.ts'

const statement = {
  name: 'figures_events_counted',
  text: `
    select c.event from value_count c
    where c.span = 'month'
    group by c.event
    having sum(c.people) > 0
    order by c.event <> $1, c.event
    limit $2::int`,
}

/** The names of events of value that anybody ever did, this one first if it is among them, then by name. */
export const readEventsCounted = async (query: Query, event: string, limit: number): Promise<string[]> =>
  (await query<{ event: string }>(statement, [event, limit])).map((row) => row.event)
