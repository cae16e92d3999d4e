import { expect } from 'vitest'
import type { Database } from '@boardwalk/store'
import type { OpenDatabase } from '@boardwalk/store/test-kit'
import { apiKey, openHouse, tokenOf, type Call, type House } from './open-house.ts'

const dayMs = 86_400_000

/** What is asked for, as the texts that travel. */
type Reading = { readonly userId: string; readonly flow?: string; readonly language: string }

/** The database as a process would see it that forgets to ask whether a known mark still stands. */
export const forgetful = (database: Database): Database => ({
  ...database,
  query: async (statement, values) => {
    const rows = await database.query<Record<string, unknown>>(statement, values)
    if (statement.name !== 'load_people') return rows as never
    const known = values?.[4] as readonly (string | null)[]
    return rows.map((row, index) => (known[index] ? { ...row, differs: false } : row)) as never
  },
})

/** Two Boardwalks that keep answers and one that keeps none, on one database, with one clock. */
export const openCachedHouses = async (
  open: OpenDatabase,
  redis: string | undefined,
  seenAs = (database: Database): Database => database,
) => {
  const clock = { now: Date.parse('2026-03-01T08:00:00Z') }
  const first = await open()
  const another = (): Promise<Database> => open({ schema: first.schema })
  const options = { clock: () => clock.now, ...(redis !== undefined && { redis: { url: redis } }) }
  const cached = [
    await openHouse(seenAs(first), options),
    await openHouse(seenAs(await another()), options),
  ] as const
  const plain = await openHouse(await another(), { clock: () => clock.now, answerCache: { mostBytes: 0 } })
  const claims = { role: 'owner', market: 'FR' }

  const bearerOf = (userId: string): Promise<string> =>
    tokenOf(userId, { ...claims, account: accountOf(userId) }, '3650d')

  const read = async (
    house: House,
    { userId, flow, language }: Reading,
    asServer: boolean,
  ): Promise<string> => {
    const query = flow === undefined ? '' : `?flow=${flow}`
    const path = asServer ? `/api/users/${userId}/onboarding` : '/api/onboarding'
    const authorization = `Bearer ${asServer ? apiKey : await bearerOf(userId)}`
    const headers = { authorization, 'accept-language': language }
    const response = await house.boardwalk.fetch(new Request(`http://b.test${path}${query}`, { headers }))
    const { correlationId: _, ...body } = (await response.json()) as Record<string, unknown>
    return JSON.stringify([response.status, response.headers.get('etag'), body])
  }

  /**
   * What both processes answer now is what one without a cache says, byte for byte. The host's server reads without leaving a
   * trace; where its answers before and after differ, somebody changed the person meanwhile, and either is right.
   */
  const expectTruth = async (reading: Reading): Promise<void> => {
    for (const house of cached) {
      const before = await read(plain, reading, true)
      const answer = await read(house, reading, false)
      const after = await read(plain, reading, true)
      if (answer !== after) expect(answer).toBe(before)
    }
  }

  const outcomes = async (): Promise<Record<string, number>> => {
    const told = await Promise.all(cached.map(({ server }) => server('GET', '/metrics')))
    const counted: Record<string, number> = {}
    for (const { body } of told)
      for (const [, outcome, count] of String(body).matchAll(/answer_cache_total\{outcome="(\w+)"\} (\d+)/g))
        counted[outcome ?? ''] = (counted[outcome ?? ''] ?? 0) + Number(count)
    return counted
  }

  return {
    cached,
    plain,
    clock,
    database: first,
    read: (house: House, reading: Reading) => read(house, reading, false),
    expectTruth,
    outcomes,
    as: async (house: House, userId: string): Promise<Call> => house.as(await bearerOf(userId)),
    stop: () => Promise.all([...cached, plain].map(({ boardwalk }) => boardwalk.stop())),
  }
}

export type CachedHouses = Awaited<ReturnType<typeof openCachedHouses>>

/** The people of one account are called `ada.1`, `bob.1` and so on. */
export const accountOf = (userId: string): string => `shop.${userId.split('.')[1] ?? ''}`

export const memberNames = ['ada', 'bob', 'carl'] as const

/** A flow whose answer tells nearly all there is to tell, for the people of one account. */
export const tellingFlow = (name: string, now: number, title = 'Logo') => ({
  name,
  audience: { 'account.flow': name },
  plans: ['free', 'team'],
  nudge: { stopAfterDays: 20, maxSnoozes: 3, snoozeDays: 2 },
  steps: [
    {
      id: 'logo',
      title: { en: title, fr: `${title} (fr)` },
      required: false,
      action: { type: 'redirect', url: '/logo', prefill: { n: '$n', market: '$market' } },
    },
    { id: 'domain', title: 'Domain', scope: 'account', required: true },
    { id: 'pay', title: 'Pay', required: true, completion: 'proof', trigger: { event: `paid ${name}` } },
    { id: 'late', title: 'Late', required: false, activeFrom: new Date(now + 3 * dayMs).toISOString() },
    {
      id: 'soon over',
      title: 'Soon over',
      required: false,
      activeTo: new Date(now + 9 * dayMs).toISOString(),
    },
    { id: 'team', title: 'Team', required: false, requiredPlan: 'team' },
    { id: 'big', title: 'Big', required: false, condition: { 'account.size': { $gt: 3 } } },
  ].map((step) => ({ ...step, id: step.id.replaceAll(' ', '_') })),
})
