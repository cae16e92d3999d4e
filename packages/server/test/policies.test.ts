import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type Call, type House } from './open-house.ts'

type Step = { id: string; status?: string; [field: string]: unknown }

forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(await open())
  })
  afterAll(() => house.boardwalk.stop())

  /** Each test has a flow of its own, and people in no other. */
  const flowOf = (name: string, ...steps: (string | Step)[]) => ({
    name,
    audience: { group: name },
    steps: steps.map((step) =>
      typeof step === 'string' ? { id: step, title: step } : { title: step.id, ...step },
    ),
  })
  const required = (id: string, more: object = {}): Step => ({ id, required: true, ...more })
  const someone = (userId: string, group: string, more: object = {}): Promise<Call> =>
    house.person(`${group}-${userId}`, { attributes: { group }, ...more })
  const publish = async (document: { name: string }, how: object = {}): Promise<number> => {
    const { name, version } = (await house.server('POST', '/api/admin/flows', document)).body
    const published = await house.server('POST', `/api/admin/flows/${name}/versions/${version}/publish`, how)
    expect(published.status).toBe(200)
    return version
  }
  const rollBack = (name: string, version: number) =>
    house.server('POST', `/api/admin/flows/${name}/versions/${version}/rollback`)
  const finish = async (me: Call, ...ids: string[]): Promise<void> => {
    for (const id of ids)
      expect((await me('PATCH', `/api/onboarding/steps/${id}`, { status: 'done' })).status).toBe(200)
  }
  /** `2 in_progress: a done, b todo` */
  const seenBy = async (me: Call): Promise<string> => {
    const { flow, status, steps } = (await me('GET', '/api/onboarding')).body
    return `${flow.version} ${status}: ${steps.map(({ id, status }: Step) => `${id} ${status}`).join(', ')}`
  }
  const toldOf = async (userId: string): Promise<string[]> =>
    (await house.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)).body.events.map(
      ({ type, stepId }: any) => type.replace('onboarding.', '') + (stepId === undefined ? '' : ` ${stepId}`),
    )

  describe('a publication', () => {
    test('pins: who is mid-flow finishes the version they started, the finished and the new see the new one', async () => {
      await publish(flowOf('pins', required('a'), required('b')))
      const [midway, finished] = [await someone('midway', 'pins'), await someone('finished', 'pins')]
      await finish(midway, 'a')
      await finish(finished, 'a', 'b')
      await publish(flowOf('pins', required('a'), required('c')), { policy: 'pin' })
      expect(await seenBy(midway)).toBe('1 in_progress: a done, b todo')
      expect(await seenBy(finished)).toBe('2 completed: a done, c todo')
      expect(await seenBy(await someone('new', 'pins'))).toBe('2 in_progress: a todo, c todo')
      await finish(midway, 'b')
      expect(await seenBy(midway)).toBe('1 completed: a done, b done')
      await publish(flowOf('pins', required('a'), required('c'), 'd'))
      expect(await seenBy(midway)).toBe('3 completed: a done, c todo, d todo')
    })

    test('restarts: who is mid-flow begins anew, and is told so; the account keeps what it has', async () => {
      const shared = required('shared', { scope: 'account' })
      await publish(flowOf('restarts', required('a'), 'o', required('b'), shared))
      const [midway, finished] = [
        await someone('midway', 'restarts', { account: 'r' }),
        await someone('finished', 'restarts', { account: 'r' }),
      ]
      await finish(midway, 'a', 'shared')
      await midway('PATCH', '/api/onboarding/steps/o', { status: 'skipped' })
      await finish(finished, 'a', 'b')
      await publish(flowOf('restarts', required('a'), 'o', required('b'), shared, 'c'), { policy: 'restart' })
      expect(await seenBy(midway)).toBe('2 in_progress: a todo, o todo, b todo, shared done, c todo')
      expect(await seenBy(finished)).toBe('2 completed: a done, o todo, b done, shared done, c todo')
      expect((await toldOf('restarts-midway')).filter((one) => /reset|moved/.test(one))).toEqual([
        'moved',
        'step_reset a',
        'step_reset o',
      ])
      await finish(midway, 'a', 'b')
      expect(await seenBy(midway)).toMatch(/^2 completed/)
    })

    test('reopens: the finished have to do what is new and required, but nobody twice', async () => {
      await publish(flowOf('reopens', required('a')))
      const me = await someone('me', 'reopens')
      await finish(me, 'a')
      await publish(flowOf('reopens', required('a'), 'optional'), { reopen: true })
      expect(await seenBy(me)).toBe('2 completed: a done, optional todo')
      await publish(flowOf('reopens', required('a'), required('b')), { reopen: true })
      expect(await seenBy(me)).toBe('3 in_progress: a done, b todo')
      await finish(me, 'b')
      expect(await seenBy(me)).toBe('3 completed: a done, b done')
      expect((await toldOf('reopens-me')).filter((one) => /completed$|reopened/.test(one))).toEqual([
        'completed',
        'reopened',
        'completed',
      ])
    })

    test('holds whoever it pinned to their version at every gate, by either name of a step', async () => {
      const gated = (gate: string, id: string, more: object = {}) => ({
        ...flowOf('gated', required(id, more)),
        gates: { [gate]: { steps: [id], critical: true } },
      })
      await publish(gated('publish', 'payments'))
      const [pinned, payer] = [await someone('pinned', 'gated'), await someone('payer', 'gated')]
      await seenBy(pinned)
      await finish(payer, 'payments')
      await publish(gated('golive', 'billing', { renamedFrom: 'payments' }), { policy: 'pin' })
      await seenBy(await someone('new', 'gated'))
      const check = async (userId: string, question: object) =>
        (
          await house.server('POST', '/api/gates/check', {
            userId: `gated-${userId}`,
            route: '/',
            ...question,
          })
        ).body.missingStep
      for (const steps of [['payments'], ['billing']]) {
        expect(await check('pinned', { steps })).toBe('payments')
        expect(await check('new', { steps })).toBe('billing')
        expect(await check('payer', { steps })).toBeUndefined()
      }
      expect(await check('pinned', { gate: 'publish' })).toBe('payments')
      expect(await check('pinned', { gate: 'golive' })).toBeUndefined()
      const { body } = await house.server('GET', '/api/gates')
      expect(body).toMatchObject({ steps: expect.arrayContaining(['payments', 'billing']) })
    })
  })

  test('an event completes the step of a pinned version, though the version in force waits for none', async () => {
    await publish(flowOf('hears', required('a', { trigger: { event: 'old.event' } }), required('b')))
    const me = await someone('me', 'hears')
    await seenBy(me)
    await publish(flowOf('hears', required('b')), { policy: 'pin' })
    await house.server('POST', '/api/events', { type: 'track', userId: 'hears-me', event: 'old.event' })
    expect(await seenBy(me)).toBe('1 in_progress: a done, b todo')
  })

  test('what somebody did before a restart proves nothing after it, what they do then does', async () => {
    const sell = required('sell', { trigger: { event: 'restart.sold' } })
    const track = () =>
      house.server('POST', '/api/events', { type: 'track', userId: 'anew-me', event: 'restart.sold' })
    await publish(flowOf('anew', sell, required('b')))
    const me = await someone('me', 'anew')
    await seenBy(me)
    await track()
    expect(await seenBy(me)).toBe('1 in_progress: sell done, b todo')
    await publish(flowOf('anew', sell, required('b'), 'c'), { policy: 'restart' })
    // Also for whoever has not come since: the event finds the step begun anew.
    await track()
    expect(await seenBy(me)).toBe('2 in_progress: sell done, b todo, c todo')
    await publish(flowOf('anew', sell, required('b'), 'd'), { policy: 'restart' })
    expect(await seenBy(me)).toBe('3 in_progress: sell todo, b todo, d todo')
  })

  test('publishing equal content again changes nothing, whatever the policy', async () => {
    await publish(flowOf('equal', required('a'), required('b')))
    const me = await someone('me', 'equal')
    await finish(me, 'a')
    await publish(flowOf('equal', required('a'), required('b')), { policy: 'restart' })
    expect(await seenBy(me)).toBe('1 in_progress: a done, b todo')
    expect((await house.server('GET', '/api/admin/flows/equal')).body.publications).toMatchObject([
      { version: 1, policy: 'move', reopen: false },
    ])
  })

  test('publishing past a newer draft that the publisher has not seen is refused', async () => {
    await publish(flowOf('unseen', 'a'))
    const [two, three] = [flowOf('unseen', 'a', 'b'), flowOf('unseen', 'a', 'c')]
    for (const document of [two, three]) await house.server('POST', '/api/admin/flows', document)
    const publishing = (ifMatch: string) =>
      house.server('POST', '/api/admin/flows/unseen/versions/2/publish', {}, { 'if-match': ifMatch })
    for (const tag of ['"2"', '2', '"3-0000"', '"3', 'W/"3"', '""', '"__proto__"'])
      expect(await publishing(tag), tag).toMatchObject({ status: 412, body: { error: 'stale' } })
    expect((await house.server('GET', '/api/admin/flows/unseen')).body.activeVersion).toBe(1)
    expect((await publishing('"1", "3"')).status).toBe(200)
    expect((await publishing('*')).status).toBe(200)
  })

  test('rolling back moves the pinned along and gives back what was done', async () => {
    await publish(flowOf('back', required('a'), required('b')))
    const me = await someone('me', 'back')
    await finish(me, 'a')
    await publish(flowOf('back', required('c')))
    expect(await seenBy(me)).toBe('2 in_progress: c todo')
    await publish(flowOf('back', required('d')), { policy: 'pin' })
    expect(await seenBy(me)).toBe('2 in_progress: c todo')
    await rollBack('back', 1)
    expect(await seenBy(me)).toBe('1 in_progress: a done, b todo')
  })

  test.each([
    { policy: 'wipe' },
    { policy: null },
    { reopen: 'yes' },
    { reopen: null },
    { policies: 'pin' },
    [],
  ])('%j is refused, and nothing is published', async (how) => {
    await house.server('POST', '/api/admin/flows', flowOf('hostile', 'a'))
    const answer = await house.server('POST', '/api/admin/flows/hostile/versions/1/publish', how)
    expect(answer.status).toBe(400)
    expect((await house.server('GET', '/api/admin/flows/hostile')).body.activeVersion).toBeNull()
  })
})
