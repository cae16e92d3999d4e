import type { Segment } from '@boardwalk/engine'
import type { Query, Statement } from '../database/database.ts'

/** A table of counts: its columns beside `span`, `begins` and `segment_id`, by the name of the field that fills them. */
export type CountTable = {
  readonly table: string
  /** Tell rows of one time and segment apart. */
  readonly keys: { readonly [field: string]: 'text' | 'smallint' | 'boolean' }
  /** Are added up. */
  readonly numbers: readonly string[]
}

/** Beside these the fields that the table names. */
export type Countable = {
  readonly segment: Segment
  /** The full hour, in milliseconds since 1970. */
  readonly begins: number
}

const columnOf = (field: string): string => field.replaceAll(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`)

const begins = `date_trunc(span, to_timestamp(begins / 1000.0) at time zone 'UTC') at time zone 'UTC'`

/**
 * Each count in its hour, its day and its month; those of one key as one row, without those that come to nothing. In order,
 * so that two who add at a time cannot deadlock: by what differs most first, which sorts fastest.
 */
const addTo = ({ table, keys, numbers }: CountTable): Statement => {
  const own = Object.keys(keys).map(columnOf)
  const key = ['begins', 'segment_id', 'span', ...own].join(', ')
  const row = ['1', 'segment_id', 'span', ...own].join(', ')
  const sums = numbers.map(columnOf)
  const given = ['begins', 'segment_id', ...own, ...sums].join(', ')
  const types = ['double precision', 'int', ...Object.values(keys), ...sums.map(() => 'int')]
  const arrays = types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')
  return {
    name: `add_counts_to_${table}`,
    text: `
      insert into ${table} as c (${key}, ${sums.join(', ')})
      select ${[begins, 'segment_id', 'span', ...own, ...sums.map((column) => `sum(${column})`)].join(', ')}
      from unnest(${arrays}) as x (${given}), (values ('day'), ('hour'), ('month')) as s (span)
      group by ${row}
      having ${sums.map((column) => `sum(${column}) <> 0`).join(' or ')}
      order by ${row}
      on conflict (${key}) do update set
        ${sums.map((column) => `${column} = c.${column} + excluded.${column}`).join(', ')}`,
  }
}

/** What adds counts to such a table, to what stands for their hour, their day and their month. */
export const adder = (table: CountTable) => {
  const statement = addTo(table)
  const fields = [...Object.keys(table.keys), ...table.numbers]
  return async (
    query: Query,
    counts: readonly Countable[],
    idOf: (segment: Segment) => number,
  ): Promise<void> => {
    await query(statement, [
      counts.map((count) => count.begins),
      counts.map(({ segment }) => idOf(segment)),
      ...fields.map((field) => counts.map((count) => Reflect.get(count, field) as unknown)),
    ])
  }
}
