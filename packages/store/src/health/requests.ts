import type { Query } from '../database/database.ts'

/** Requests that were answered in one minute (`begins`, in milliseconds since 1970), and those with a status of 5xx. */
export type AnsweredMinute = { readonly begins: number; readonly requests: number; readonly errors: number }

const writeStatement = {
  name: 'write_request_counts',
  text: `
    insert into request_count as c (minute, process, requests, errors)
    select to_timestamp(begins / 1000.0), $1::uuid, requests, errors
    from unnest($2::double precision[], $3::int[], $4::int[]) as x (begins, requests, errors)
    on conflict (minute, process) do update set
      requests = greatest(c.requests, excluded.requests), errors = greatest(c.errors, excluded.errors)`,
}

/** The totals of one process. Writing them again changes nothing. */
export const writeRequests = async (
  query: Query,
  process: string,
  minutes: readonly AnsweredMinute[],
): Promise<void> => {
  if (minutes.length === 0) return
  await query(writeStatement, [
    process,
    minutes.map(({ begins }) => begins),
    minutes.map(({ requests }) => requests),
    minutes.map(({ errors }) => errors),
  ])
}

const readStatement = {
  name: 'read_request_counts',
  text: `
    select (extract(epoch from minute) * 1000)::bigint as begins, sum(requests)::bigint as requests,
      sum(errors)::bigint as errors
    from request_count
    where minute >= to_timestamp($1::double precision / 1000) and minute < to_timestamp($2::double precision / 1000)
    group by minute
    order by minute`,
}

/** Of all processes together, oldest first; minutes without requests are missing. */
export const readRequests = (query: Query, since: number, until: number): Promise<AnsweredMinute[]> =>
  query<AnsweredMinute>(readStatement, [since, until])
