import type { ExperimentDocument } from '@boardwalk/engine'
import type { Query } from './database/database.ts'

export const outcomes = ['completed', 'skipped', 'resumed', 'activated'] as const
export type Outcome = (typeof outcomes)[number]

/** What became of the people who came into one arm in one phase. */
export type ArmSums = {
  readonly phase: number
  readonly arm: string
  readonly people: number
  /** People, or accounts when those come into arms as a whole. */
  readonly units: number
  /** People whose window is over. */
  readonly matured: number
  /** Units with somebody matured. */
  readonly maturedUnits: number
  /** People, until now. */
  readonly soFar: { readonly [Name in Outcome]: number }
  /** Of the matured people, those to whom it happened within their window. */
  readonly inTime: { readonly [Name in Outcome]: number }
  /** Over the units with somebody matured: the sum of each one's share to whom it happened in time, and of its square. */
  readonly sums: { readonly [Name in Outcome]: number }
  readonly squares: { readonly [Name in Outcome]: number }
}

/** How many were through, or still on the way, after a time of this bin (1.01^n milliseconds). */
export type ArmTimes = {
  readonly arm: string
  readonly bin: number
  readonly events: number
  readonly censored: number
}

export type ExperimentSums = {
  readonly arms: readonly ArmSums[]
  readonly times: readonly ArmTimes[]
  readonly testersLeftOut: number
  readonly conflicts: number
}

const eachOutcome = (told: (name: Outcome) => string): string =>
  `json_build_object(${outcomes.map((name) => `'${name}', ${told(name)}`).join(', ')})`

// All of one statement, so that every figure is of the same moment. `$2` arms and `$3` their flows; `$6`: accounts.
const resultsStatement = {
  name: 'experiment_results',
  text: `
    with met as materialized (
      select s.arm, s.phase, s.person_id, s.exposed_at,
        s.exposed_at + $7::double precision * interval '1 millisecond' as until,
        s.source = 'tester' or p.user_id = any ($4::text[]) as is_tester,
        case when $6::boolean then coalesce(s.account_id, '') else s.person_id::text end as unit,
        s.conflict or coalesce(a.arm <> s.arm, false) as conflicts
      from assignment s
      join person p on p.id = s.person_id
      left join assignment a on $6::boolean and a.unit = p.account_id and a.experiment = s.experiment and a.kind = 'account'
      where s.experiment = $1 and s.kind = 'user'
    ),
    activation as materialized (
      select v.flow, v.version, step ->> 'id' as step_id
      from flow_version v
      cross join jsonb_path_query_first(v.document, '$.steps[*] ? (@.activation == true)') as step
      where v.flow = any ($3::text[])
    ),
    -- Joined rather than looked up one by one: with many people, one pass over what happened is faster.
    outcome as materialized (
      select m.phase, m.arm, m.unit, m.exposed_at, m.until, m.until <= $5::timestamptz as matured,
        min(h.at) filter (where h.type = 'onboarding.completed') as completed,
        min(h.at) filter (where h.type in ('onboarding.skipped', 'onboarding.step_skipped')) as skipped,
        min(h.at) filter (where h.type = 'onboarding.resumed') as resumed,
        min(h.done_at) filter (where h.done_at >= m.exposed_at and a.step_id is not null) as activated
      from met m
      join unnest($2::text[], $3::text[]) as arm (id, flow) on arm.id = m.arm
      left join (
        -- Done by themselves or by a colleague, perhaps before that was told.
        select person_id, flow, version, step_id, type, at,
          case
            when type = 'onboarding.step_completed' then at
            when type = 'onboarding.step_shared' and data ->> 'status' is distinct from 'skipped'
              then (data ->> 'settledAt')::timestamptz
          end as done_at
        from happening
        where type in ('onboarding.completed', 'onboarding.skipped', 'onboarding.step_skipped', 'onboarding.resumed',
          'onboarding.step_completed', 'onboarding.step_shared')
      ) h on h.person_id = m.person_id and h.flow = arm.flow and h.at >= m.exposed_at
      left join activation a on a.flow = h.flow and a.version = h.version and a.step_id = h.step_id
      where not m.is_tester
      group by m.person_id, m.phase, m.arm, m.unit, m.exposed_at, m.until
    ),
    unit as (
      select phase, arm, unit, count(*) as people, count(*) filter (where matured) as matured,
        ${outcomes
          .map(
            (name) =>
              `count(${name}) as ${name}, count(*) filter (where matured and ${name} < until) as ${name}_in_time`,
          )
          .join(',\n        ')}
      from outcome
      group by phase, arm, unit
    ),
    sums as (
      select phase, arm, sum(people)::bigint as people, count(*) as units, sum(matured)::bigint as matured,
        count(*) filter (where matured > 0) as matured_units,
        ${outcomes
          .map(
            (name) => `sum(${name})::bigint as ${name}, sum(${name}_in_time)::bigint as ${name}_in_time,
        coalesce(sum(${name}_in_time / nullif(matured, 0)::double precision), 0) as ${name}_sum,
        coalesce(sum(power(${name}_in_time / nullif(matured, 0)::double precision, 2)), 0) as ${name}_squares`,
          )
          .join(',\n        ')}
      from unit
      group by phase, arm
    ),
    times as (
      select arm, floor(ln(greatest(1, ms)) / ln(1.01::double precision))::int as bin,
        count(*) filter (where is_through) as events, count(*) filter (where not is_through) as censored
      from (
        select arm, completed is not null as is_through,
          date_part('epoch', coalesce(completed, $5::timestamptz) - exposed_at) * 1000 as ms
        from outcome
      ) taken
      group by arm, bin
    )
    select
      (
        select coalesce(json_agg(json_build_object('phase', phase, 'arm', arm, 'people', people, 'units', units,
          'matured', matured, 'maturedUnits', matured_units,
          'soFar', ${eachOutcome((name) => name)},
          'inTime', ${eachOutcome((name) => `${name}_in_time`)},
          'sums', ${eachOutcome((name) => `${name}_sum`)},
          'squares', ${eachOutcome((name) => `${name}_squares`)}) order by phase, arm), '[]')
        from sums
      ) as arms,
      (
        select coalesce(json_agg(json_build_object('arm', arm, 'bin', bin, 'events', events, 'censored', censored)), '[]')
        from times
      ) as times,
      (select count(*)::int from met where is_tester) as "testersLeftOut",
      (select count(*)::int from met where conflicts and not is_tester) as conflicts`,
}

/** What became of everybody in the ledger, as of `now`; the people of today's list of testers are left out. */
export const readExperimentSums = async (
  query: Query,
  { id, arms, flow, testers = {}, unit }: ExperimentDocument,
  now: number,
  windowMs: number,
): Promise<ExperimentSums> => {
  const [sums] = await query<ExperimentSums>(resultsStatement, [
    id,
    arms.map((arm) => arm.id),
    arms.map((arm) => arm.flow ?? flow),
    Object.keys(testers),
    new Date(now).toISOString(),
    unit === 'account',
    windowMs,
  ])
  return sums ?? { arms: [], times: [], testersLeftOut: 0, conflicts: 0 }
}
