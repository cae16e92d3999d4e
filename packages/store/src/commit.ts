import { isDeepStrictEqual } from 'node:util'
import type { Assignment, Consent, Enrolment, Happening, Person, StepState } from '@boardwalk/engine'
import type { Query } from './database/database.ts'
import type { Loaded, SavedAnswer } from './load.ts'
import { isErased, subjectOf } from './privacy/subject.ts'

/** Something that happened, with the moment and the request it came from. */
export type Record = Happening & { readonly at: number; readonly correlationId: string }

/** One person's decided change: what was loaded, what it became, what happened on the way. */
export type Change = {
  readonly before: Loaded
  readonly after: Person
  readonly records: readonly Record[]
  readonly answers: readonly SavedAnswer[]
  /** What they said of being observed, each time that it changed. */
  readonly consents?: readonly (Consent & { readonly correlationId: string })[]
  /** Milliseconds since 1970. */
  readonly now: number
}

const time = (column: string): string => `to_timestamp(${column} / 1000.0)`

/**
 * The whole change in one statement, for many people at once. An item wins when the revisions it was decided on still
 * stand, the person's and those of the account's flows that it changes; otherwise nothing of it is written. (Bumping an
 * account's revision without effect, when only the person's was lost, is harmless: others decide again.)
 *
 * Locks are taken in one order everywhere, accounts before people and each sorted, so that overlapping batches of
 * several processes cannot deadlock; the count over the first makes PostgreSQL finish it before it starts the second.
 * People are looked up one by one and updated where they were found: joined by a key, PostgreSQL reads the whole table for
 * a few of them until it is large.
 */
