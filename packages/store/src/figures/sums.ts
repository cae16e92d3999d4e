import type { Query, Statement } from '../database/database.ts'
import { runsOf, type Piece } from './pieces.ts'

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
      and ($6::text is null or s.role = $6) and ($7::text is null or s.locale = $7)
      and s.is_total = $9`,
}

/** Totals answer what neither asks of a fact nor compares one: they are far fewer. */
const asksOfNoFact = ({ market, plan, role, locale, compare }: Whom): boolean =>
  [market, plan, role, locale].every((fact) => fact === null) &&
  (compare === null || compare === 'version' || compare === 'arm')

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
  /** Which runs `r` it is of; absent: all. */
  readonly runs?: string
}

// `offset 0` keeps the look-up by the index that the runs are for: the planner, who knows neither how many they are nor
// how many segments, would else read the whole table.
const selectPart = (part: Part): string => {
  const { of, table, key, told, counts, where = 'true', runs = 'true' } = part
  const columns = [...new Set(['begins', ...(key === undefined ? [] : [key]), ...Object.values(counts)])]
  const keyTold = key === undefined ? 'null::text' : (told?.('n.key') ?? 'n.key::text')
  const sums = Object.entries(counts).map(([name, column]) => `'${name}', sum(n.${column})`)
  return `
  select '${of}' as of, n.value, n.label::text::int as label, ${keyTold} as key, json_build_object(${sums.join(', ')}) as counts
  from (
    select w.value, r.labels[width_bucket(found.begins, r.sinces)] as label,
      ${[`${key === undefined ? 'null' : `found.${key}`} as key`, ...Object.values(counts).map((column) => `found.${column}`)].join(', ')}
    from who w cross join run r
    cross join lateral (
      select ${columns.map((column) => `c.${column}`).join(', ')} from ${table} c
      where c.segment_id = w.id and c.span = r.span and c.begins >= r.sinces[1] and c.begins < r.until and ${where}
      offset 0
    ) found
    where ${runs}
  ) n
  group by n.value, n.label, n.key`
}

// Labels are of a type that cannot be sorted, so that the sums are made by hashing: it is several times as fast, and the
// planner, expecting few rows, takes both for the same.
const asked = `
  with run as materialized (
    select r.span, r.until, ($1::timestamptz[])[r.first:r.last] as sinces, ($2::xid[])[r.first:r.last] as labels
    from unnest($3::text[], $4::timestamptz[], $5::int[], $6::int[]) as r (span, until, first, last)
  ), who as materialized (
    select * from unnest($7::int[], $8::text[]) as s (id, value)
  )`

/** One statement for all parts of an answer, so that they are of the same moment. */
export const sumsStatement = (name: string, parts: readonly Part[]): Statement => ({
  name,
  text: `${asked} ${parts.map(selectPart).join('\n  union all')}`,
})

const iso = (ms: number): string => new Date(ms).toISOString()

/** `more` are the parameters from $9 on. */
export const readSums = async <Row>(
  query: Query,
  statement: Statement,
  whom: Whom,
  pieces: readonly LabelledPiece[],
  more: readonly (string | null)[] = [],
): Promise<Row[]> => {
  const { flow, version, arm, market, plan, role, locale, compare } = whom
  const asks = [flow, version, arm, market, plan, role, locale, compare, asksOfNoFact(whom)]
  const segments = await query<Segment>(segmentsStatement, asks)
  const runs = runsOf(pieces)
  return query<Row>(statement, [
    pieces.map(({ since }) => iso(since)),
    pieces.map(({ label }) => String(label)),
    runs.map(({ span }) => span),
    runs.map(({ until }) => iso(until)),
    runs.map(({ first }) => first + 1),
    runs.map(({ last }) => last + 1),
    segments.map(({ id }) => id),
    segments.map(({ value }) => value),
    ...more,
  ])
}
