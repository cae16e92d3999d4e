import type { Query } from '../database/database.ts'

/** Who watches now: `fence` says since which taking over. */
export type Watch = { readonly holder: string; readonly fence: number }

const holdStatement = {
  name: 'hold_watch',
  text: `
    insert into watch as w (name, holder, fence, held_until)
    values ('health', $1::uuid, 1, clock_timestamp() + $2::int * interval '1 millisecond')
    on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until,
      fence = w.fence + case when w.holder = excluded.holder and w.held_until >= clock_timestamp() then 0 else 1 end
    where w.holder = excluded.holder or w.held_until < clock_timestamp()
    returning w.fence,
      (extract(epoch from clock_timestamp() - w.checked_at) * 1000)::bigint as "sinceCheckMs"`,
}

/** Takes or keeps the watch for `leaseMs`, by the database's clock; undefined while another process holds it. */
export const holdWatch = async (
  query: Query,
  holder: string,
  leaseMs: number,
): Promise<(Watch & { readonly sinceCheckMs: number | null }) | undefined> => {
  const [row] = await query<{ fence: number; sinceCheckMs: number | null }>(holdStatement, [holder, leaseMs])
  return row && { holder, ...row }
}

const lockStatement = {
  name: 'lock_watch',
  text: `
    select from watch
    where name = 'health' and holder = $1::uuid and fence = $2::bigint and held_until > clock_timestamp()
    for update`,
}

/** Within a transaction: whether the watch is still this one's, which then nobody takes before the end of it. */
export const lockWatch = async (query: Query, { holder, fence }: Watch): Promise<boolean> =>
  (await query(lockStatement, [holder, fence])).length === 1

const noteStatement = {
  name: 'note_check',
  text: `update watch set checked_at = clock_timestamp() where name = 'health' and holder = $1::uuid and fence = $2::bigint`,
}

export const noteCheck = async (query: Query, { holder, fence }: Watch): Promise<void> => {
  await query(noteStatement, [holder, fence])
}

const releaseStatement = {
  name: 'release_watch',
  text: `update watch set held_until = clock_timestamp() where name = 'health' and holder = $1::uuid`,
}

/** Lets another process take it at once. */
export const releaseWatch = async (query: Query, holder: string): Promise<void> => {
  await query(releaseStatement, [holder])
}
