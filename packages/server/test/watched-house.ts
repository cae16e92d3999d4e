import { expect } from 'vitest'
import type { Database } from '@boardwalk/store'
import type { BoardwalkOptions } from '../src/index.ts'
import { openHouse, type Call, type House } from './open-house.ts'

export type WatchedHouse = House & {
  /** As many requests of people; so many of them fail, because the host cannot say who is calling. */
  readonly answer: (requests: number, failing: number) => Promise<void>
  readonly enabled: (flow: string) => Promise<boolean>
  readonly incidents: (flow: string) => Promise<any[]>
  readonly health: (flow: string, query?: string) => Promise<any>
  /** Until so many more checks have been made. */
  readonly checks: (more: number) => Promise<void>
  /** What the first key of the host may do with the flow's health. */
  readonly set: (flow: string, settings: object) => ReturnType<Call>
}

const lastCheck = { name: 'last_check', text: 'select checked_at as at from watch' }

/** A Boardwalk that looks after its releases ten times a second. */
export const watchedHouse = async (
  database: Database,
  options: Partial<BoardwalkOptions> = {},
): Promise<WatchedHouse> => {
  const house = await openHouse(database, {
    watch: { checkMs: 100 },
    webhooks: { allow: ['127.0.0.1'] },
    identify: (request) => {
      if (request.headers.has('x-session-store-away')) throw new Error('the session store is away')
      return { userId: 'visitor' }
    },
    ...options,
  })
  const visitor = house.as(undefined)
  return {
    ...house,
    answer: async (requests, failing) => {
      for (let first = 0; first < requests; first += 50)
        await Promise.all(
          Array.from({ length: Math.min(50, requests - first) }, (_, n) =>
            visitor(
              'GET',
              '/api/onboarding',
              undefined,
              first + n < failing ? { 'x-session-store-away': 'yes' } : {},
            ),
          ),
        )
    },
    enabled: async (flow) => (await house.server('GET', `/api/admin/release/${flow}`)).body.enabled,
    incidents: async (flow) => (await house.server('GET', `/api/admin/health/${flow}/incidents`)).body.items,
    health: async (flow, query = '') => (await house.server('GET', `/api/admin/health/${flow}${query}`)).body,
    checks: async (more) => {
      const last = async () => (await database.query<{ at: string }>(lastCheck))[0]?.at
      for (let check = 0; check < more; check++) {
        const before = await last()
        await expect.poll(last, { timeout: 20_000, interval: 50 }).not.toEqual(before)
      }
    },
    set: (flow, settings) => house.server('PUT', `/api/admin/health/${flow}/settings`, settings),
  }
}

/** A gate, a step that is the activation, and one that may be skipped. */
export const watchedFlow = (name: string) => ({
  name,
  steps: [
    { id: 'pay', title: 'Pay', required: true, activation: true },
    { id: 'theme', title: 'Theme' },
  ],
  gates: { publish: { steps: ['pay'], critical: true } },
})
