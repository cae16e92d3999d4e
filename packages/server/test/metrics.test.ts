import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Record } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { bucketOf } from '../src/operation/active-users.ts'
import { createMetrics } from '../src/operation/metrics.ts'
import { openHouse, type House } from './open-house.ts'

const patient = { interval: 100 }

const settled = (stepId: string, durationMs?: number): Record => ({
  type: 'onboarding.step_completed',
  flow: 'shop',
  version: 1,
  stepId,
  data: durationMs === undefined ? {} : { durationMs },
  at: 0,
  correlationId: 'c',
})

forEachDatabase((kind, open) => {
  let house: House
  let now = Date.now()
  beforeAll(async () => {
    house = await openHouse(await open(), {
      clock: () => now,
      listeners: [
        {
          name: 'stuck',
          types: ['onboarding.enrolled'],
          handle: () => {
            throw new Error('not now')
          },
        },
      ],
    })
    const step = (id: string, more: object = {}) => ({ id, title: id, required: true, weight: 25, ...more })
    await house.publish({ name: 'shop', steps: ['one', 'two', 'three', 'four'].map((id) => step(id)) })
  })
  afterAll(() => house.boardwalk.stop())

  const scrape = async (): Promise<string> => (await house.as(undefined)('GET', '/metrics')).body
  const valueOf = async (line: string): Promise<number | undefined> => {
    const found = (await scrape()).split('\n').find((one) => one.startsWith(`${line} `))
    return found === undefined ? undefined : Number(found.slice(line.length))
  }

  test('people in the middle of a flow are counted by how far they are', async () => {
    for (const [index, done] of [0, 1, 2, 3, 4].entries()) {
      for (const name of ['a', 'b']) {
        const me = await house.person(`${name}${index}`)
        await me('GET', '/api/onboarding')
        for (const id of ['one', 'two', 'three', 'four'].slice(0, done))
          await me('PATCH', `/api/onboarding/steps/${id}`, { status: 'done' })
      }
    }
    const people = (bucket: string) => valueOf(`onboarding_active_users{progress_bucket="${bucket}"}`)
    await expect.poll(() => people('0-25'), patient).toBe(2)
    // Who has done all is in the middle no more.
    expect(await Promise.all(['25-50', '50-75', '75-100'].map(people))).toEqual([2, 2, 2])
  })

  test('the time from reaching a step to finishing it falls into its bucket', async () => {
    const me = await house.person('slow')
    await me('GET', '/api/onboarding')
    const bucket = (le: string) =>
      valueOf(`onboarding_step_duration_seconds_bucket{le="${le}",step_id="four"}`)
    const before = await bucket('300')
    for (const id of ['one', 'two', 'three'])
      await me('PATCH', `/api/onboarding/steps/${id}`, { status: 'done' })
    now += 61_000
    await me('PATCH', '/api/onboarding/steps/four', { status: 'done' })
    expect(await bucket('300')).toBe((before ?? 0) + 1)
    expect(await bucket('60')).toBe(before ?? 0)
    expect(await valueOf('onboarding_step_completions_total{step_id="four",status="done"}')).toBe(3)
  })

  test('requests are counted by operation and class of status, whatever is asked for', async () => {
    const count = (operation: string, status: string) =>
      valueOf(`boardwalk_http_request_duration_seconds_count{operation="${operation}",status="${status}"}`)
    const me = await house.person('asks')
    await me('GET', '/api/onboarding')
    const before = await count('changeStep', '4xx')
    await me('PATCH', '/api/onboarding/steps/nowhere-1', { status: 'done' })
    await me('PATCH', '/api/onboarding/steps/nowhere-2', { status: 'done' })
    expect(await count('changeStep', '4xx')).toBe((before ?? 0) + 2)
    for (const path of ['/a', '/b', '/api/c']) await me('GET', path)
    expect(await count('none', '4xx')).toBe(3)
    expect(await scrape()).not.toContain('nowhere')
  })

  test('how far behind each reader is, is told by its name', async () => {
    await expect.poll(() => valueOf('boardwalk_reader_lag_seconds{reader="webhooks"}'), patient).toBe(0)
    expect(await valueOf('boardwalk_reader_lag_seconds{reader="account-members"}')).toBe(0)
    // By the clock of this house, a minute has passed since somebody enrolled, of which it is not told yet.
    expect(await valueOf('boardwalk_reader_lag_seconds{reader="listener:stuck"}')).toBeGreaterThanOrEqual(61)
  })

  test('connections to PostgreSQL are told where there are any', async () => {
    const most = await valueOf('boardwalk_database_connections{state="most"}')
    expect(most).toBe(kind === 'embedded' ? undefined : 4)
    expect(await valueOf('boardwalk_database_waiting')).toBe(0)
  })
})

test('steps and routes without end do not grow the process without end', async () => {
  const { registry, count } = createMetrics()
  for (let index = 0; index < 3_000; index++) {
    count(settled(`step-${index}`, 1_000))
    count({
      ...settled(`step-${index}`),
      type: 'gating.blocked',
      data: { route: `/route-${'x'.repeat(index % 30)}` },
    })
  }
  const text = await registry.metrics()
  const series = (name: string) => text.split('\n').filter((line) => line.startsWith(`${name}{`))
  expect(series('onboarding_step_completions_total')).toHaveLength(1_001)
  expect(series('onboarding_step_completions_total').at(-1)).toBe(
    'onboarding_step_completions_total{step_id="other",status="done"} 2000',
  )
  expect(series('onboarding_step_duration_seconds_count')).toHaveLength(1_001)
})

test.each([
  [0, '0-25'],
  [24, '0-25'],
  [25, '25-50'],
  [50, '50-75'],
  [75, '75-100'],
  [100, '75-100'],
])('%i percent are told as %s', (percent, bucket) => {
  expect(bucketOf(percent)).toBe(bucket)
})
