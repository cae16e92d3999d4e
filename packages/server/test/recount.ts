import { countsOf, emptyTally, foldTold, type Count, type Tally, type Told } from '@boardwalk/engine'
import type { Database } from '@boardwalk/store'

type Kind = Count['of']

/** What tells the rows of a table apart beside span, time and segment, and what is added up: fields and their columns. */
const columns: { readonly [Of in Kind]: { readonly keys: string[]; readonly numbers: string[] } } = {
  journey: { keys: [], numbers: ['enrolled', 'completed', 'skipped', 'signed_up'] },
  step: { keys: ['step_id'], numbers: ['offered', 'reached', 'done', 'skipped', 'in_order'] },
  duration: { keys: ['measure', 'bin'], numbers: ['people'] },
  value: { keys: ['event'], numbers: ['people', 'within_day', 'within_week', 'on_day_1', 'on_day_7'] },
  return: { keys: ['day'], numbers: ['people'] },
  nudge: { keys: [], numbers: ['shown', 'snoozed', 'dismissed'] },
  block: { keys: ['step_id'], numbers: ['blocked', 'recovered'] },
}
const kinds = Object.keys(columns) as Kind[]
const fields: { readonly [column: string]: string } = {
  signed_up: 'signedUp',
  step_id: 'stepId',
  in_order: 'inOrder',
  within_day: 'withinDay',
  within_week: 'withinWeek',
  on_day_1: 'onDay1',
  on_day_7: 'onDay7',
}

/** Every row that is not zero: what it is about → its numbers. */
export type Figures = { readonly [row: string]: readonly number[] }

const sorted = (rows: ReadonlyMap<string, readonly number[]>): Figures =>
  Object.fromEntries(
    [...rows].filter(([, sums]) => sums.some((sum) => sum !== 0)).sort(([a], [b]) => (a < b ? -1 : 1)),
  )

// Of 'YYYY-MM-DDTHH', so much names the span.
const spans = { hour: 13, day: 10, month: 7 }

const figuresOf = (counts: readonly Count[]): Figures => {
  const rows = new Map<string, number[]>()
  for (const count of counts) {
    const { keys, numbers } = columns[count.of]
    const { flow, version, arm, market, plan, role, locale } = count.segment
    const told = (column: string): unknown => Reflect.get(count, fields[column] ?? column)
    for (const [span, length] of Object.entries(spans)) {
      const begins = new Date(count.begins).toISOString().slice(0, length)
      const segment = [flow, version, arm, market, plan, role, locale]
      const row = JSON.stringify([count.of, span, begins, segment, keys.map(told)])
      const sums = rows.get(row) ?? numbers.map(() => 0)
      rows.set(
        row,
        numbers.map((column, index) => (sums[index] ?? 0) + Number(told(column))),
      )
    }
  }
  return sorted(rows)
}

const lineage = (id: string): string => `coalesce(v.lineages ->> ${id}, ${id})`

const countsIn = async ({ query }: Database, table: string, whose = 'true'): Promise<Count[]> => {
  const history = await query<Told & { person: number }>({
    name: `recount_${table}`,
    text: `
      select h.person_id as person, h.type, h.flow, h.version, ${lineage('h.step_id')} as "stepId",
        coalesce(v.document -> 'steps' @> jsonb_build_array(jsonb_build_object('id', h.step_id, 'activation', true)), false)
          as "isActivation",
        (extract(epoch from h.at) * 1000)::bigint as at,
        case when h.type <> 'onboarding.offered' then h.data else h.data || jsonb_build_object('steps', (
          select jsonb_agg(${lineage('s.id')} order by s.n)
          from jsonb_array_elements_text(h.data -> 'steps') with ordinality as s (id, n))) end as data
      from ${table} h left join flow_version v on v.flow = h.flow and v.version = h.version
      where h.person_id is not null and ${whose}
      order by h.xid, h.seq`,
  })
  const tallies = new Map<number, Tally>()
  const counts: Count[] = []
  for (const { person, ...told } of history) {
    const folded = foldTold(tallies.get(person) ?? emptyTally, told)
    tallies.set(person, folded.tally)
    counts.push(...folded.counts)
  }
  return [...counts, ...[...tallies.values()].flatMap((tally) => countsOf(tally))]
}

/** All counts of the history, from its beginning, one person after another. */
export const recount = async (database: Database): Promise<Figures> =>
  figuresOf(await countsIn(database, 'happening'))

