import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { inNone, onboarding, openLab, type Lab } from './open-lab.ts'

forEachDatabase((_, open) => {
  let lab: Lab
  beforeAll(async () => {
    lab = await openLab(await open())
  })
  afterAll(() => lab.boardwalk.stop())

  const draftOf = async (flow: string, steps: object[]): Promise<number> => {
    const { body } = await lab.server('POST', '/api/admin/flows', {
      name: flow,
      audience: { for: flow },
      steps,
    })
    return body.version
  }
  const pay = (flow: string) => ({ id: `${flow}-pay`, title: 'Pay', required: true })

  describe('an arm that is a version', () => {
    /** Version 2 is a draft that waits for an event besides. */
    const tried = async (allocation: object = { old: 0, next: 100 }) => {
      const flow = await lab.published()
      const waits = {
        id: `${flow}-call`,
        title: 'Call',
        required: true,
        trigger: { event: `${flow}.called` },
      }
      const version = await draftOf(flow, [pay(flow), waits])
      const arms = [
        { id: 'old', flow },
        { id: 'next', version },
      ]
      const id = await lab.running(flow, { arms, allocation })
      return { flow, id, version, arms }
    }

    test('is entered though it is a draft, and hears the events that its steps wait for', async () => {
      const { flow, id, version } = await tried()
      const ada = await lab.personOf(flow)
      const { body } = await ada('GET', onboarding)
      expect(body).toMatchObject({
        flow: { name: flow, version },
        experiments: { [id]: { variant: 'next' } },
        config: {},
      })
      expect(await lab.timeline(`ada-${flow}`)).toMatchObject([
        { type: 'onboarding.enrolled', version, data: { arm: `${id}/next` } },
        { type: 'experiment.exposed', data: { experiment: id, arm: 'next' } },
        { type: 'onboarding.offered' },
        { type: 'onboarding.reached' },
      ])
      await lab.server('POST', '/api/events', {
        type: 'track',
        userId: `ada-${flow}`,
        event: `${flow}.called`,
        messageId: flow,
      })
      const { steps } = (await ada('GET', onboarding)).body
      expect(steps).toMatchObject([{ status: 'todo' }, { id: `${flow}-call`, status: 'done' }])
    })

    test('is written down also when a gate or the host’s call is what enrols them', async () => {
      const { flow } = await tried()
      await lab.personOf(flow)
      await lab.server('POST', '/api/gates/check', {
        userId: `ada-${flow}`,
        steps: [`${flow}-pay`],
        route: '/',
      })
      expect(await lab.ledger(`ada-${flow}`)).toMatchObject([{ arm: 'next' }])
    })

    test('is explained as what would be, until they are enrolled', async () => {
      const { flow, id } = await tried()
      const ada = await lab.personOf(flow)
      const explained = async () =>
        (await lab.server('GET', `/api/users/ada-${flow}/explain?flow=${flow}`)).body.experiments
      expect(await explained()).toMatchObject([{ arm: 'next', decidedBy: 'hash', exposed: false }])
      expect(await lab.ledger(`ada-${flow}`)).toEqual([])
      await ada('GET', onboarding)
      expect(await explained()).toMatchObject([
        { experiment: id, arm: 'next', decidedBy: 'stored', exposed: true },
      ])
    })

    test('keeps its people when the experiment is stopped, and lets nobody new in', async () => {
      const { flow, id, version } = await tried()
      const ada = await lab.personOf(flow)
      await ada('GET', onboarding)
      await lab.stop(id)
      expect((await ada('GET', onboarding)).body).toMatchObject({ flow: { version }, experiments: inNone })
      const bob = await lab.personOf(flow, `bob-${flow}`)
      expect((await bob('GET', onboarding)).body.flow.version).toBe(1)
      expect(await lab.ledger(`bob-${flow}`)).toEqual([])
    })

    test('loses them to a new version that moves, not to one that lets them finish', async () => {
      const { flow, version } = await tried()
      const ada = await lab.personOf(flow)
      await ada('GET', onboarding)
      const publish = async (steps: object[], policy: string) => {
        const next = await draftOf(flow, steps)
        const path = `/api/admin/flows/${flow}/versions/${next}/publish`
        expect((await lab.server('POST', path, { policy })).status).toBe(200)
        return next
      }
      await publish([pay(flow), { id: 'third', title: 'Third' }], 'pin')
      expect((await ada('GET', onboarding)).body.flow.version).toBe(version)
      const moved = await publish([pay(flow), { id: 'fourth', title: 'Fourth' }], 'move')
      expect((await ada('GET', onboarding)).body.flow.version).toBe(moved)
    })

    test('takes nobody who was in the flow before', async () => {
      const flow = await lab.published()
      const ada = await lab.personOf(flow)
      await ada('GET', onboarding)
      const version = await draftOf(flow, [pay(flow)])
      await lab.running(flow, {
        arms: [
          { id: 'old', flow },
          { id: 'next', version },
        ],
        allocation: { old: 0, next: 100 },
      })
      expect((await ada('GET', onboarding)).body).toMatchObject({ flow: { version: 1 }, experiments: inNone })
      expect(await lab.ledger(`ada-${flow}`)).toEqual([])
    })

    test('is not where imported people enter, whom no experiment can have changed', async () => {
      const { flow } = await tried()
      await lab.personOf(flow)
      const people = [{ userId: `ada-${flow}`, steps: [{ id: `${flow}-logo` }] }]
      const { status } = await lab.server('POST', '/api/admin/import', { flow, people })
      expect(status).toBe(200)
      const exported = await lab.server('GET', `/api/users/ada-${flow}/export`)
      expect(exported.body.enrolments).toMatchObject([{ flow, version: 1 }])
      expect(await lab.ledger(`ada-${flow}`)).toEqual([])
    })
  })

  describe('an arm that is another flow', () => {
    const tried = async (allocation: object = { old: 0, other: 100 }) => {
      const flow = await lab.published()
      // Whoever is not kept from it would come into it first.
      const other = await lab.published({ audience: { for: flow }, priority: 9 })
      const arms = [
        { id: 'old', flow },
        { id: 'other', flow: other },
      ]
      const id = await lab.running(flow, { arms, allocation })
      return { flow, other, id, arms }
    }

    test('is entered through the experiment, whichever of the two was asked for', async () => {
      const { flow, other, id } = await tried()
      const ada = await lab.personOf(flow)
      for (const query of ['', `?flow=${flow}`, `?flow=${other}`])
        expect((await ada('GET', `${onboarding}${query}`)).body).toMatchObject({
          flow: { name: other },
          experiments: { [id]: { variant: 'other' } },
        })
      expect(await lab.exposures(`ada-${flow}`)).toHaveLength(1)
    })

    test('is entered in no other way, not even when the experiment is stopped', async () => {
      const { flow, other, id } = await tried({ old: 100, other: 0 })
      const ada = await lab.personOf(flow)
      expect((await ada('GET', `${onboarding}?flow=${other}`)).body).toMatchObject({ flow: null })
      expect((await ada('GET', onboarding)).body).toMatchObject({
        flow: { name: flow },
        experiments: { [id]: { variant: 'old' } },
      })
      await lab.stop(id)
      const bob = await lab.personOf(flow, `bob-${flow}`)
      expect((await bob('GET', onboarding)).body).toMatchObject({ flow: { name: flow }, experiments: inNone })
    })

    test('that is switched off leaves people with the flow as it is, in no arm', async () => {
      const { flow, other } = await tried()
      await lab.server('POST', `/api/admin/release/${other}/kill`, { reason: 'broken' })
      const ada = await lab.personOf(flow)
      expect((await ada('GET', onboarding)).body).toMatchObject({ flow: { name: flow }, experiments: inNone })
      expect(await lab.ledger(`ada-${flow}`)).toEqual([])
    })

    test('takes nobody who was in one of the two before, and leaves them what they have done there', async () => {
      const flow = await lab.published()
      const other = await lab.published({ audience: { for: flow }, priority: 9 })
      const ada = await lab.personOf(flow)
      expect((await ada('GET', onboarding)).body.flow.name).toBe(other)
      await ada('PATCH', `${onboarding}/steps/${other}-pay`, { status: 'done' })
      const id = await lab.running(flow, {
        arms: [
          { id: 'old', flow },
          { id: 'other', flow: other },
        ],
        allocation: { old: 0, other: 100 },
      })
      expect((await ada('GET', `${onboarding}?flow=${flow}`)).body).toMatchObject({
        flow: { name: flow },
        experiments: inNone,
      })
      expect((await ada('GET', `${onboarding}?flow=${other}`)).body.status).toBe('completed')
      expect(await lab.ledger(`ada-${flow}`)).toEqual([])
      const { body } = await lab.server('GET', `/api/users/ada-${flow}/explain?flow=${flow}`)
      expect(body.experiments).toMatchObject([{ experiment: id, arm: null, decidedBy: 'entered_before' }])
    })

    test('is where a gate of the other one looks', async () => {
      const flow = await lab.published()
      const step = { id: `${flow}-pay`, title: 'Pay', required: true }
      const other = await lab.published({ steps: [step] })
      await lab.running(flow, {
        arms: [
          { id: 'old', flow },
          { id: 'other', flow: other },
        ],
        allocation: { old: 0, other: 100 },
      })
      await lab.personOf(flow)
      const check = () =>
        lab.server('POST', '/api/gates/check', {
          userId: `ada-${flow}`,
          steps: [step.id],
          flow,
          route: '/',
        })
      expect(await check()).toMatchObject({ status: 409, body: { missingStep: step.id } })
      await (
        await lab.person(`ada-${flow}`)
      )('PATCH', `${onboarding}/steps/${step.id}`, { status: 'done' })
      expect(await check()).toMatchObject({ status: 200, body: { allowed: true } })
    })

    test('of a draft is entered as if nobody had drafted anything', async () => {
      const flow = await lab.published()
      const other = await lab.published({ audience: { for: flow }, priority: 9 })
      await lab.put(
        `x-${flow}`,
        lab.documentOf(flow, {
          arms: [
            { id: 'old', flow },
            { id: 'other', flow: other },
          ],
          allocation: { old: 50, other: 50 },
        }),
      )
      const ada = await lab.personOf(flow)
      expect((await ada('GET', onboarding)).body).toMatchObject({
        flow: { name: other },
        experiments: inNone,
      })
    })

    test('is not an experiment’s own flow besides: nobody new would come into either', async () => {
      const { flow, other, id } = await tried()
      const back = lab.documentOf(other, {
        arms: [
          { id: 'old', flow: other },
          { id: 'other', flow },
        ],
        allocation: { old: 50, other: 50 },
      })
      expect(await lab.put(`y-${flow}`, back)).toMatchObject({
        status: 422,
        body: { problems: [{ path: 'flow', message: expect.stringContaining(id) }] },
      })
    })

    test('counts in the funnel by its arm', async () => {
      const { flow, other, id } = await tried()
      await (
        await lab.personOf(flow)
      )('GET', onboarding)
      const arm = encodeURIComponent(`${id}/other`)
      await expect
        .poll(
          async () =>
            (await lab.server('GET', `/api/admin/analytics/funnel?flow=${other}&arm=${arm}`)).body.enrolled,
        )
        .toBe(1)
    })
  })
})