export const commitStatement = {
  name: 'commit_changes',
  text: `
    with person_item as (
      select * from json_to_recordset($1::json) as x (
        n int, user_id text, revision bigint, account_id text, facts jsonb, remembered jsonb, consent jsonb,
        now double precision)
    ),
    account_item as (
      select * from json_to_recordset($2::json) as x (n int, account_id text, flow text, revision bigint)
    ),
    account_won as (
      insert into account_flow as f (account_id, flow, revision)
      select account_id, flow, revision + 1 from account_item order by account_id, flow
      on conflict (account_id, flow) do update set revision = excluded.revision
      where f.revision = excluded.revision - 1
      returning f.account_id, f.flow
    ),
    entitled as materialized (
      select i.* from person_item i
      where (select count(*) from account_won) >= 0
        and not exists (
          select 1 from account_item a
          where a.n = i.n
            and not exists (select 1 from account_won w where w.account_id = a.account_id and w.flow = a.flow))
    ),
    locked as materialized (
      select p.ctid, i.n
      from (select n, user_id, revision from entitled order by user_id) i
      cross join lateral (
        select ctid from person where user_id = i.user_id and revision = i.revision for update
      ) p
    ),
    updated as (
      update person p
      set revision = p.revision + 1, account_id = i.account_id, facts = coalesce(i.facts, p.facts),
        remembered = case when i.remembered is null then p.remembered else coalesce(p.remembered, '[]') || i.remembered end,
        consent = coalesce(i.consent, p.consent)
      from locked l join entitled i on i.n = l.n
      where p.ctid = l.ctid
      returning p.id, l.n
    ),
    inserted as (
      insert into person (user_id, revision, account_id, facts, remembered, consent, created_at)
      -- Whoever comes back does so after they were erased, whatever the clock here says.
      select user_id, 1, account_id, facts, remembered, consent, greatest(${time('now')}, (
        select x.erased_at + interval '1 microsecond' from erasure x where x.subject = ${subjectOf('e.user_id')}))
      from entitled e
      where revision = 0
        and not ${isErased('e.user_id')}
      order by user_id
      on conflict (user_id) do nothing
      returning id, user_id
    ),
    won as materialized (
      select n, id from updated
      union all
      select i.n, p.id from inserted p join person_item i on i.user_id = p.user_id
    ),
    enrolments as (
      insert into enrolment (person_id, flow, version, arm, status, started_at, completed_at, skipped_at, snooze_count,
        snoozed_until, snoozed_at, snoozed_until_before, nudge_dismissed_at, nudge_dismissed_in, guide_dismissed_at, welcome_seen_at,
        publication, restarted_at)
      select won.id, x.flow, x.version, x.arm, x.status, ${time('x.started_at')}, ${time('x.completed_at')},
        ${time('x.skipped_at')}, x.snooze_count, ${time('x.snoozed_until')}, ${time('x.snoozed_at')},
        ${time('x.snoozed_until_before')}, ${time('x.nudge_dismissed_at')}, x.nudge_dismissed_in,
        ${time('x.guide_dismissed_at')}, ${time('x.welcome_seen_at')}, x.publication, ${time('x.restarted_at')}
      from json_to_recordset($3::json) as x (
        n int, flow text, version int, arm text, status text, started_at double precision, completed_at double precision,
        skipped_at double precision, snooze_count int, snoozed_until double precision, snoozed_at double precision,
        snoozed_until_before double precision, nudge_dismissed_at double precision, nudge_dismissed_in int,
        guide_dismissed_at double precision, welcome_seen_at double precision, publication bigint,
        restarted_at double precision)
      join won on won.n = x.n
      on conflict (person_id, flow) do update set
        version = excluded.version, arm = excluded.arm, status = excluded.status, completed_at = excluded.completed_at,
        skipped_at = excluded.skipped_at, snooze_count = excluded.snooze_count, snoozed_until = excluded.snoozed_until,
        snoozed_at = excluded.snoozed_at, snoozed_until_before = excluded.snoozed_until_before,
        nudge_dismissed_at = excluded.nudge_dismissed_at, nudge_dismissed_in = excluded.nudge_dismissed_in,
        guide_dismissed_at = excluded.guide_dismissed_at, welcome_seen_at = excluded.welcome_seen_at,
        publication = excluded.publication, restarted_at = excluded.restarted_at
    ),
    steps as (
      insert into step_state (person_id, flow, step_id, step_version, status, offered_at, reached_at, settled_at, settled_by, source, reason, metadata)
      select won.id, x.flow, x.step_id, x.step_version, x.status, ${time('x.offered_at')}, ${time('x.reached_at')},
        ${time('x.settled_at')}, x.settled_by, x.source, x.reason, x.metadata
      from json_to_recordset($4::json) as x (
        n int, flow text, step_id text, step_version int, status text, offered_at double precision,
        reached_at double precision, settled_at double precision, settled_by text, source text, reason text, metadata jsonb)
      join won on won.n = x.n
      on conflict (person_id, flow, step_id, step_version) do update set
        status = excluded.status, offered_at = excluded.offered_at, reached_at = excluded.reached_at,
        settled_at = excluded.settled_at, settled_by = excluded.settled_by, source = excluded.source,
        reason = excluded.reason, metadata = excluded.metadata
    ),
    account_steps as (
      insert into account_step (account_id, flow, step_id, step_version, status, settled_at, settled_by, source, reason, metadata)
      select x.account_id, x.flow, x.step_id, x.step_version, x.status, ${time('x.settled_at')}, x.settled_by, x.source,
        x.reason, x.metadata
      from json_to_recordset($5::json) as x (
        n int, account_id text, flow text, step_id text, step_version int, status text, settled_at double precision,
        settled_by text, source text, reason text, metadata jsonb)
      join won on won.n = x.n
      on conflict (account_id, flow, step_id, step_version) do update set
        status = excluded.status, settled_at = excluded.settled_at, settled_by = excluded.settled_by,
        source = excluded.source, reason = excluded.reason, metadata = excluded.metadata
    ),
    happened as (
      insert into happening (type, person_id, flow, version, step_id, account_id, data, correlation_id, at)
      select x.type, won.id, x.flow, x.version, x.step_id, x.account_id, x.data, x.correlation_id, ${time('x.at')}
      from json_to_recordset($6::json) as x (
        n int, ordinal int, type text, flow text, version int, step_id text, account_id text, data jsonb, correlation_id text,
        at double precision)
      join won on won.n = x.n
      order by x.n, x.ordinal
    ),
    saved as (
      insert into idempotency_key (person_id, key, fingerprint, status, body, created_at)
      select won.id, x.key, x.fingerprint, x.status, x.body, ${time('x.at')}
      from json_to_recordset($7::json) as x (
        n int, key text, fingerprint text, status int, body text, at double precision)
      join won on won.n = x.n
    ),
    consented as (
      insert into consent_change (person_id, analytics, at, by, correlation_id)
      select won.id, x.analytics, ${time('x.at')}, 'user', x.correlation_id
      from json_to_recordset($9::json) as x (n int, ordinal int, analytics boolean, at double precision, correlation_id text)
      join won on won.n = x.n
      order by x.n, x.ordinal
    ),
    -- Guarded by the person's revision and the account's flow's: whoever finds a row here has lost before.
    assigned as (
      insert into assignment (experiment, kind, unit, flow, arm, phase, source, assigned_at, exposed_at, person_id, account_id)
      select x.experiment, x.kind, x.unit, x.flow, x.arm, x.phase, x.source, ${time('x.assigned_at')},
        ${time('x.exposed_at')}, case x.kind when 'user' then won.id end, x.account_id
      from json_to_recordset($8::json) as x (
        n int, experiment text, kind text, unit text, flow text, arm text, phase int, source text,
        assigned_at double precision, exposed_at double precision, account_id text)
      join won on won.n = x.n
      on conflict (unit, experiment, kind) do nothing
    )
    select n from won`,
}

