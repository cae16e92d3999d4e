import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import type { Limit } from '@boardwalk/contract'
import type { SharedRedis } from '../redis/open-redis.ts'
import { usualLimits, type LimitOptions } from './limit-options.ts'
import { createWindows, type Window } from './windows.ts'

/** How a person stands with a limit, this request included. */
export type Standing = {
  readonly limit: Limit
  readonly quota: number
  readonly windowSeconds: number
  readonly remaining: number
  /** Until all of the quota is there again; at least 1. */
  readonly resetSeconds: number
  readonly isOver: boolean
}

export type Limits = {
  /** Counts one of these by this person. */
  readonly take: (limit: Limit, userId: string) => Promise<Standing>
}

type Counting = {
  readonly options: LimitOptions | undefined
  /** Tells this database from all others that may use the same Redis. */
  readonly identity: string
  readonly redis: SharedRedis | undefined
  readonly clock: () => number
  readonly log: Logger
  readonly onOver: (limit: Limit) => void
}

const minuteSeconds = 60
const daySeconds = 86_400
/** Redis answers, but will not count: told once a minute at most. */
const tellAgainMs = 60_000

/** Ids of people are nobody's business in Redis, and those of one database are not those of another. */
const hashed = (identity: string, userId: string): string =>
  createHash('sha256')
    .update(JSON.stringify([identity, userId]))
    .digest('base64url')

/**
 * Counts in Redis for all processes. This process keeps in mind what Redis said and goes on from there while Redis is
 * away: then each process lets through one quota at most, and none that Redis has forgotten is given twice.
 */
const counter = (limit: Limit, quota: number, windowSeconds: number, counting: Counting) => {
  const { identity, redis, clock, log, onOver } = counting
  const windows = createWindows(windowSeconds * 1000, clock)
  const shared =
    redis &&
    new RateLimiterRedis({
      storeClient: redis.client,
      keyPrefix: `${redis.keyPrefix}limit:${limit}`,
      points: quota,
      duration: windowSeconds,
      rejectIfRedisNotReady: true,
    })
  let toldAt = -Infinity

  const countShared = async (userId: string): Promise<Window> => {
    try {
      // One more, and how many that makes; unlike `consume` it has no opinion of them.
      const told = await shared?.penalty(hashed(identity, userId))
      if (told) return windows.learn(userId, told.consumedPoints, told.msBeforeNext)
    } catch (error) {
      if (redis?.isAway() === false && clock() - toldAt >= tellAgainMs) {
        toldAt = clock()
        const { message } = error as Error
        log.warn(
          { event: 'onboarding.limit_not_shared', limit, reason: message },
          'each process counts by itself',
        )
      }
    }
    return windows.add(userId)
  }

  return async (userId: string): Promise<Standing> => {
    const known = windows.current(userId)
    const isFull = known !== undefined && known.count >= quota
    const { count, endsAt } = isFull ? { ...known, count: quota + 1 } : await countShared(userId)
    const isOver = count > quota
    if (isOver) onOver(limit)
    return {
      limit,
      quota,
      windowSeconds,
      remaining: Math.max(0, quota - count),
      resetSeconds: Math.max(1, Math.ceil((endsAt - clock()) / 1000)),
      isOver,
    }
  }
}

export const createLimits = (counting: Counting): Limits => {
  const {
    requestsPerMinute = usualLimits.requestsPerMinute,
    stepUpdatesPerMinute = usualLimits.stepUpdatesPerMinute,
    snoozesPerDay = usualLimits.snoozesPerDay,
  } = counting.options ?? {}
  const counters = {
    requests: counter('requests', requestsPerMinute, minuteSeconds, counting),
    step_updates: counter('step_updates', stepUpdatesPerMinute, minuteSeconds, counting),
    snoozes: counter('snoozes', snoozesPerDay, daySeconds, counting),
  }
  return { take: async (limit, userId) => counters[limit](userId) }
}
