import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { alwaysValidInterval, proportionOf } from '@boardwalk/engine/statistics'
import { compare, ratioOf } from '../src/experiments/compare.ts'
import { onboarding, openLab, type Lab } from './open-lab.ts'

const dayMs = 86_400_000
let people = 0

forEachDatabase((_, open) => {
  let lab: Lab
  let now = Date.now()
  beforeAll(async () => {
    lab = await openLab(await open(), { clock: () => now })
  })
  afterAll(() => lab.boardwalk.stop())

  /** So many come into an arm by an allocation that leaves them no other; each then does what `act` says. */
  const come = async (
    flow: string,
    id: string,
    arm: 'control' | 'later',
    acts: readonly ((userId: string) => Promise<unknown>)[],
    more: object = {},
  ): Promise<void> => {
    const allocation = { control: 0, later: 0, [arm]: 100 }
    const put = await lab.put(id, lab.documentOf(flow, { ...more, allocation }))
    expect(put.status).toBe(200)
    for (const act of acts) {
      const userId = `p${++people}-${flow}`
      await (
        await lab.personOf(flow, userId)
      )('GET', onboarding)
      await act(userId)
    }
  }
  const idle = async (): Promise<void> => undefined
  const settle =
    (flow: string, step: 'pay' | 'logo', status: 'done' | 'skipped') => async (userId: string) => {
      const ada = await lab.person(userId)
      expect((await ada('PATCH', `${onboarding}/steps/${flow}-${step}`, { status })).status).toBe(200)
    }

  describe('the results', () => {
    test('count what became of people within their window, and tell apart who is still inside it', async () => {
      const flow = await lab.published()
      const id = await lab.running(flow, { minimumSample: 2 })
      const more = { minimumSample: 2 }
      const pay = settle(flow, 'pay', 'done')
      const late = async (userId: string) => {
        const started = now
        now += 8 * dayMs
        await pay(userId)
        now = started
      }
      await come(flow, id, 'control', [pay, settle(flow, 'logo', 'skipped'), idle, late], more)
      await come(flow, id, 'later', [pay, pay], more)
      const early = await lab.results(id)
      expect(early.arms).toMatchObject([
        {
          id: 'control',
          people: 4,
          exposed: 4,
          completed: 2,
          skipped: 1,
          activated: 2,
          inWindow: 4,
          rates: { completed: null },
        },
        { id: 'later', people: 2, completed: 2, inWindow: 2 },
      ])
      expect(early).toMatchObject({ verdict: null, reason: expect.stringContaining('Too early') })
      now += 9 * dayMs
      await come(flow, id, 'later', [idle], more)
      const results = await lab.results(id)
      expect(results.arms).toMatchObject([
        {
          id: 'control',
          completed: 2,
          inWindow: 0,
          matured: 4,
          rates: { completed: 0.25, skipped: 0.25, resumed: 0, activated: 0.25 },
        },
        { id: 'later', people: 3, inWindow: 1, matured: 2, rates: { completed: 1 } },
      ])
      const wide = await lab.results(id, '?window=9d')
      expect(wide.arms[0].rates.completed).toBe(0.5)
      expect(results.arms[1].timeToComplete.reached).toBe(true)
      expect(results.definitions.inWindow).toContain('window')
      // Phase 1 of `running` put everybody into "later", and nobody came: the shares are those of the phases since.
      expect(results.sampleRatio).toMatchObject({
        expected: { control: 4, later: 3 },
        observed: { control: 4, later: 3 },
        suspicious: false,
      })
      // No phase had people of both arms, so nothing can be compared.
      expect(results.comparisons).toMatchObject([{ arm: 'later', metrics: { completed: null } }])
      expect(results.verdict).toMatchObject({
        metric: 'completed',
        arms: [{ arm: 'later', is: 'not_told_apart' }],
      })
    })

    test('count taking the flow up again, and only what followed the exposure', async () => {
      const flow = await lab.published()
      const before = await lab.personOf(flow)
      await before('GET', onboarding)
      await before('POST', `${onboarding}/skip`)
      await before('POST', `${onboarding}/resume`)
      now += 1000
      const id = await lab.running(flow)
      await before('GET', onboarding)
      const [, later] = (await lab.results(id)).arms
      expect(later).toMatchObject({ people: 1, skipped: 0, resumed: 0 })
      now += 1000
      await before('POST', `${onboarding}/skip`)
      await before('POST', `${onboarding}/resume`)
      expect((await lab.results(id)).arms[1]).toMatchObject({ people: 1, skipped: 1, resumed: 1 })
    })

    test('count an activation step that a colleague did for all members of the account who were exposed before', async () => {
      const flow = await lab.published({
        steps: [
          { id: 'logo', title: 'Logo', required: false },
          { id: 'connect', title: 'Connect', required: true, scope: 'account', activation: true },
          { id: 'last', title: 'Last', required: true },
        ],
      })
      const id = await lab.running(flow)
      const account = `acme-${flow}`
      const [ada, bob] = [
        await lab.personOf(flow, `ada-${flow}`, { account }),
        await lab.personOf(flow, `bob-${flow}`, { account }),
      ]
      await ada('GET', onboarding)
      await bob('GET', onboarding)
      now += 1000
      await ada('PATCH', `${onboarding}/steps/connect`, { status: 'done' })
      await bob('GET', onboarding)
      now += 1000
      await (
        await lab.personOf(flow, `carl-${flow}`, { account })
      )('GET', onboarding)
      expect((await lab.results(id)).arms[1]).toMatchObject({ people: 3, activated: 2 })
    })

    test('decide by the metric that the experiment names first', async () => {
      const flow = await lab.published()
      const more = { minimumSample: 1, metrics: ['revenue', 'skipped', 'completed'] }
      const id = await lab.running(flow, more)
      await come(flow, id, 'control', [idle], more)
      await come(flow, id, 'later', [idle], more)
      now += 8 * dayMs
      expect((await lab.results(id)).verdict).toMatchObject({ metric: 'skipped' })
    })

    test('expect in the shares of a phase only those who came in it', async () => {
      const flow = await lab.published()
      const id = await lab.running(flow)
      await (
        await lab.personOf(flow)
      )('GET', onboarding)
      const allocation = { control: 50, later: 50 }
      await lab.put(id, lab.documentOf(flow, { allocation }))
      for (let n = 0; n < 8; n += 1) await (await lab.personOf(flow, `s${n}-${flow}`))('GET', onboarding)
      const { sampleRatio } = await lab.results(id)
      expect(sampleRatio.expected).toEqual({ control: 4, later: 5 })
      expect(sampleRatio.observed.control + sampleRatio.observed.later).toBe(9)
    })
  })
})

