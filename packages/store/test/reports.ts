import { randomUUID } from 'node:crypto'
import type { FlowDocument, StepDefinition } from '@boardwalk/engine'
import { migrate, ownMigrations, publish, saveDraft, type Database } from '../src/index.ts'

type Row = Record<string, unknown>
type StepSaid = Pick<StepDefinition, 'id'> & Partial<StepDefinition>

const asStored = (steps: readonly StepSaid[]): FlowDocument => ({
  name: 'shop',
  priority: 0,
  gates: {},
  nudge: { snoozeDays: 7, maxSnoozes: 3, hideAtPercent: 80, stopAfterDays: 30 },
  plans: [],
  steps: steps.map((step) => ({
    version: 1,
    title: step.id,
    required: false,
    weight: 1,
    scope: 'person',
    completion: 'claim',
    onVersionChange: 'keep',
    ...step,
  })),
})

/** A migrated database with what a test about reports says and asks. */
export const reportsOn = async (database: Database) => {
  await migrate(database, await ownMigrations())
  const reports = `${database.schema}_reports`

  return {
    /** As somebody with a BI tool asks: from outside, with the reports in their search path and nothing else. */
    ask: (text: string): Promise<Row[]> =>
      database.transaction(async ({ query, script }) => {
        await script(`set local search_path = ${reports}`)
        return query<Row>({ name: randomUUID(), text })
      }),
    tell: (...statements: string[]): Promise<void> =>
      database.transaction(({ script }) => script(statements.join(';'))),
    /** The next version of the flow `shop`, in force. */
    publish: async (...steps: StepSaid[]): Promise<void> => {
      const saved = await saveDraft(database, asStored(steps), randomUUID(), 'me')
      if (!('version' in saved)) throw new Error(JSON.stringify(saved))
      const { version } = saved
      await publish(database, { flow: 'shop', version, kind: 'publish', by: 'me', reason: null })
    },
    rollBackTo: (version: number) =>
      publish(database, { flow: 'shop', version, kind: 'rollback', by: 'me', reason: null }),
  }
}

/** Six in the morning, so many days ago. */
export const day = (ago: number): string =>
  `(date_trunc('day', now()) - interval '${ago} days' + interval '6 hours')`

export const addPerson = (id: number, userId: string, since: string, accountId?: string): string => `
  insert into person (id, user_id, revision, account_id, facts, created_at) overriding system value
  values (${id}, '${userId}', 1, ${accountId === undefined ? 'null' : `'${accountId}'`}, '{"attributes": {}}', ${since})`

export const enrol = (id: number, version: number, since: string, completedAt?: string): string => `
  insert into enrolment (person_id, flow, version, status, started_at, completed_at)
  values (${id}, 'shop', ${version}, '${completedAt === undefined ? 'in_progress' : 'completed'}', ${since}, ${completedAt ?? 'null'})`

/** One of the person's own rows; `settled` is when, where it is. */
export const stepRow = (
  id: number,
  step: string,
  status: 'todo' | 'done' | 'skipped',
  { version = 1, settled = 'null', offered = 'null' } = {},
): string => `
  insert into step_state (person_id, flow, step_id, step_version, status, offered_at, settled_at, settled_by, metadata)
  select ${id}, 'shop', '${step}', ${version}, '${status}', ${offered}, ${settled}, user_id, '{"note": "own"}'
  from person where id = ${id}`

export const accountRow = (
  accountId: string,
  step: string,
  status: 'done' | 'skipped',
  version = 1,
): string => `
  insert into account_step (account_id, flow, step_id, step_version, status, settled_at, settled_by, metadata)
  values ('${accountId}', 'shop', '${step}', ${version}, '${status}', ${day(1)}, 'zoe', '{"note": "shared"}')`

export const happen = (
  id: number,
  type: string,
  at: string,
  { step = null, version = 1, data = {} }: { step?: string | null; version?: number; data?: object } = {},
): string => `
  insert into happening (type, person_id, flow, version, step_id, data, correlation_id, at)
  values ('${type}', ${id}, ${type.startsWith('merchant.') ? 'null, null' : `'shop', ${version}`},
    ${step === null ? 'null' : `'${step}'`}, '${JSON.stringify(data)}', 'request-1', ${at})`