// "Newer" as transactions number themselves, which begin again at times: compared by age.
const overtakenStatement = {
  name: 'overtaken',
  text: `
    select exists (
      select from person where user_id = any($1::text[]) and age(xmin) < age(pg_current_xact_id()::xid)
    ) as overtaken`,
}

/** The work of a transaction can only be done in another. For callers it is a serialization failure. */
class Overtaken extends Error {
  override readonly name = 'Overtaken'
  readonly code = '40001'
}

/**
 * Throws when somebody was changed by a transaction that began to write after this one: what happens to them now would
 * sort before what happened then.
 */
export const refuseOvertaken = async (query: Query, userIds: readonly string[]): Promise<void> => {
  const [row] = await query<{ overtaken: boolean }>(overtakenStatement, [userIds])
  if (row?.overtaken) throw new Overtaken('A person was changed by a later transaction')
}

type Item = { readonly change: Change; readonly n: number }

/** JSON leaves out what is undefined, and what is left out is null: most columns of most rows need not be told. */
const told = <Value>(value: Value | null): Value | undefined => value ?? undefined

/** Those added, if any. What is remembered only ever grows, and to write all of it anew would cost more each time. */
const newlyRemembered = ({ before: { person }, after }: Change): Person['remembered'] | undefined => {
  if (after.remembered === person.remembered) return undefined
  const known = person.remembered.length
  if (known > 0 && after.remembered[known - 1] !== person.remembered[known - 1])
    throw new Error('What is remembered of a person was changed, expected only additions')
  return after.remembered.slice(known)
}

// What is not told stays as it is stored: it is never forgotten while the person is known.
const personRow = ({ change, change: { before, after, now }, n }: Item) => ({
  n,
  user_id: after.userId,
  revision: before.revision,
  account_id: told(after.accountId),
  facts: before.revision === 0 || after.facts !== before.person.facts ? after.facts : undefined,
  remembered: newlyRemembered(change),
  consent: after.consent === before.person.consent ? undefined : told(after.consent),
  now,
})

const changedEnrolments = ({ before, after }: Change): Enrolment[] =>
  after.enrolments.filter((enrolment) => !before.person.enrolments.includes(enrolment))

const stepColumns = (step: StepState) => ({
  step_id: step.stepId,
  step_version: step.stepVersion,
  status: step.status,
  settled_at: told(step.settledAt),
  settled_by: told(step.settledBy),
  source: told(step.source),
  reason: told(step.reason),
  metadata: told(step.metadata),
})

const enrolmentColumns = (enrolment: Enrolment) => ({
  flow: enrolment.flow,
  version: enrolment.version,
  arm: told(enrolment.arm),
  status: enrolment.status,
  started_at: enrolment.startedAt,
  completed_at: told(enrolment.completedAt),
  skipped_at: told(enrolment.skippedAt),
  snooze_count: enrolment.snoozeCount,
  snoozed_until: told(enrolment.snoozedUntil),
  snoozed_at: told(enrolment.snoozedAt),
  snoozed_until_before: told(enrolment.snoozedUntilBefore),
  nudge_dismissed_at: told(enrolment.nudgeDismissedAt),
  nudge_dismissed_in: told(enrolment.nudgeDismissedIn),
  guide_dismissed_at: told(enrolment.guideDismissedAt),
  welcome_seen_at: told(enrolment.welcomeSeenAt),
  publication: told(enrolment.publication),
  restarted_at: told(enrolment.restartedAt),
})

/** Enrolments of which more than the steps changed. */
const enrolmentRows = ({ change, n }: Item) =>
  changedEnrolments(change).flatMap((enrolment) => {
    const known = change.before.person.enrolments.find(({ flow }) => flow === enrolment.flow)
    const columns = enrolmentColumns(enrolment)
    const same = known !== undefined && isDeepStrictEqual(enrolmentColumns(known), columns)
    return same ? [] : [{ n, ...columns }]
  })

