import { hash } from 'node:crypto'
import type { Query } from './database/database.ts'

/** What wakes those who listen, in every process. */
export type Notice = { readonly channel: string; readonly payload: string }

/** Whom a change may concern. A hint, and nothing but ids: who is woken looks for himself what is there. */
export type Concerned =
  | { readonly people: readonly string[]; readonly accounts: readonly string[] }
  | 'everybody'

/** Wakes readers of happenings; shared by all schemas of a database, so waking up for nothing is normal. */
export const happeningChannel = 'boardwalk_happening'

/** Tells who is concerned by changes in this schema, whose name may be as long as that of a channel. */
export const changeChannel = (schema: string): string => `boardwalk_change_${hash('md5', schema)}`

export const happeningNotice: Notice = { channel: happeningChannel, payload: '' }

// PostgreSQL takes payloads of less than 8,000 bytes.
const longestPayload = 7_900

export const changeNotice = (schema: string, concerned: Concerned): Notice => {
  const payload = concerned === 'everybody' ? '' : JSON.stringify(concerned)
  const fits = Buffer.byteLength(payload) <= longestPayload
  return { channel: changeChannel(schema), payload: fits ? payload : '' }
}

const isList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

/** What a notice on the `changeChannel` says. One that says nothing, as after a reconnect, concerns everybody. */
export const concernedIn = (payload: string): Concerned => {
  try {
    const { people, accounts } = JSON.parse(payload) as { people?: unknown; accounts?: unknown }
    return isList(people) && isList(accounts) ? { people, accounts } : 'everybody'
  } catch {
    return 'everybody'
  }
}

const announceStatement = {
  name: 'announce',
  text: 'select pg_notify(n.channel, n.payload) from unnest($1::text[], $2::text[]) as n (channel, payload)',
}

/**
 * Wakes those who listen, to be called after the commit that they should hear of. Not part of the commit: PostgreSQL
 * lets transactions that notify commit only one by one, which made 32 writers several times slower. A notice that is
 * lost with its process is made up for by the listeners' own polling.
 */
export const announce = async (query: Query, notices: readonly Notice[]): Promise<void> => {
  await query(announceStatement, [
    notices.map(({ channel }) => channel),
    notices.map(({ payload }) => payload),
  ])
}
