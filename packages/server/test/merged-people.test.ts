import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import type { Answer } from './open-house.ts'
import { onboarding, openLab, type Lab } from './open-lab.ts'

const rounds = Array.from({ length: 20 }, (_, n) => n)

forEachDatabase((_, open) => {
  let lab: Lab
  let now = Date.now()
  beforeAll(async () => {
    lab = await openLab(await open(), { clock: () => now })
  })
  afterAll(() => lab.boardwalk.stop())

  const alias = (previousId: string, userId: string, more: object = {}) => ({
    type: 'alias',
    previousId,
    userId,
    ...more,
  })
  const send = (body: object, query = ''): Promise<Answer> => lab.server('POST', `/api/events${query}`, body)
  const statuses = async (body: object): Promise<string[]> =>
    (await send(body)).body.results.map(({ status }: { status: string }) => status)

  /** An experiment that all who come from now on come into this arm of. */
  const started = async (arm: 'control' | 'later') => {
    const flow = await lab.published()
    const shares = (to: string) => ({ allocation: { control: 0, later: 0, [to]: 100 } })
    const id = await lab.running(flow, shares(arm))
    return {
      flow,
      id,
      from: async (to: 'control' | 'later') => {
        expect((await lab.put(id, lab.documentOf(flow, shares(to)))).status).toBe(200)
      },
      read: async (userId: string): Promise<Answer> => {
        now += 1000
        const me = await lab.person(userId, { attributes: { for: flow } })
        return me('GET', onboarding)
      },
      variantIn: ({ body }: Answer): string => body.experiments[id]?.variant,
      count: async () => {
        const { arms, conflicts, testersLeftOut } = await lab.results(id)
        return { people: arms.map(({ people }: { people: number }) => people), conflicts, testersLeftOut }
      },
    }
  }

  describe('who was somebody anonymous before', () => {
    test('keeps the arm, though it is another that they would come into now, and is told of once', async () => {
      const { flow, id, from, read, variantIn, count } = await started('control')
      const [anonymous, ada, bob] = [`anonymous-${flow}`, `ada-${flow}`, `bob-${flow}`]
      expect(variantIn(await read(anonymous))).toBe('control')
      const [row] = await lab.ledger(anonymous)
      await from('later')
      expect(await statuses(alias(anonymous, ada))).toEqual(['accepted'])
      expect(variantIn(await read(ada))).toBe('control')
      expect(variantIn(await read(bob))).toBe('later')
      expect(await lab.ledger(ada)).toEqual([row])
      expect(await lab.ledger(anonymous)).toEqual([])
      expect(await lab.exposures(ada)).toEqual([])
      expect(await lab.exposures(anonymous)).toMatchObject([{ experiment: id, arm: 'control', phase: 1 }])
      expect(await count()).toMatchObject({ people: [1, 1], conflicts: 0 })
    })

    test('keeps the arms of all experiments, and those that only they were in', async () => {
      const [first, second] = [await started('control'), await started('control')]
      const [anonymous, ada] = [`anonymous-${first.flow}`, `ada-${first.flow}`]
      await first.read(anonymous)
      await second.read(ada)
      await send(alias(anonymous, ada))
      const held = (await lab.ledger(ada)).map(({ experiment }) => experiment)
      expect(new Set(held)).toEqual(new Set([first.id, second.id]))
      expect(held).toHaveLength(2)
    })

    test.each([
      ['as the former', 'anonymous', [1, 0]],
      ['as the latter', 'ada', [1, 0]],
    ] as const)('and was in another arm, is in the one they met first: %s', async (_name, first, people) => {
      const { flow, from, read, variantIn, count } = await started('control')
      const [anonymous, ada] = [`anonymous-${flow}`, `ada-${flow}`]
      const [earlier, later] = first === 'ada' ? [ada, anonymous] : [anonymous, ada]
      await read(earlier)
      const [row] = await lab.ledger(earlier)
      await from('later')
      expect(variantIn(await read(later))).toBe('later')
      expect(await count()).toMatchObject({ people: [1, 1], conflicts: 0 })
      await send(alias(anonymous, ada))
      expect(await lab.ledger(ada)).toEqual([{ ...row, conflict: true }])
      expect(await lab.ledger(anonymous)).toEqual([])
      expect(variantIn(await read(ada))).toBe('control')
      expect(await count()).toMatchObject({ people, conflicts: 1 })
      // Known by a third id, they still were in two arms.
      await send(alias(ada, `eve-${flow}`))
      expect(await count()).toMatchObject({ people, conflicts: 1 })
    })

    test('and was in the same arm, is no conflict, and counts from the earlier time', async () => {
      const { flow, read, count } = await started('later')
      const [anonymous, ada] = [`anonymous-${flow}`, `ada-${flow}`]
      await read(anonymous)
      const [row] = await lab.ledger(anonymous)
      await read(ada)
      await send(alias(anonymous, ada))
      expect(await lab.ledger(ada)).toEqual([row])
      expect(await count()).toMatchObject({ people: [0, 1], conflicts: 0 })
    })

    test('is that once: an alias told again changes nothing', async () => {
      const { flow, from, read, count } = await started('control')
      const [anonymous, ada] = [`anonymous-${flow}`, `ada-${flow}`]
      await read(anonymous)
      await from('later')
      await read(ada)
      const told = alias(anonymous, ada, { messageId: 'm-1' })
      expect(await statuses(told)).toEqual(['accepted'])
      const [ledger, counted] = [await lab.ledger(ada), await count()]
      expect(await statuses(told)).toEqual(['duplicate'])
      expect(await statuses(alias(anonymous, ada))).toEqual(['accepted'])
      expect([await lab.ledger(ada), await count()]).toEqual([ledger, counted])
      // Somebody goes on as nobody in particular: a repeat does not take what they met since.
      await read(anonymous)
      expect(await statuses(told)).toEqual(['duplicate'])
      expect(await lab.ledger(anonymous)).toHaveLength(1)
    })

    test('is told in batches, in their order, each answered by itself; a dry run writes nothing', async () => {
      const { flow, read } = await started('control')
      const [anonymous, ada, eve] = [`anonymous-${flow}`, `ada-${flow}`, `eve-${flow}`]
      await read(anonymous)
      const batch = [
        alias(anonymous, ada),
        alias(ada, ada),
        alias(ada, eve),
        alias(`nobody-${flow}`, `new-${flow}`),
        alias('', eve),
      ]
      const dry = await send({ batch }, '?dryRun=true')
      expect(dry.body.results[0]).toEqual({ index: 0, status: 'accepted', completes: [] })
      expect(await lab.ledger(anonymous)).toHaveLength(1)
      const { results } = (await send({ batch })).body
      expect(results).toEqual([
        { index: 0, status: 'accepted' },
        {
          index: 1,
          status: 'refused',
          reason: `previousId: found string "${ada}", expected another id than \`userId\``,
        },
        { index: 2, status: 'accepted' },
        { index: 3, status: 'accepted' },
        { index: 4, status: 'refused', reason: expect.stringContaining('previousId') },
      ])
      expect(await lab.ledger(eve)).toMatchObject([{ arm: 'control' }])
      expect(await lab.ledger(ada)).toEqual([])
      expect(await lab.ledger(`new-${flow}`)).toEqual([])
    })

    test('stays erased, under either id', async () => {
      const { flow, read } = await started('control')
      const [anonymous, ada] = [`anonymous-${flow}`, `ada-${flow}`]
      await read(anonymous)
      await read(ada)
      await lab.server('DELETE', `/api/users/${ada}`)
      expect((await send(alias(anonymous, ada))).body.results).toMatchObject([
        { status: 'refused', reason: expect.stringContaining('erased') },
      ])
      expect((await lab.server('GET', `/api/users/${ada}/export`)).status).toBe(404)
      expect(await lab.ledger(anonymous)).toHaveLength(1)
      await lab.server('DELETE', `/api/users/${anonymous}`)
      expect(await statuses(alias(anonymous, `bob-${flow}`))).toEqual(['accepted'])
      expect((await lab.server('GET', `/api/users/${anonymous}/export`)).status).toBe(404)
      expect(await lab.ledger(`bob-${flow}`)).toEqual([])
    })
  })

  describe('at once', () => {
    test('with the first read under the new id, the arm is the one met before, in one row', async () => {
      const { flow, from, read, variantIn, count } = await started('control')
      for (const n of rounds) await read(`anonymous${n}-${flow}`)
      await from('later')
      let exposed = 0
      for (const n of rounds) {
        const [anonymous, ada] = [`anonymous${n}-${flow}`, `ada${n}-${flow}`]
        // Every other of them is known already, and only not exposed.
        if (n % 2 === 0) await lab.personOf(flow, ada)
        const tell = (): Promise<string[]> => statuses(alias(anonymous, ada))
        const early = n % 4 < 2 ? tell() : undefined
        const [first, told] = await Promise.all([read(ada), early ?? tell()])
        expect(told).toEqual(['accepted'])
        const exposures = await lab.exposures(ada)
        exposed += exposures.length
        // They were told of the merged arm, or of their own, which was told of and then merged.
        expect(exposures.map(({ arm }) => arm)).toEqual(variantIn(first) === 'later' ? ['later'] : [])
        expect(await lab.ledger(ada)).toMatchObject([{ arm: 'control', phase: 1 }])
        expect(await lab.ledger(anonymous)).toEqual([])
        expect(variantIn(await read(ada))).toBe('control')
      }
      expect(await count()).toMatchObject({ people: [rounds.length, 0], conflicts: exposed })
    })

    test('two of them, each the other way round, leave one row between the two', async () => {
      const { flow, from, read, count } = await started('control')
      for (const n of rounds) {
        const [ada, eve] = [`ada${n}-${flow}`, `eve${n}-${flow}`]
        await from('control')
        await read(ada)
        await from('later')
        await read(eve)
        const told = [alias(ada, eve), alias(eve, ada), alias(ada, eve)].map((one) => send(one))
        for (const { body } of await Promise.all(told))
          expect(body.results).toMatchObject([{ status: 'accepted' }])
        expect([...(await lab.ledger(ada)), ...(await lab.ledger(eve))]).toMatchObject([{ arm: 'control' }])
      }
      expect(await count()).toMatchObject({ people: [rounds.length, 0], conflicts: rounds.length })
    })
  })
})
