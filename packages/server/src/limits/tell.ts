import type { Limit } from '@boardwalk/contract'
import { Failure } from '../http/reply.ts'
import type { Standing } from './limits.ts'

const what: { readonly [Name in Limit]: (quota: number) => string } = {
  requests: (quota) => `${quota} requests a minute`,
  step_updates: (quota) => `${quota} changes of steps a minute`,
  snoozes: (quota) => `${quota} snoozes of the reminder a day`,
}

const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`

const wait = (seconds: number): string => {
  if (seconds < 120) return counted(seconds, 'second')
  if (seconds < 7200) return counted(Math.ceil(seconds / 60), 'minute')
  return counted(Math.ceil(seconds / 3600), 'hour')
}

/** What whoever is over a limit is told. */
export const overLimit = ({ limit, quota, resetSeconds }: Standing): Failure =>
  new Failure(
    'RATE_LIMIT_EXCEEDED',
    `A person has ${what[limit](quota)}, and they are used up. Try again in ${wait(resetSeconds)}.`,
    { headers: { 'retry-after': String(resetSeconds) } },
  )

/** The fields of draft-ietf-httpapi-ratelimit-headers-11. */
export const tellLimits = ({ headers }: Response, standings: readonly Standing[]): void => {
  for (const { limit, quota, windowSeconds, remaining, resetSeconds } of standings) {
    headers.append('ratelimit-policy', `"${limit}";q=${quota};w=${windowSeconds}`)
    headers.append('ratelimit', `"${limit}";r=${remaining};t=${resetSeconds}`)
  }
}
