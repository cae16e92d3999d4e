import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import type { Call } from './open-house.ts'
import { inNone, onboarding, openLab, pathOf, type Lab } from './open-lab.ts'

forEachDatabase((_, open) => {
  let lab: Lab
  let second: Lab
  beforeAll(async () => {
    const database = await open()
    lab = await openLab(database)
    second = await openLab(database)
  })
  afterAll(() => Promise.all([lab.boardwalk.stop(), second.boardwalk.stop()]))

  const armsOf = async (person: Call): Promise<unknown> => lab.armsIn((await person('GET', onboarding)).body)

  describe('an allocation changed while it runs', () => {
    test('begins a new phase, moves nobody who has begun, and holds for all who come', async () => {
      const flow = await lab.published()
      const id = await lab.running(flow)
      const ada = await lab.personOf(flow)
      await armsOf(ada)
      const changed = await lab.put(id, lab.documentOf(flow, { allocation: { control: 100, later: 0 } }))
      expect(changed.body).toMatchObject({
        status: 'running',
        phases: [{ number: 1 }, { number: 2, allocation: { control: 100 } }],
      })
      expect(await armsOf(ada)).toEqual([{ id, arm: 'later' }])
      const bob = await lab.personOf(flow, `bob-${flow}`)
      expect(await armsOf(bob)).toEqual([{ id, arm: 'control' }])
      expect(await lab.ledger(`ada-${flow}`)).toMatchObject([{ arm: 'later', phase: 1 }])
      expect(await lab.ledger(`bob-${flow}`)).toMatchObject([{ arm: 'control', phase: 2 }])
      const renamed = await lab.put(
        id,
        lab.documentOf(flow, { name: 'Other', allocation: { control: 100, later: 0 } }),
      )
      expect(renamed.body.phases).toHaveLength(2)
    })
  })

  describe('an experiment that is stopped', () => {
    test('gives everybody what they would have without, keeps the rows, and goes on with them', async () => {
      const flow = await lab.published()
      const id = await lab.running(flow)
      const ada = await lab.personOf(flow)
      await armsOf(ada)
      expect((await lab.stop(id)).body).toMatchObject({ status: 'stopped', stopReason: 'enough' })
      expect((await ada('GET', onboarding)).body).toMatchObject({ experiments: inNone, config: {} })
      const bob = await lab.personOf(flow, `bob-${flow}`)
      expect(await armsOf(bob)).toEqual([])
      expect(await lab.ledger(`ada-${flow}`)).toHaveLength(1)
      expect(await lab.ledger(`bob-${flow}`)).toEqual([])
      await lab.put(id, lab.documentOf(flow, { allocation: { control: 100, later: 0 } }))
      const again = await lab.server('POST', `${pathOf(id)}/start`)
      expect(again.body.phases).toHaveLength(2)
      expect(await armsOf(ada)).toEqual([{ id, arm: 'later' }])
      expect(await armsOf(bob)).toEqual([{ id, arm: 'control' }])
      expect(await lab.exposures(`ada-${flow}`)).toHaveLength(1)
    })
  })

  describe('who is let in', () => {
    test('only those for whom the condition holds, but whoever has begun stays', async () => {
      const flow = await lab.published()
      const id = await lab.running(flow, { condition: { plan: 'team' } })
      const ada = await lab.personOf(flow)
      expect(await armsOf(ada)).toEqual([])
      await lab.personOf(flow, `ada-${flow}`, { plan: 'team' })
      expect(await armsOf(ada)).toEqual([{ id, arm: 'later' }])
      await lab.personOf(flow, `ada-${flow}`, { plan: 'free' })
      expect(await armsOf(ada)).toEqual([{ id, arm: 'later' }])
    })

    test('only between its start and its end', async () => {
      const flow = await lab.published()
      await lab.running(flow, { startsAt: '2199-01-01T00:00:00Z' })
      await lab.running(flow, { endsAt: '2020-01-01T00:00:00+01:00' }, `y-${flow}`)
      expect(await armsOf(await lab.personOf(flow))).toEqual([])
      const { body } = await lab.server('GET', `/api/users/ada-${flow}/explain?flow=${flow}`)
      expect(body.experiments).toMatchObject([{ decidedBy: 'not_started' }, { decidedBy: 'ended' }])
    })

    test('of two that exclude each other, each person only one', async () => {
      const flow = await lab.published()
      const group = (from: number, to: number) => ({ exclusionGroup: { name: `g-${flow}`, from, to } })
      const low = await lab.running(flow, group(0, 50))
      const high = await lab.running(flow, group(50, 100), `y-${flow}`)
      const met: unknown[] = []
      for (let n = 0; n < 12; n += 1) met.push(await armsOf(await lab.personOf(flow, `p${n}-${flow}`)))
      const ids = met.map((all) => (all as { id: string }[]).map(({ id }) => id))
      expect(ids.every((all) => all.length === 1)).toBe(true)
      expect(new Set(ids.flat())).toEqual(new Set([low, high]))
    })

    test('a tester is in the arm of the list, whatever else, and in no figure', async () => {
      const flow = await lab.published()
      const testers = { [`ada-${flow}`]: 'control' }
      const id = await lab.running(flow, { testers, condition: { plan: 'none has it' } })
      const ada = await lab.personOf(flow)
      expect(await armsOf(ada)).toEqual([{ id, arm: 'control' }])
      expect(await lab.exposures(`ada-${flow}`)).toMatchObject([{ source: 'tester' }])
      expect(await lab.results(id)).toMatchObject({ testersLeftOut: 1, arms: [{ people: 0 }, { people: 0 }] })
      await lab.put(id, lab.documentOf(flow, { testers: { [`ada-${flow}`]: 'later' } }))
      expect(await armsOf(ada)).toEqual([{ id, arm: 'later' }])
    })
  })

  describe('two processes', () => {
    test('that expose the same person at once write one row and tell it once', async () => {
      const flow = await lab.published()
      const id = await lab.running(flow)
      const [here, there] = [await lab.personOf(flow), await second.person(`ada-${flow}`)]
      const read = await Promise.all([here, there, here, there].map(armsOf))
      for (const met of read) expect(met).toEqual([{ id, arm: 'later' }])
      expect(await lab.ledger(`ada-${flow}`)).toHaveLength(1)
      expect(await lab.exposures(`ada-${flow}`)).toHaveLength(1)
    })

    test('put members of one account who come at once into one arm, and tell each member once', async () => {
      const flow = await lab.published()
      const id = await lab.running(flow, { unit: 'account', allocation: { control: 50, later: 50 } })
      const account = `acme-${flow}`
      const members = await Promise.all(
        [1, 2, 3, 4].map(async (n) => {
          await lab.personOf(flow, `m${n}-${flow}`, { account })
          return (n % 2 ? lab : second).person(`m${n}-${flow}`)
        }),
      )
      const read = await Promise.all(members.map(armsOf))
      expect(new Set(read.map((all) => JSON.stringify(all))).size).toBe(1)
      const other = { control: 'later', later: 'control' }[
        (read[0] as { arm: 'control' | 'later' }[])[0]!.arm
      ]
      // Who comes later is in the account's arm, whatever the allocation is by then.
      await lab.put(
        id,
        lab.documentOf(flow, { unit: 'account', allocation: { control: 0, later: 0, [other]: 100 } }),
      )
      const late = await lab.personOf(flow, `late-${flow}`, { account })
      expect(await armsOf(late)).toEqual(read[0])
      for (const name of ['m1', 'm2', 'm3', 'm4', 'late']) {
        expect(await lab.exposures(`${name}-${flow}`)).toMatchObject([{ experiment: id, phase: 1 }])
        expect(await lab.ledger(`${name}-${flow}`)).toHaveLength(1)
      }
      const { arms } = await lab.results(id)
      expect(arms.map(({ people, units }: Record<string, number>) => [people, units]).toSorted()).toEqual([
        [0, 0],
        [5, 1],
      ])
    })

    test('hear at once that it was stopped', async () => {
      const flow = await lab.published()
      const id = await lab.running(flow)
      await lab.personOf(flow)
      const there = await second.person(`ada-${flow}`)
      expect(await armsOf(there)).toEqual([{ id, arm: 'later' }])
      await lab.stop(id)
      expect(await armsOf(there)).toEqual([])
    })
  })

  test('somebody without an account is in no experiment on accounts', async () => {
    const flow = await lab.published()
    await lab.running(flow, { unit: 'account' })
    expect(await armsOf(await lab.personOf(flow))).toEqual([])
    const { body } = await lab.server('GET', `/api/users/ada-${flow}/explain?flow=${flow}`)
    expect(body.experiments).toMatchObject([{ arm: null, decidedBy: 'no_account' }])
  })

  test('somebody who changes account puts the new one into the arm that they are shown there', async () => {
    const flow = await lab.published()
    const by = { unit: 'account' }
    const id = await lab.running(flow, by)
    const ada = await lab.personOf(flow, `ada-${flow}`, { account: `one-${flow}` })
    await armsOf(ada)
    await lab.personOf(flow, `ada-${flow}`, { account: `two-${flow}` })
    expect(await armsOf(ada)).toEqual([{ id, arm: 'later' }])
    await lab.put(id, lab.documentOf(flow, { ...by, allocation: { control: 100, later: 0 } }))
    expect(await armsOf(ada)).toEqual([{ id, arm: 'later' }])
    const bob = await lab.personOf(flow, `bob-${flow}`, { account: `two-${flow}` })
    expect(await armsOf(bob)).toEqual([{ id, arm: 'later' }])
    expect(await lab.exposures(`ada-${flow}`)).toHaveLength(1)
  })
})
