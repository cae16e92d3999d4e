import {
  stranger,
  type AccountFlow,
  type Assignment,
  type Consent,
  type Enrolment,
  type Facts,
  type Person,
  type RememberedEvent,
  type StepState,
} from '@boardwalk/engine'
import type { Query } from './database/database.ts'
import { markState } from './marks.ts'
import { isErased } from './privacy/subject.ts'

/** Whom to load. `account` is the account that a token claims; undefined takes the stored one, null none. */
export type Asked = {
  readonly userId: string
  readonly account?: string | null | undefined
  /** Idempotency keys whose saved answers are wanted. */
  readonly keys: readonly string[]
  /** The mark at which they are known: while it stands, nothing of them is read. Empty: not known, but the mark is wanted. */
  readonly mark?: string | undefined
}

/** The answer once given to an accepted request with an `Idempotency-Key`. */
export type SavedAnswer = {
  readonly key: string
  readonly fingerprint: string
  readonly status: number
  readonly body: string
}

/** A person as stored, with the revisions that a commit must still find. */
export type Loaded = {
  /** As stored, but for the account's attributes and flows: they are those of `actingAccountId`. */
  readonly person: Person
  /** The account that the person acts for: what the token claims, else what is stored. */
  readonly actingAccountId: string | null
  /** 0 for a stranger. */
  readonly revision: number
  /** By flow; absent means 0. */
  readonly accountRevisions: ReadonlyMap<string, number>
  readonly savedAnswers: readonly SavedAnswer[]
  /** A stranger who was erased may not come back by themselves. */
  readonly erased: boolean
  /** The mark (its state) at which all this was read; null when nobody asked for it. */
  readonly mark: string | null
}

type StepRow = [
  stepId: string,
  stepVersion: number,
  status: StepState['status'],
  offeredAt: number | null,
  reachedAt: number | null,
  settledAt: number | null,
  settledBy: string | null,
  source: StepState['source'],
  reason: string | null,
  metadata: StepState['metadata'],
]

type EnrolmentRow = [
  flow: string,
  version: number,
  arm: string | null,
  status: Enrolment['status'],
  startedAt: number,
  completedAt: number | null,
  skippedAt: number | null,
  snoozeCount: number,
  snoozedUntil: number | null,
  snoozedAt: number | null,
  snoozedUntilBefore: number | null,
  nudgeDismissedAt: number | null,
  nudgeDismissedIn: number | null,
  guideDismissedAt: number | null,
  welcomeSeenAt: number | null,
  publication: number | null,
  restartedAt: number | null,
  steps: StepRow[] | null,
]

type AssignmentRow = [
  experiment: string,
  flow: string,
  kind: Assignment['kind'],
  unit: string,
  arm: string,
  phase: number,
  source: Assignment['source'],
  assignedAt: number,
  exposedAt: number,
]

type Row = {
  mark: string | null
  differs: boolean
  revision: number | null
  account_id: string | null
  acting_account_id: string | null
  facts: Facts | null
  remembered: RememberedEvent[] | null
  consent: Consent | null
  account_attributes: Record<string, unknown> | null
  enrolments: EnrolmentRow[] | null
  account_flows: [flow: string, revision: number, steps: StepRow[] | null][] | null
  assignments: AssignmentRow[] | null
  saved: [key: string, fingerprint: string, status: number, body: string][] | null
  erased: boolean | null
  catalogue: number
}

// Not `extract`, which computes in decimals and takes most of the time of a load.
const ms = (column: string): string => `(date_part('epoch', ${column}) * 1000)::bigint`