/** What erased people leave: counts of nobody known, by the day. */
const left = (count: Count): Count => {
  const { flow, version, arm } = count.segment
  return {
    ...count,
    segment: { flow, version, arm, market: '', plan: '', role: '', locale: '' },
    begins: Date.parse(`${new Date(count.begins).toISOString().slice(0, 10)}T00:00Z`),
  }
}

/** What all that stands in the history would leave. */
export const recountLeft = async (database: Database): Promise<Figures> =>
  figuresOf((await countsIn(database, 'happening')).map(left))

/** Of everybody who ever was, as the ledger tells: also of erased people what they leave. */
export const recountLedger = async (database: Database): Promise<Figures> => {
  const isGone = 'not exists (select from person p where p.id = h.person_id)'
  const gone = await countsIn(database, 'ledger', isGone)
  return figuresOf([...(await countsIn(database, 'happening')), ...gone.map(left)])
}

const days = Array.from({ length: 31 }, (_, day) => day)
const byDay = `(select r.*, d.day, d.people from return_count r, lateral (values ${days.map((day) => `(${day}, r.day_${day})`).join(', ')}) d (day, people) where d.people <> 0)`
const tableOf = (of: Kind): string => (of === 'return' ? byDay : `${of}_count`)

/** What the tables say of each kind of people, of those whom `which` picks. */
export const figuresStored = async ({ query }: Database, which = 'true'): Promise<Figures> => {
  const rows = new Map<string, number[]>()
  for (const of of kinds) {
    const { keys, numbers } = columns[of]
    const found = await query<{ row: unknown[]; sums: number[] }>({
      name: `stored_${of} ${which}`,
      text: `
        select json_build_array('${of}', c.span,
          left(to_char(c.begins at time zone 'UTC', 'YYYY-MM-DD"T"HH24'), case c.span when 'hour' then 13 when 'day' then 10 else 7 end),
          json_build_array(s.flow, s.version, s.arm, s.market, s.plan, s.role, s.locale),
          json_build_array(${keys.map((key) => `c.${key}`).join(', ')})) as row,
          array[${numbers.map((number) => `sum(c.${number})`).join(', ')}]::bigint[] as sums
        from ${tableOf(of)} c join segment s on s.id = c.segment_id
        where not s.is_total and ${which}
        group by ${['s.id', 'c.span', 'c.begins', ...keys.map((key) => `c.${key}`)].join(', ')}`,
    })
    for (const { row, sums } of found) rows.set(JSON.stringify(row), sums)
  }
  return sorted(rows)
}

/** Where a total is not what its segments come to. */
export const totalsAmiss = async ({ query }: Database): Promise<object[]> => {
  const amiss = [...kinds, 'check' as const].map((of) => {
    const { keys, numbers } = of === 'check' ? { keys: [], numbers: ['checked'] } : columns[of]
    const told = [
      'c.span',
      'c.begins',
      ...keys.map((key) => `c.${key}`),
      ...(of === 'check' ? [] : ['c.erased']),
    ]
    return query<object>({
      name: `amiss_${of}`,
      text: `
        select '${of}' as of, s.flow, s.version, s.arm, ${told.join(', ')}, count(*) as rows
        from ${of === 'check' ? 'check_count' : tableOf(of)} c join segment s on s.id = c.segment_id
        group by s.flow, s.version, s.arm, ${told.join(', ')}
        having ${numbers.map((number) => `sum(case when s.is_total then -c.${number} else c.${number} end) <> 0`).join(' or ')}`,
    })
  })
  return (await Promise.all(amiss)).flat()
}

/** From now on every happening also stands in a table that no erasure empties. */
export const keepLedger = async ({ transaction }: Database): Promise<void> => {
  await transaction(({ script }) =>
    script(`
      create table ledger (like happening);
      create function keep() returns trigger language plpgsql as 'begin insert into ledger values (new.*); return null; end';
      create trigger keep after insert on happening for each row execute function keep();`),
  )
}

const waiting = {
  name: 'not_counted_yet',
  text: `
    select count(*) as n from happening h, reader r
    where r.name = 'analytics' and (h.xid, h.seq) > (r.xid, r.seq)`,
}

export const notCountedYet = async ({ query }: Database): Promise<number> =>
  (await query<{ n: number }>(waiting))[0]?.n ?? -1
