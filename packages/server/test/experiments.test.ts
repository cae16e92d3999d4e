import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { inNone, onboarding, openLab, type Lab } from './open-lab.ts'

forEachDatabase((_, open) => {
  let lab: Lab
  beforeAll(async () => {
    lab = await openLab(await open())
  })
  afterAll(() => lab.boardwalk.stop())

  const nothing = { experiments: inNone, config: {} }

  describe('the ledger', () => {
    test('has the arm from the first exposure on, told once, and figures count the enrolment by it', async () => {
      const flow = await lab.published()
      const id = await lab.running(flow)
      const ada = await lab.personOf(flow)
      for (const _ of [1, 2]) {
        const { body } = await ada('GET', onboarding, undefined, { 'accept-language': 'fr' })
        const config = { skipButtonText: 'Faire plus tard' }
        expect(body.experiments).toEqual({ [id]: { variant: 'later', config } })
        expect(body.config).toEqual(config)
      }
      const row = { experiment: id, arm: 'later', phase: 1, source: 'hash' }
      expect(await lab.ledger(`ada-${flow}`)).toMatchObject([row])
      expect(await lab.exposures(`ada-${flow}`)).toEqual([row])
      expect((await lab.timeline(`ada-${flow}`))[0]).toMatchObject({
        type: 'onboarding.enrolled',
        data: { arm: `${id}/later` },
      })
    })

    const before: [string, (lab: Lab, flow: string) => Promise<unknown>][] = [
      [
        'the host’s server reads for them',
        async ({ server }, flow) => {
          const { body } = await server('GET', `/api/users/ada-${flow}/onboarding`)
          expect(body).toMatchObject(nothing)
        },
      ],
      [
        'the host’s process reads for them',
        async ({ boardwalk }, flow) => {
          expect(await boardwalk.verbs.getOnboarding(`ada-${flow}`)).toMatchObject(nothing)
        },
      ],
      [
        'they are enrolled by a gate',
        ({ server }, flow) =>
          server('POST', '/api/gates/check', { userId: `ada-${flow}`, steps: [`${flow}-pay`], route: '/' }),
      ],
      [
        'they look at another market',
        async ({ person }, flow) => {
          const ada = await person(`ada-${flow}`)
          expect((await ada('GET', `${onboarding}?market=FR`)).body).toMatchObject(nothing)
        },
      ],
      [
        'a change answers how the flow stands',
        async ({ person }, flow) => {
          const ada = await person(`ada-${flow}`)
          await ada('POST', `${onboarding}/welcome/seen`)
        },
      ],
      [
        'they are asked why',
        async ({ server }, flow) => {
          const { body } = await server('GET', `/api/users/ada-${flow}/explain`)
          expect(body.experiments).toContainEqual({
            experiment: `x-${flow}`,
            flow,
            status: 'running',
            arm: 'later',
            decidedBy: 'hash',
            exposed: false,
          })
        },
      ],
    ]
    test.each(before)('has no row while only %s', async (_, look) => {
      const flow = await lab.published()
      await lab.running(flow)
      await lab.personOf(flow)
      await look(lab, flow)
      expect(await lab.ledger(`ada-${flow}`)).toEqual([])
      expect(await lab.exposures(`ada-${flow}`)).toEqual([])
    })

    test('has the row when the answer to a change is all that the person reads now', async () => {
      const flow = await lab.published()
      const id = await lab.running(flow)
      const ada = await lab.personOf(flow)
      const { body, headers } = await ada('POST', `${onboarding}/welcome/seen`, undefined, {
        prefer: 'return=representation',
      })
      expect(lab.armsIn(body.onboarding)).toEqual([{ id, arm: 'later' }])
      expect(await lab.ledger(`ada-${flow}`)).toHaveLength(1)
      expect((await ada('GET', onboarding)).headers.get('etag')).toBe(headers.get('etag'))
      expect(await lab.exposures(`ada-${flow}`)).toHaveLength(1)
    })

    test('is exported, and erased with the person, whom the results then count no longer', async () => {
      const flow = await lab.published()
      const id = await lab.running(flow)
      await (
        await lab.personOf(flow)
      )('GET', onboarding)
      await (
        await lab.personOf(flow, `bob-${flow}`)
      )('GET', onboarding)
      const people = async () => (await lab.results(id)).arms.map((arm: { people: number }) => arm.people)
      expect(await people()).toEqual([0, 2])
      expect((await lab.server('DELETE', `/api/users/ada-${flow}`)).status).toBe(200)
      expect(await people()).toEqual([0, 1])
      await lab.personOf(flow)
      expect(await lab.ledger(`ada-${flow}`)).toEqual([])
    })
  })

  describe('a person meets the difference', () => {
    const nudgeArms = (config: object) => ({
      arms: [
        { id: 'control', config: {} },
        { id: 'later', config },
      ],
    })
    const skipped = { steps: [{ id: 'only', title: 'Only', required: true }] }
    const never = { nudge: { stopAfterDays: 0 } }
    const rows: [string, object, object, object][] = [
      ['of a button’s text where nothing may be skipped', skipped, {}, nothing],
      ['of a reminder’s place when it is not due', never, nudgeArms({ nudgePlacement: 'top' }), nothing],
      ['of a snooze’s length when no reminder is due', never, nudgeArms({ snoozeDuration: 3 }), nothing],
    ]
    test.each(rows)('not %s', async (_, more, experiment, expected) => {
      const flow = await lab.published(more)
      await lab.running(flow, experiment)
      const ada = await lab.personOf(flow)
      expect((await ada('GET', onboarding)).body).toMatchObject(expected)
      expect(await lab.ledger(`ada-${flow}`)).toEqual([])
    })

    test('not of a button’s text while skipping is switched off', async () => {
      const flow = await lab.published()
      const id = await lab.running(flow)
      await lab.server('PUT', `/api/admin/release/${flow}`, { skipEnabled: false })
      const ada = await lab.personOf(flow)
      expect((await ada('GET', onboarding)).body).toMatchObject(nothing)
      await lab.server('PUT', `/api/admin/release/${flow}`, { skipEnabled: true })
      expect(lab.armsIn((await ada('GET', onboarding)).body)).toEqual([{ id, arm: 'later' }])
    })

    test('in every arm alike: also where the control changes nothing', async () => {
      const flow = await lab.published()
      const allocation = { control: 100, later: 0 }
      const id = await lab.running(flow, { ...nudgeArms({ nudgePlacement: 'top' }), allocation })
      const ada = await lab.personOf(flow)
      expect((await ada('GET', onboarding)).body).toMatchObject({
        experiments: { [id]: { variant: 'control' } },
        config: {},
      })
      expect(await lab.exposures(`ada-${flow}`)).toHaveLength(1)
    })

    test('and the server obeys: a snooze lasts as long as the arm says, or is refused', async () => {
      const flow = await lab.published()
      await lab.running(flow, nudgeArms({ snoozeDuration: 2 }))
      const ada = await lab.personOf(flow)
      expect((await ada('GET', onboarding)).body).toMatchObject({
        nudge: { snoozeDays: 2 },
        config: { snoozeDuration: 2 },
      })
      const { body } = await ada('POST', `${onboarding}/nudge/snooze`)
      const days = (Date.parse(body.nudge.snoozedUntil) - Date.now()) / 86_400_000
      expect(Math.round(days)).toBe(2)
      expect(body.nudge.snoozeDays).toBe(2)

      const other = await lab.published()
      await lab.running(other, nudgeArms({ snoozeEnabled: false }))
      const bob = await lab.personOf(other)
      expect((await bob('GET', onboarding)).body.features.snooze).toBe(false)
      expect(await bob('POST', `${onboarding}/nudge/snooze`)).toMatchObject({
        status: 409,
        body: { error: 'snooze_off' },
      })
    })
  })
})
