import type { Query, Statement } from '../database/database.ts'
import { beginningsOf, type Piece } from './pieces.ts'

export type Dimension = 'version' | 'arm' | 'market' | 'plan' | 'role' | 'locale'

/** Whose counts are asked for. null: whatever it is; '' in a fact: unknown. */
export type Whom = {
  /** '' is the people as a whole. */
  readonly flow: string
  readonly version: number | null
  readonly arm: string | null
  readonly market: string | null
  readonly plan: string | null
  readonly role: string | null
  readonly locale: string | null
  /** What they are told apart by, if anything. */
  readonly compare: Dimension | null
}

/** `label` says which part of the question the piece answers. */
export type LabelledPiece = Piece & { readonly label: number }

/** Counts of those pieces of one label, of one group of people. */
export type Sum<Of extends string, Counts> = {
  readonly of: Of
  /** What they have in common in the dimension compared; '' when nothing is compared. */
  readonly value: string
  readonly label: number
  /** Step, bin, day or beginning, where the counts are kept by such. */
  readonly key: string | null
  readonly counts: Counts
}

type Segment = { readonly id: number; readonly value: string }

const segmentsStatement = {
  name: 'figures_segments',
  text: `
    select s.id,
      case $8::text
        when 'version' then s.version::text when 'arm' then s.arm when 'market' then s.market
        when 'plan' then s.plan when 'role' then s.role when 'locale' then s.locale else ''
      end as value
    from segment s
    where s.flow = $1
      and ($2::int is null or s.version = $2) and ($3::text is null or s.arm = $3)
      and ($4::text is null or s.market = $4) and ($5::text is null or s.plan = $5)
      and ($6::text is null or s.role = $6) and ($7::text is null or s.locale = $7)`,
}

/**
 * Of more segments than these not each is looked up by itself: all that stands at the time is read. Where a segment has
 * one row or two at a time, only a few are worth it.
 */
const mostLookedUp = { oneRow: 16, manyRows: 128 }

type Part = {
  readonly of: string
  readonly table: string
  /** A column of table `c`. */
  readonly key?: string
  /** How the key is told, when not as it is. */
  readonly told?: (key: string) => string
  /** Name in the answer → column. */
  readonly counts: { readonly [name: string]: string }
  readonly where?: string
  /** Which pieces `p` it is of; absent: all. */
  readonly pieces?: string
  /** How many rows a segment has of one time. */
  readonly rows?: keyof typeof mostLookedUp
}

// `offset 0` keeps the look-up by the index that the pieces are for: the planner, who knows neither how many they are nor
// how many segments, would else read the whole table, or once for each segment.
const selectPart = (part: Part): string => {
  const { of, table, key, told, counts, where = 'true', pieces = 'true', rows = 'oneRow' } = part
  const isLookedUp = `cardinality($8::int[]) <= ${mostLookedUp[rows]}`
  const columns = [`${key === undefined ? 'null::text' : `c.${key}`} as key`]
  const sums = Object.values(counts).map((column) => `c.${column}`)
  const counted = Object.entries(counts).map(([name, column]) => `'${name}', sum(n.${column})`)
  return `
  select '${of}' as of, n.value, n.label::text::int as label, ${told?.('n.key') ?? 'n.key::text'} as key,
    json_build_object(${counted.join(', ')}) as counts
  from (
    select w.value, p.label, found.*
    from place p cross join who w
    cross join lateral (
      select ${[...columns, ...sums].join(', ')} from ${table} c
      where c.span = p.span and c.begins = p.begins and c.segment_id = w.id and ${where}
      offset 0
    ) found
    where ${pieces} and ${isLookedUp}
    union all
    select w.value, p.label, ${['key', ...Object.values(counts)].map((column) => `found.${column}`).join(', ')}
    from piece p
    cross join lateral (
      select c.segment_id, ${[...columns, ...sums].join(', ')} from ${table} c
      where c.span = p.span and c.begins >= p.since and c.begins < p.until and ${where}
      offset 0
    ) found
    join who w on w.id = found.segment_id
    where ${pieces} and not (${isLookedUp} and p.span <> 'hour')
  ) n
  group by n.value, n.label, n.key`
}

// Labels are of a type that cannot be sorted, so that the sums are made by hashing: it is several times as fast, and the
// planner, expecting few rows, takes both for the same.
const asked = `
  with place as materialized (
    select * from unnest($1::xid[], $2::text[], $3::timestamptz[]) as p (label, span, begins)
  ), piece as materialized (
    select * from unnest($4::xid[], $5::text[], $6::timestamptz[], $7::timestamptz[]) as p (label, span, since, until)
  ), who as materialized (
    select * from unnest($8::int[], $9::text[]) as s (id, value)
  )`

/** One statement for all parts of an answer, so that they are of the same moment. */
export const sumsStatement = (name: string, parts: readonly Part[]): Statement => ({
  name,
  text: `${asked} ${parts.map(selectPart).join('\n  union all')}`,
})

const iso = (ms: number): string => new Date(ms).toISOString()

/** `more` are the parameters from $10 on. */
export const readSums = async <Row>(
  query: Query,
  statement: Statement,
  { flow, version, arm, market, plan, role, locale, compare }: Whom,
  pieces: readonly LabelledPiece[],
  more: readonly (string | null)[] = [],
): Promise<Row[]> => {
  const asks = [flow, version, arm, market, plan, role, locale, compare]
  const segments = await query<Segment>(segmentsStatement, asks)
  // In an hour few of the segments have anything: there nothing is looked up.
  const places = pieces
    .filter(({ span }) => span !== 'hour')
    .flatMap((piece) => beginningsOf(piece).map((begins) => ({ ...piece, begins })))
  return query<Row>(statement, [
    places.map(({ label }) => String(label)),
    places.map(({ span }) => span),
    places.map(({ begins }) => iso(begins)),
    pieces.map(({ label }) => String(label)),
    pieces.map(({ span }) => span),
    pieces.map(({ since }) => iso(since)),
    pieces.map(({ until }) => iso(until)),
    segments.map(({ id }) => id),
    segments.map(({ value }) => value),
    ...more,
  ])
}