const sums = (phase: number, arm: string, units: number, completed: number) => {
  const each = (value: number) => ({ completed: value, skipped: 0, resumed: 0, activated: 0 })
  const counts = { people: units, units, matured: units, maturedUnits: units }
  return {
    phase,
    arm,
    ...counts,
    soFar: each(completed),
    inTime: each(completed),
    sums: each(completed),
    squares: each(completed),
  }
}

describe('a comparison', () => {
  test('of one phase is the always-valid interval of its shares', () => {
    const compared = compare(
      [sums(1, 'a', 400, 100), sums(1, 'b', 500, 150)],
      ['a', 'b'],
      'completed',
      'user',
    )
    const interval = alwaysValidInterval(proportionOf(100, 400), proportionOf(150, 500))
    expect(compared?.difference).toBeCloseTo(0.05, 12)
    expect(compared?.low).toBeCloseTo(interval?.low ?? NaN, 12)
    expect(compared?.high).toBeCloseTo(interval?.high ?? NaN, 12)
    expect(compared?.relative).toBeCloseTo(0.2, 12)
  })

  test('within phases sees no difference that only the change of the allocation makes', () => {
    // In both phases the arms are alike; but most of "b" came when everybody completed more often.
    const rows = [sums(1, 'a', 900, 90), sums(1, 'b', 100, 10), sums(2, 'a', 100, 50), sums(2, 'b', 900, 450)]
    const compared = compare(rows, ['a', 'b'], 'completed', 'user')
    expect(compared?.difference).toBeCloseTo(0, 12)
    expect(460 / 1000 - 140 / 1000).toBeCloseTo(0.32, 12)
  })

  test('weighs phases by how many there are of both arms', () => {
    const rows = [sums(1, 'a', 100, 10), sums(1, 'b', 100, 20), sums(2, 'a', 300, 30), sums(2, 'b', 300, 90)]
    expect(compare(rows, ['a', 'b'], 'completed', 'user')?.difference).toBeCloseTo(
      0.25 * 0.1 + 0.75 * 0.2,
      12,
    )
  })

  test('of nobody is none', () => {
    expect(compare([], ['a', 'b'], 'completed', 'user')).toBeNull()
    expect(
      compare([sums(1, 'a', 100, 10), sums(2, 'b', 100, 10)], ['a', 'b'], 'completed', 'user'),
    ).toBeNull()
  })
})

describe('the sample ratio', () => {
  const document = {
    id: 'x',
    name: 'X',
    flow: 'f',
    unit: 'user',
    arms: [{ id: 'a' }, { id: 'b' }],
    allocation: {},
    minimumSample: 1,
  } as const
  const phase = (number: number, a: number) => ({ number, since: '', allocation: { a, b: 100 - a } })

  test('of a split as intended is not suspicious, phase by phase', () => {
    const rows = [sums(1, 'a', 900, 0), sums(1, 'b', 100, 0), sums(2, 'a', 500, 0), sums(2, 'b', 500, 0)]
    const ratio = ratioOf(document, [phase(1, 90), phase(2, 50)], rows)
    expect(ratio).toMatchObject({
      expected: { a: 1400, b: 600 },
      observed: { a: 1400, b: 600 },
      p: 1,
      suspicious: false,
    })
  })

  test('finds a split that is wrong in each phase, though right in all', () => {
    const rows = [sums(1, 'a', 700, 0), sums(1, 'b', 300, 0), sums(2, 'a', 700, 0), sums(2, 'b', 300, 0)]
    expect(ratioOf(document, [phase(1, 90), phase(2, 50)], rows)).toMatchObject({
      expected: { a: 1400, b: 600 },
      observed: { a: 1400, b: 600 },
      suspicious: true,
    })
  })
})