export const loadStatement = {
  name: 'load_people',
  text: `
    select
      since.mark, since.differs,
      p.revision, p.account_id, acting.account_id as acting_account_id,
      case when since.differs then p.facts end as facts,
      case when since.differs then p.remembered end as remembered,
      p.consent,
      case when since.differs then a.attributes end as account_attributes,
      case when since.differs then (
        select json_agg(json_build_array(
          e.flow, e.version, e.arm, e.status, ${ms('e.started_at')}, ${ms('e.completed_at')}, ${ms('e.skipped_at')},
          e.snooze_count, ${ms('e.snoozed_until')}, ${ms('e.snoozed_at')}, ${ms('e.snoozed_until_before')},
          ${ms('e.nudge_dismissed_at')}, e.nudge_dismissed_in, ${ms('e.guide_dismissed_at')}, ${ms('e.welcome_seen_at')},
          e.publication, ${ms('e.restarted_at')},
          (
            select json_agg(json_build_array(
              s.step_id, s.step_version, s.status, ${ms('s.offered_at')}, ${ms('s.reached_at')}, ${ms('s.settled_at')},
              s.settled_by, s.source, s.reason, s.metadata))
            from step_state s
            where s.person_id = e.person_id and s.flow = e.flow
          )))
        from enrolment e
        where e.person_id = p.id
      ) end as enrolments,
      case when since.differs then (
        select json_agg(json_build_array(
          f.flow, f.revision,
          (
            select json_agg(json_build_array(
              s.step_id, s.step_version, s.status, null, null, ${ms('s.settled_at')},
              s.settled_by, s.source, s.reason, s.metadata))
            from account_step s
            where s.account_id = f.account_id and s.flow = f.flow
          )))
        from account_flow f
        where f.account_id = acting.account_id
      ) end as account_flows,
      case when since.differs then (
        select json_agg(json_build_array(
          s.experiment, s.flow, s.kind, s.unit, s.arm, s.phase, s.source, ${ms('s.assigned_at')}, ${ms('s.exposed_at')}))
        from assignment s
        where s.unit = any (array[asked.user_id, acting.account_id])
          and s.unit = case s.kind when 'user' then asked.user_id else acting.account_id end
      ) end as assignments,
      case when asked.keys is not null then (
        select json_agg(json_build_array(k.key, k.fingerprint, k.status, k.body))
        from idempotency_key k
        where k.person_id = p.id and k.key = any (array(select json_array_elements_text(asked.keys)))
      ) end as saved,
      case when p.id is null then ${isErased('asked.user_id')} end as erased,
      c.revision as catalogue
    from unnest($1::text[], $2::text[], $3::boolean[], $4::json[], $5::text[]) with ordinality
      as asked (user_id, account_id, claims_account, keys, mark, n)
    cross join catalogue c
    left join person p on p.user_id = asked.user_id
    cross join lateral (
      select case when asked.claims_account then asked.account_id else p.account_id end as account_id
    ) acting
    left join account a on a.account_id = acting.account_id
    -- Once for each, before anything else is read: "offset 0" keeps it from being worked out again wherever it is named.
    cross join lateral (
      select own.mark, coalesce(own.mark <> asked.mark, true) as differs
      from (select case when asked.mark is not null then ${markState} end as mark offset 0) own
      offset 0
    ) since
    order by asked.n`,
}

const stepOf = (row: StepRow): StepState => ({
  stepId: row[0],
  stepVersion: row[1],
  status: row[2],
  offeredAt: row[3],
  reachedAt: row[4],
  settledAt: row[5],
  settledBy: row[6],
  source: row[7],
  reason: row[8],
  metadata: row[9],
})

const stepsOf = (rows: StepRow[] | null): StepState[] => (rows ?? []).map(stepOf)

const enrolmentOf = (row: EnrolmentRow): Enrolment => ({
  flow: row[0],
  version: row[1],
  arm: row[2],
  status: row[3],
  startedAt: row[4],
  completedAt: row[5],
  skippedAt: row[6],
  snoozeCount: row[7],
  snoozedUntil: row[8],
  snoozedAt: row[9],
  snoozedUntilBefore: row[10],
  nudgeDismissedAt: row[11],
  nudgeDismissedIn: row[12],
  guideDismissedAt: row[13],
  welcomeSeenAt: row[14],
  publication: row[15],
  restartedAt: row[16],
  steps: stepsOf(row[17]),
})

const accountFlowOf = ([flow, , steps]: [string, number, StepRow[] | null]): AccountFlow => ({
  flow,
  steps: stepsOf(steps),
})

const assignmentOf = (row: AssignmentRow): Assignment => ({
  experiment: row[0],
  flow: row[1],
  kind: row[2],
  unit: row[3],
  arm: row[4],
  phase: row[5],
  source: row[6],
  assignedAt: row[7],
  exposedAt: row[8],
})

const personOf = (userId: string, row: Row): Person => ({
  ...stranger(userId),
  ...(row.facts && { facts: row.facts }),
  accountId: row.account_id,
  accountAttributes: row.account_attributes ?? {},
  enrolments: (row.enrolments ?? []).map(enrolmentOf),
  accountFlows: (row.account_flows ?? []).map(accountFlowOf),
  remembered: row.remembered ?? [],
  consent: row.consent,
  assignments: (row.assignments ?? []).map(assignmentOf),
})

const loadedOf = (userId: string, row: Row): Loaded => ({
  person: personOf(userId, row),
  actingAccountId: row.acting_account_id,
  revision: row.revision ?? 0,
  accountRevisions: new Map((row.account_flows ?? []).map(([flow, revision]) => [flow, revision])),
  savedAnswers: (row.saved ?? []).map(([key, fingerprint, status, body]) => ({
    key,
    fingerprint,
    status,
    body,
  })),
  erased: row.erased ?? false,
  mark: row.mark,
})

/** Many people at once, one statement. Also the revision of the catalogue of flows. `undefined`: their mark stands still. */
export const load = async (
  query: Query,
  asked: readonly Asked[],
): Promise<{ readonly people: (Loaded | undefined)[]; readonly catalogueRevision: number }> => {
  const rows = await query<Row>(loadStatement, [
    asked.map((one) => one.userId),
    asked.map((one) => one.account ?? null),
    asked.map((one) => one.account !== undefined),
    // Each person's own: with the keys of all, every person would be looked through for every key.
    asked.map(({ keys }) => (keys.length === 0 ? null : JSON.stringify(keys))),
    asked.map(({ mark }) => mark ?? null),
  ])
  return {
    people: rows.map((row, index) => (row.differs ? loadedOf(asked[index]?.userId ?? '', row) : undefined)),
    catalogueRevision: rows[0]?.catalogue ?? 0,
  }
}
