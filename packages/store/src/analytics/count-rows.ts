import type { Segment } from '@boardwalk/engine'
import type { Query, Statement } from '../database/database.ts'
import type { SegmentIds } from './segments.ts'

/** A table of counts: its columns beside `span`, `begins` and `segment_id`, by the name of the field that fills them. */
export type CountTable = {
  readonly table: string
  /** Tell rows of one time and segment apart. */
  readonly keys: { readonly [field: string]: 'text' | 'smallint' | 'boolean' }
  /** Are added up. */
  readonly numbers: readonly string[]
  /** A field from 0 up to `last`: the number of each stands in a column of its own, empty for none. */
  readonly across?: { readonly field: string; readonly last: number }
}

/** Beside these the fields that the table names. */
export type Countable = {
  readonly segment: Segment
  /** The full hour, in milliseconds since 1970. */
  readonly begins: number
}

const columnOf = (field: string): string => field.replaceAll(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`)

const begins = `date_trunc(span, to_timestamp(begins / 1000.0) at time zone 'UTC') at time zone 'UTC'`

export const columnsAcross = ({ field, last }: NonNullable<CountTable['across']>): string[] =>
  Array.from({ length: last + 1 }, (_, n) => `${field}_${n}`)

/**
 * Each count in its hour, its day and its month, of its segment and of the total; those of one key as one row, without those
 * that come to nothing. In order, so that two who add at a time cannot deadlock: by what differs most first, which sorts
 * fastest.
 */
const addTo = ({ table, keys, numbers, across }: CountTable): Statement => {
  const own = Object.keys(keys).map(columnOf)
  const key = ['begins', 'segment_id', 'span', ...own].join(', ')
  const row = ['1', 'segment_id', 'span', ...own].join(', ')
  const given = ['begins', 'own_id', 'total_id', ...own]
  const told = [...(across ? [across.field] : []), ...numbers.map(columnOf)]
  const types = ['double precision', 'int', 'int', ...Object.values(keys), ...told.map(() => 'int')]
  const arrays = types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')
  const rows = `unnest(${arrays}) as x (${[...given, ...told].join(', ')})`
  const sums = across ? columnsAcross(across) : told
  const spread = sums.map(
    (column, n) => `(sum(${told[1]}) filter (where ${told[0]} = ${n}))::int as ${column}`,
  )
  const source = across
    ? `(select ${[...given, ...spread].join(', ')} from ${rows} group by ${given.join(', ')}) x`
    : rows
  const added = (column: string): string =>
    across
      ? `nullif(coalesce(c.${column}, 0) + coalesce(excluded.${column}, 0), 0)`
      : `c.${column} + excluded.${column}`
  return {
    name: `add_counts_to_${table}`,
    text: `
      insert into ${table} as c (${key}, ${sums.join(', ')})
      select ${[begins, 'segment_id', 'span', ...own, ...sums.map((column) => `sum(${column})`)].join(', ')}
      from ${source}, (values ('day'), ('hour'), ('month')) as s (span),
        lateral (values (own_id), (total_id)) as w (segment_id)
      group by ${row}
      having ${sums.map((column) => `sum(${column}) <> 0`).join(' or ')}
      order by ${row}
      on conflict (${key}) do update set
        ${sums.map((column) => `${column} = ${added(column)}`).join(', ')}`,
  }
}

/** What adds counts to such a table. */
export const adder = (table: CountTable) => {
  const statement = addTo(table)
  const fields = [...Object.keys(table.keys), ...(table.across ? [table.across.field] : []), ...table.numbers]
  return async (
    query: Query,
    counts: readonly Countable[],
    idsOf: (segment: Segment) => SegmentIds,
  ): Promise<void> => {
    const ids = counts.map(({ segment }) => idsOf(segment))
    await query(statement, [
      counts.map((count) => count.begins),
      ids.map(({ id }) => id),
      ids.map(({ totalId }) => totalId),
      ...fields.map((field) => counts.map((count) => Reflect.get(count, field) as unknown)),
    ])
  }
}
