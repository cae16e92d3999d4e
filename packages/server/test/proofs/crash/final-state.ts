import type { Database } from '@boardwalk/store'
import type { Received } from '../../receiver.ts'

export type Happened = {
  readonly id: string
  readonly seq: number
  readonly type: string
  readonly userId: string
  readonly step: string | null
  readonly accountId: string | null
  readonly ref: string | null
}

/** What is there when all has come to rest. Happenings stand in the order in which readers are told of them. */
export type Final = {
  readonly people: readonly { readonly userId: string; readonly status: string | null }[]
  readonly steps: readonly { readonly userId: string; readonly step: string }[]
  readonly accountSteps: readonly { readonly accountId: string; readonly step: string }[]
  readonly happenings: readonly Happened[]
  readonly deliveries: readonly { readonly seq: number; readonly userId: string; readonly status: string }[]
  readonly keys: readonly { readonly userId: string; readonly key: string }[]
  /** What the receiver took, in the order of arrival. */
  readonly received: readonly { readonly id: string; readonly userId: string; readonly seq: number }[]
  /** Person → ids of what their timeline tells, of those who were asked for. */
  readonly timelines: ReadonlyMap<string, readonly string[]>
}

const statements = {
  people: `
    select p.user_id as "userId", e.status from person p left join enrolment e on e.person_id = p.id`,
  steps: `
    select p.user_id as "userId", s.step_id as step from step_state s join person p on p.id = s.person_id
    where s.status = 'done'`,
  accountSteps: `select account_id as "accountId", step_id as step from account_step where status = 'done'`,
  happenings: `
    select h.id::text as id, h.seq, h.type, p.user_id as "userId", h.step_id as step, h.account_id as "accountId",
      h.data->>'ref' as ref
    from happening h join person p on p.id = h.person_id order by h.xid, h.seq`,
  deliveries: `
    select d.seq, p.user_id as "userId", d.status from delivery d join person p on p.id = d.person_id order by d.id`,
  keys: `select p.user_id as "userId", k.key from idempotency_key k join person p on p.id = k.person_id`,
} as const

export const finalState = async (
  { query }: Database,
  received: readonly Received[],
  timelines: Final['timelines'],
): Promise<Final> => {
  const rows = async (name: keyof typeof statements): Promise<any[]> =>
    query({ name: `final_${name}`, text: statements[name] })
  return {
    people: await rows('people'),
    steps: await rows('steps'),
    accountSteps: await rows('accountSteps'),
    happenings: await rows('happenings'),
    deliveries: await rows('deliveries'),
    keys: await rows('keys'),
    received: received.map(({ id, body }) => ({ id, userId: body.data.userId, seq: body.data.sequence })),
    timelines,
  }
}
