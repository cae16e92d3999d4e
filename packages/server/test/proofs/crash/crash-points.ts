import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@boardwalk/store'
import type { FaultProxy } from '@boardwalk/store/test-kit'
import { answering, type Receiver } from '../../receiver.ts'
import type { Snare, WireTrap } from './wire-trap.ts'

/** What surrounds the server. */
export type Stage = {
  /** Another door to the same schema, which nothing stands in front of. */
  readonly database: Database
  readonly trap: WireTrap
  readonly receiver: Receiver
  /** Before the server's own door. */
  readonly door: FaultProxy
}

export type Point = {
  readonly name: string
  /** Fulfilled when the process stands at the point. */
  readonly reach: (stage: Stage) => Promise<void>
  /** When the process is dead, or the point was not reached. */
  readonly leave: (stage: Stage) => Promise<void>
}

/** Where a statement of that name goes to the database, or its answer comes. */
export const caught = (name: string, snare: Snare): Point => ({
  name,
  reach: ({ trap }) => trap.arm(snare),
  leave: async ({ trap }) => trap.disarm(),
})

/** A row of such a table waits for `turnstile`, of which a row is held. */
const tables = ['step_state', 'happening', 'idempotency_key', 'delivery'] as const
type Table = (typeof tables)[number]

// Whoever only passes takes what all may share.
const turnstile = `
  create table turnstile (name text primary key);
  insert into turnstile values ${tables.map((table) => `('${table}')`).join(', ')};
  create function pass_turnstile() returns trigger language plpgsql as $$
    begin perform from turnstile where name = tg_table_name for key share; return new; end $$;
  ${tables.map((table) => `create trigger turnstile before insert on ${table} for each row execute function pass_turnstile();`).join('\n')}`

export const buildTurnstiles = ({ transaction }: Database): Promise<void> =>
  transaction(({ script }) => script(turnstile))

const hold = { name: 'hold_turnstile', text: 'select from turnstile where name = $1 for update' }
const waiting = {
  name: 'waiting_at_turnstile',
  text: `
    select a.pid from pg_stat_activity a
    where a.wait_event_type = 'Lock' and pg_backend_pid() = any(pg_blocking_pids(a.pid))`,
}
const end = { name: 'end_backend', text: 'select pg_terminate_backend($1::int)' }

/** In the middle of a statement. What it has done so far is undone, or done to its end by a database that knows of no crash. */
const within = (name: string, table: Table): Point => {
  let leaving: () => void = () => undefined
  let held: Promise<void> = Promise.resolve()
  return {
    name,
    reach: ({ database }) =>
      new Promise((reached, failed) => {
        const { promise: left, resolve } = Promise.withResolvers<void>()
        let isLeft = false
        leaving = () => {
          isLeft = true
          resolve()
        }
        held = database
          .transaction(async ({ query }) => {
            await query(hold, [table])
            let pids: { pid: number }[] = []
            while (!isLeft && pids.length === 0) {
              pids = await query<{ pid: number }>(waiting)
              if (pids.length === 0) await sleep(5)
            }
            if (pids.length > 0) reached()
            await left
            if (Math.random() < 0.5) for (const { pid } of pids) await query(end, [pid])
          })
          .catch(failed)
      }),
    leave: async () => {
      leaving()
      await held
    },
  }
}

const atReceiver: Point = {
  name: 'after the POST of a webhook, before it is marked',
  reach: ({ receiver }) => new Promise((reached) => (receiver.state.behave = () => reached())),
  leave: async ({ receiver }) => {
    receiver.state.behave = answering(204)
  },
}

const beforeAnswers: Point = {
  name: 'after COMMIT, before the HTTP answer',
  reach: async ({ door }) => {
    await door.set({ kind: 'half', bytes: 0 })
    await sleep(150)
  },
  leave: ({ door }) => door.set({ kind: 'none' }),
}

const anywhere: Point = {
  name: 'at a random moment',
  reach: () => sleep(50 + Math.random() * 900),
  leave: async () => undefined,
}

/** In the order of the field notes' list; those of a reader or a webhook come up only when its last holder's lease is over. */
export const crashPoints: readonly Point[] = [
  caught('before BEGIN', { statement: 'load_people', when: 'sent' }),
  caught('decided, nothing sent', { statement: 'commit_changes', when: 'before' }),
  within('in the statement, at the effect', 'step_state'),
  within('in the statement, at the outbox row', 'happening'),
  within('in the statement, at the dedupe row', 'idempotency_key'),
  caught('COMMIT sent, not answered', { statement: 'commit_changes', when: 'sent' }),
  caught('committed, the server not told', { statement: 'commit_changes', when: 'done' }),
  beforeAnswers,
  caught('while purging keys', { statement: 'purge_idempotency_keys', when: 'sent' }),
  caught('in an erasure, before its COMMIT', { statement: 'commit', when: 'before', after: 'erase_person' }),
  caught('in an erasure, COMMIT sent', { statement: 'commit', when: 'sent', after: 'erase_person' }),
  anywhere,
  caught('before the outbox is fanned out', { statement: 'fan_out', when: 'before' }),
  within('in the fan-out', 'delivery'),
  caught('fanned out, the server not told', { statement: 'fan_out', when: 'done' }),
  caught('after the claim of the outbox', { statement: 'claim_queues', when: 'done' }),
  atReceiver,
  caught('delivered, before it is marked', { statement: 'settle_deliveries', when: 'before' }),
  caught('marked, the server not told', { statement: 'settle_deliveries', when: 'done' }),
  caught('counted, before the cursor’s COMMIT', {
    statement: 'commit',
    when: 'before',
    after: 'move_analytics',
  }),
]

/** Of events that wait in Kafka. */
export const kafkaPoints: readonly Point[] = [
  caught('in a rebalance, before positions are read', { statement: 'read_kafka_positions', when: 'before' }),
  caught('in a rebalance, positions read', { statement: 'read_kafka_positions', when: 'done' }),
  caught('before the position moves', { statement: 'advance_kafka_position', when: 'before' }),
  caught('position moved, no effect yet', { statement: 'advance_kafka_position', when: 'done' }),
  caught('effect and position, before COMMIT', {
    statement: 'commit',
    when: 'before',
    after: 'advance_kafka_position',
  }),
  caught('effect and position, COMMIT sent', {
    statement: 'commit',
    when: 'sent',
    after: 'advance_kafka_position',
  }),
  caught('effect and position committed, the process not told', {
    statement: 'commit',
    when: 'done',
    after: 'advance_kafka_position',
  }),
]
