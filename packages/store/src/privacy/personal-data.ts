/** What a table holds of people. Each column stands in one of the three; a test compares them with the schema. */
export type PersonalTable = {
  /** SQL: whether the row `t` is about the person with the user id `$1`. Absent: no row is about anybody. */
  readonly isOf?: string
  /** What people or hosts said, in whatever words: column → where the export tells it. */
  readonly said?: Columns
  /** What else is known of the person: column → where the export tells it. */
  readonly noted?: Columns
  /** Boardwalk's own, or the team's: nothing in it is about a person. */
  readonly ours: readonly string[]
  /** Of rows that outlive the person: the columns that erasing empties are those said. */
  readonly staysWithout?: true
}

type Columns = { readonly [column: string]: string }

const byPersonId = 't.person_id = (select p.id from person p where p.user_id = $1)'
const columns = (names: string): string[] => names.split(' ')

/** `{step_id: 'enrolments.steps.stepId', …}` */
const told = (within: string, names: string): Columns =>
  Object.fromEntries(
    columns(names).map((column) => [
      column,
      `${within}.${column.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    ]),
  )

const listing = (document: string, ours: string): PersonalTable => ({
  isOf: `position(to_json($1::text)::text in t.${document}::text) > 0`,
  said: { [document]: 'lists' },
  ours: columns(ours),
  staysWithout: true,
})

/** Where something of a person is, and where nothing is. */
export const personalData: { readonly [table: string]: PersonalTable } = {
  person: {
    isOf: 't.user_id = $1',
    said: { user_id: 'userId', facts: 'facts', remembered: 'remembered.properties' },
    noted: { account_id: 'account', consent: 'consent.analytics', created_at: 'knownSince' },
    ours: columns('id revision remembers'),
  },
  enrolment: {
    isOf: byPersonId,
    noted: told(
      'enrolments',
      'flow version arm status started_at completed_at skipped_at snooze_count snoozed_until snoozed_at snoozed_until_before nudge_dismissed_at nudge_dismissed_in guide_dismissed_at welcome_seen_at publication restarted_at',
    ),
    ours: ['person_id'],
  },
  step_state: {
    isOf: byPersonId,
    said: told('enrolments.steps', 'settled_by reason metadata'),
    noted: {
      flow: 'enrolments.flow',
      ...told('enrolments.steps', 'step_id step_version status offered_at reached_at settled_at source'),
    },
    ours: ['person_id'],
  },
  account_step: {
    isOf: 't.settled_by = $1',
    said: told('accountSteps', 'settled_by reason metadata'),
    noted: told('accountSteps', 'account_id flow step_id step_version status settled_at source'),
    ours: [],
    staysWithout: true,
  },
  assignment: {
    isOf: byPersonId,
    said: { unit: 'userId' },
    noted: told('experiments', 'account_id experiment flow arm phase source assigned_at exposed_at conflict'),
    // The rows of persons are of one kind.
    ours: columns('kind person_id'),
  },
  consent_change: {
    isOf: byPersonId,
    said: told('consentChanges', 'correlation_id'),
    noted: told('consentChanges', 'analytics at by'),
    ours: columns('id person_id'),
  },
  happening: {
    isOf: byPersonId,
    said: told('events', 'data correlation_id'),
    // The names of events are the host's vocabulary: they are counted, and their counts stay as nobody's.
    noted: told('events', 'type id account_id flow version step_id at'),
    ours: columns('xid seq person_id'),
  },
  idempotency_key: {
    isOf: byPersonId,
    said: told('savedAnswers', 'key body'),
    noted: { status: 'savedAnswers.status', created_at: 'savedAnswers.at' },
    // Says nothing that the answer does not.
    ours: columns('person_id fingerprint'),
  },
  delivery: {
    isOf: byPersonId,
    noted: {
      webhook_id: 'deliveries.webhook',
      happening_id: 'deliveries.event',
      ...told(
        'deliveries',
        'type status attempts last_status last_error duration_ms created_at next_at ended_at',
      ),
    },
    ours: columns('id person_id xid seq'),
  },
  // How many of the deliveries wait.
  delivery_queue: {
    isOf: byPersonId,
    ours: columns('webhook_id person_id waiting next_at claim claimed_until'),
  },
  dead_letter: {
    isOf: 't.user_id = $1',
    said: {
      user_id: 'deadLetters.userId',
      payload: 'deadLetters.payload',
      headers: 'deadLetters.headers.value',
      reason: 'deadLetters.reason',
    },
    noted: {
      id: 'deadLetters.id',
      ...Object.fromEntries(
        columns('source topic partition record_offset').map((one) => [one, 'deadLetters.source']),
      ),
      ...told('deadLetters', 'truncated at tries'),
    },
    ours: [],
  },
  // Entries stay when the person goes; whom they are about goes with the person.
  audit_subject: { isOf: byPersonId, noted: told('auditEntries', 'subject'), ours: ['person_id'] },
  audit_entry: {
    isOf: `t.subject = (
      select s.subject from audit_subject s join person p on p.id = s.person_id where p.user_id = $1)`,
    noted: told('auditEntries', 'seq at actor action outcome correlation_id subject'),
    ours: columns('id target_kind target_id status begun purged_to previous hash'),
  },
  tally: { isOf: byPersonId, noted: { state: 'tally' }, ours: ['person_id'] },

  // Lists of user ids that the team keeps, and their histories.
  release: listing('settings', 'flow revision changed_at changed_by killed_at kill_reason'),
  release_change: listing('changed', 'id flow kind at by reason'),
  release_plan: listing('phases', 'flow current entered_at revision changed_at changed_by'),
  experiment: listing(
    'document',
    'id status phases revision changed_at changed_by started_at stopped_at stop_reason',
  ),
  experiment_change: listing('changed', 'id experiment kind at by reason'),

  // An account is no person; what a person did for it is in account_step.
  account: { ours: columns('account_id attributes updated_at') },
  account_flow: { ours: columns('account_id flow revision') },

  // Hashes that only the key makes of a user id, and only for who knows the user id.
  erasure: { ours: columns('subject receipt erased_at readmitted_at') },
  erasure_key: { ours: columns('id inner_pad outer_pad') },
  // Emptied a day after the upgrade.
  erased_person: { ours: columns('subject receipt erased_at') },

  // The team's.
  flow: { ours: columns('name version open created_at') },
  flow_version: {
    ours: columns(
      'flow version document lineages content_hash created_at created_by published_at published_by reason',
    ),
  },
  publication: { ours: columns('id flow version kind at by reason policy reopen') },
  api_key: { ours: columns('id name verifier scopes role created_at expires_at revoked_at') },
  webhook: {
    ours: columns(
      'id url types secret previous_secret previous_secret_until created_at disabled_at disabled_reason failures probe_at',
    ),
  },
  health_settings: { ours: columns('flow settings changed_at changed_by') },
  health_baseline: { ours: columns('flow since until taken_at taken_by metrics') },
  health_rule: { ours: columns('flow kind rule bad good firing_since finding checked_at') },
  measurement: { ours: columns('id flow metric value at key') },
  incident: {
    ours: columns('id flow rule dry_run status reason evidence began_at overruled_at ended_at'),
  },
  alert: {
    ours: columns('id flow rule incident severity message firing_since cleared_at last_told_at'),
  },
  alert_message: {
    ours: columns('id alert_id flow receiver body attempts next_at told_at last_error'),
  },

  // Counts. Those of an erased person are nobody's: of no kind of people, and by the day.
  segment: { ours: columns('id flow version arm market plan role locale is_total') },
  journey_count: { ours: columns('span begins segment_id erased enrolled completed skipped signed_up') },
  step_count: {
    ours: columns('span begins segment_id step_id erased offered reached done skipped in_order'),
  },
  duration_count: { ours: columns('span begins segment_id measure bin erased people') },
  value_count: {
    ours: columns('span begins segment_id event erased people within_day within_week on_day_1 on_day_7'),
  },
  return_count: {
    ours: [
      ...columns('span begins segment_id erased'),
      ...Array.from({ length: 31 }, (_, day) => `day_${day}`),
    ],
  },
  nudge_count: { ours: columns('span begins segment_id erased shown snoozed dismissed') },
  block_count: { ours: columns('span begins segment_id step_id erased blocked recovered') },
  check_count: { ours: columns('span begins segment_id checked') },
  request_count: { ours: columns('minute process requests errors') },

  // How far work has come.
  catalogue: { ours: columns('id revision') },
  kafka_position: { ours: columns('group_id topic partition next_offset tries') },
  audit_head: { ours: columns('sole seq hash') },
  check_write: { ours: columns('process number at') },
  migration: { ours: columns('number name sha256 applied_at') },
  reader: { ours: columns('name xid seq holder held_until incomplete_until') },
  watch: { ours: columns('name holder fence held_until checked_at') },
}