const stepRows = ({ change, n }: Item) =>
  changedEnrolments(change).flatMap((enrolment) => {
    const known = change.before.person.enrolments.find(({ flow }) => flow === enrolment.flow)?.steps ?? []
    return enrolment.steps
      .filter((step) => !known.includes(step))
      .map((step) => ({
        n,
        flow: enrolment.flow,
        offered_at: told(step.offeredAt),
        reached_at: told(step.reachedAt),
        ...stepColumns(step),
      }))
  })

const newAssignments = ({ before, after }: Change): Assignment[] =>
  after.assignments.filter((row) => !before.person.assignments.includes(row))

const changedAccountFlows = ({ before, after }: Change) =>
  after.accountFlows.filter((shared) => !before.person.accountFlows.includes(shared))

/** Also those of experiments that the account comes into: members who come at once meet one another. */
const accountFlowsTouched = (change: Change): string[] => [
  ...new Set([
    ...changedAccountFlows(change).map(({ flow }) => flow),
    ...newAssignments(change).flatMap(({ kind, flow }) => (kind === 'account' ? flow : [])),
  ]),
]

const accountRows = ({ change, n }: Item) =>
  accountFlowsTouched(change).map((flow) => ({
    n,
    account_id: change.after.accountId,
    flow,
    revision: change.before.accountRevisions.get(flow) ?? 0,
  }))

const accountStepRows = ({ change, n }: Item) =>
  changedAccountFlows(change).flatMap(({ flow, steps }) => {
    const known = change.before.person.accountFlows.find((shared) => shared.flow === flow)?.steps ?? []
    return steps
      .filter((step) => !known.includes(step))
      .map((step) => ({ n, account_id: change.after.accountId, flow, ...stepColumns(step) }))
  })

const assignmentRows = ({ change, n }: Item) =>
  newAssignments(change).map((row) => ({
    n,
    experiment: row.experiment,
    kind: row.kind,
    unit: row.unit,
    flow: row.flow,
    arm: row.arm,
    phase: row.phase,
    source: row.source,
    assigned_at: row.assignedAt,
    exposed_at: row.exposedAt,
    account_id: told(change.after.accountId),
  }))

const recordRows = ({ change, n }: Item) =>
  change.records.map((record, ordinal) => ({
    n,
    ordinal,
    type: record.type,
    flow: told(record.flow),
    version: told(record.version),
    step_id: told(record.stepId),
    account_id: record.accountId,
    data: record.data,
    correlation_id: record.correlationId,
    at: record.at,
  }))

const consentRows = ({ change: { consents = [] }, n }: Item) =>
  consents.map(({ analytics, at, correlationId }, ordinal) => ({
    n,
    ordinal,
    analytics,
    at,
    correlation_id: correlationId,
  }))

const savedRows = ({ change, n }: Item) => change.answers.map((answer) => ({ n, ...answer, at: change.now }))

/** The account's flows that the change touches, as keys: two changes of one batch may not share one. */
export const accountFlowKeys = (change: Change): string[] =>
  accountFlowsTouched(change).map((flow) => JSON.stringify([change.after.accountId, flow]))

/** Whether there is anything to write. */
export const isChange = ({ before, after, answers, records }: Change): boolean =>
  after !== before.person || answers.length > 0 || records.length > 0

/**
 * Writes many changes, all or nothing each, and answers for each whether it won. `changes` names a person once and an
 * account's flow once (`accountFlowKeys`).
 */
export const commit = async (query: Query, changes: readonly Change[]): Promise<boolean[]> => {
  const items = changes.map((change, n): Item => ({ change, n }))
  const rows = await query<{ n: number }>(commitStatement, [
    JSON.stringify(items.map(personRow)),
    JSON.stringify(items.flatMap(accountRows)),
    JSON.stringify(items.flatMap(enrolmentRows)),
    JSON.stringify(items.flatMap(stepRows)),
    JSON.stringify(items.flatMap(accountStepRows)),
    JSON.stringify(items.flatMap(recordRows)),
    JSON.stringify(items.flatMap(savedRows)),
    JSON.stringify(items.flatMap(assignmentRows)),
    JSON.stringify(items.flatMap(consentRows)),
  ])
  const won = new Set(rows.map(({ n }) => n))
  return changes.map((_, n) => won.has(n))
}
