import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { flowFile, openHouse, type House } from './open-house.ts'

const now = Date.parse('2026-06-01T12:00:00.000Z')
const path = '/api/admin/import'
const done = (id: string, at?: string) => ({ id, status: 'done', ...(at !== undefined && { at }) })

forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(await open(), { clock: () => now })
    await house.publish(flowFile('shop'))
  })
  afterAll(() => house.boardwalk.stop())

  const send = async (people: unknown[], more: object = {}): Promise<any[]> => {
    const { status, body } = await house.server('POST', path, { flow: 'shop', people, ...more })
    expect(status).toBe(200)
    return body.results
  }
  const shown = async (userId: string) => (await house.server('GET', `/api/users/${userId}/onboarding`)).body
  /** All that is stored of the person, but who asked for it (each export is an entry of the audit log) and what is counted (later). */
  const held = async (userId: string) => {
    const {
      auditEntries: _,
      tally: __,
      ...rest
    } = (await house.server('GET', `/api/users/${userId}/export`)).body
    return rest
  }
  const told = async (userId: string): Promise<any[]> =>
    (await house.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)).body.events

  test('an import keeps the times, enrols from the earliest of them, and says that it is one', async () => {
    const ada = {
      userId: 'ada',
      facts: { role: 'owner', market: 'FR', account: 'a-1', createdAt: '2025-01-02T00:00:00Z' },
      steps: [
        done('payments', '2025-01-05T10:00:00+01:00'),
        done('email_verification', '2025-01-03T00:00:00Z'),
        { id: 'theme', status: 'skipped', at: '2025-01-06T00:00:00Z' },
      ],
    }
    expect(await send([ada])).toEqual([{ index: 0, status: 'imported' }])
    const { steps, status } = await shown('ada')
    expect(steps.map(({ id, status, completedAt }: any) => [id, status, completedAt])).toEqual([
      ['email_verification', 'done', '2025-01-03T00:00:00.000Z'],
      ['payments', 'done', '2025-01-05T09:00:00.000Z'],
      ['theme', 'skipped', undefined],
      ['product', 'todo', undefined],
      ['domain', 'todo', undefined],
      ['connect_integration', 'todo', undefined],
    ])
    expect(status).toBe('completed')
    const { enrolments } = await held('ada')
    expect(enrolments[0]).toMatchObject({
      startedAt: '2025-01-02T00:00:00.000Z',
      completedAt: '2025-01-05T09:00:00.000Z',
    })
    const events = await told('ada')
    expect(events.map(({ type, stepId }) => `${type} ${stepId ?? ''}`.trim())).toEqual([
      'onboarding.enrolled',
      'onboarding.step_completed payments',
      'onboarding.step_completed email_verification',
      'onboarding.step_skipped theme',
      'onboarding.completed',
    ])
    expect(events.every(({ data }) => data.source === 'import')).toBe(true)
    expect(events.map(({ data }) => data.settledAt).filter(Boolean)).toContain('2025-01-05T09:00:00.000Z')
  })

  test('repeating an import changes nothing and tells nothing', async () => {
    const ben = { userId: 'ben', facts: { account: 'a-2' }, steps: [done('domain'), done('product')] }
    await send([ben])
    const before = await told('ben')
    const state = await held('ben')
    expect(await send([ben, ben])).toEqual([
      { index: 0, status: 'unchanged' },
      { index: 1, status: 'unchanged' },
    ])
    expect(await told('ben')).toEqual(before)
    expect(await held('ben')).toEqual(state)
  })

  test('what was done here keeps its own time; what was only skipped here counts as done', async () => {
    await house.server('PUT', '/api/users/cem', { market: 'FR' })
    await house.server('PATCH', '/api/users/cem/onboarding/steps/product', { status: 'done' })
    await house.server('PATCH', '/api/users/cem/onboarding/steps/theme', { status: 'skipped' })
    const cem = {
      userId: 'cem',
      startedAt: '2020-01-01T00:00:00Z',
      steps: [done('product', '2020-01-02T00:00:00Z'), done('theme', '2020-01-03T00:00:00Z')],
    }
    expect(await send([cem])).toEqual([{ index: 0, status: 'imported' }])
    const { enrolments } = await held('cem')
    expect(enrolments[0].startedAt).toBe('2026-06-01T12:00:00.000Z')
    const row = (id: string) => enrolments[0].steps.find(({ stepId }: any) => stepId === id)
    expect(row('product')).toMatchObject({ settledAt: '2026-06-01T12:00:00.000Z', source: 'api' })
    expect(row('theme')).toMatchObject({ status: 'done', settledAt: '2020-01-03T00:00:00.000Z' })
    await send([{ userId: 'cem', steps: [{ id: 'product', status: 'skipped' }] }])
    expect((await shown('cem')).steps.find(({ id }: any) => id === 'product').status).toBe('done')
  })

  test('a step that the person does not see yet is kept for when they do', async () => {
    await send([{ userId: 'dee', steps: [done('impressum', '2025-01-01T00:00:00Z')] }])
    expect((await shown('dee')).steps.map(({ id }: any) => id)).not.toContain('impressum')
    await house.server('PUT', '/api/users/dee', { market: 'DE' })
    const impressum = (await shown('dee')).steps.find(({ id }: any) => id === 'impressum')
    expect(impressum).toMatchObject({ status: 'done', completedAt: '2025-01-01T00:00:00.000Z' })
  })

  test('members of an account share its steps; the first time told stays', async () => {
    const member = (userId: string, at: string) => ({
      userId,
      facts: { account: 'a-3' },
      steps: [done('payments', at)],
    })
    await send([member('eva', '2025-01-01T00:00:00Z')])
    expect(await send([member('fay', '2025-02-02T00:00:00Z')])).toEqual([{ index: 0, status: 'imported' }])
    const payments = (await shown('fay')).steps.find(({ id }: any) => id === 'payments')
    expect(payments).toMatchObject({ status: 'done', completedAt: '2025-01-01T00:00:00.000Z' })
    expect((await told('fay')).map(({ type }) => type)).toEqual(['onboarding.enrolled'])
  })

  test('each person is answered by themselves, with the steps that were left out', async () => {
    const results = await send([
      {
        userId: 'gus',
        steps: [
          done('product_tour'),
          done('payments'),
          { id: 'email_verification', status: 'skipped' },
          done('theme', '2026-06-01T12:00:01Z'),
        ],
      },
      { userId: 'hal', steps: [{ id: 'theme', status: 'maybe' }] },
      { userId: '' },
      'nobody',
      { userId: 'ida', role: 'owner' },
    ])
    expect(results[0]).toEqual({
      index: 0,
      status: 'imported',
      leftOut: [
        { step: 'product_tour', reason: 'unknown_step' },
        { step: 'payments', reason: 'no_account' },
        { step: 'email_verification', reason: 'required' },
        { step: 'theme', reason: 'in_future' },
      ],
    })
    expect(results.slice(1).map(({ status }) => status)).toEqual(['refused', 'refused', 'refused', 'refused'])
    expect(results[1].reason).toBe('steps[0].status: found string "maybe", expected one of "done", "skipped"')
    expect((await house.server('GET', '/api/users/hal/onboarding')).status).toBe(404)
  })

  test('a dry run answers the same and writes nothing', async () => {
    const jan = { userId: 'jan', facts: { market: 'FR' }, steps: [done('product'), done('nothing')] }
    const dry = await send([jan], { dryRun: true })
    expect((await house.server('GET', '/api/users/jan/onboarding')).status).toBe(404)
    expect(await send([jan])).toEqual(dry)
  })

  test('whoever no flow lets in, and who was erased, is refused', async () => {
    await house.server('PUT', '/api/users/kim', {})
    await house.server('DELETE', '/api/users/kim')
    const results = await send([{ userId: 'kim' }, { userId: 'lou' }])
    expect(results.map(({ status }) => status)).toEqual(['refused', 'imported'])
    expect(results[0].reason).toContain('erased')
    const none = await send([{ userId: 'moe', steps: [] }], { flow: 'none' })
    expect(none).toEqual([{ index: 0, status: 'refused', reason: expect.stringContaining('none') }])
  })

  test('five hundred people travel at once; more, none, or another shape are refused as a whole', async () => {
    const people = Array.from({ length: 500 }, (_, index) => ({
      userId: `many-${index}`,
      facts: { account: `many-${index % 7}` },
      steps: [done('payments', '2025-01-01T00:00:00Z'), done('email_verification', '2025-01-01T00:00:00Z')],
    }))
    const results = await send(people)
    expect(results.filter(({ status }) => status === 'imported')).toHaveLength(500)
    expect(await send(people)).toEqual(people.map((_, index) => ({ index, status: 'unchanged' })))
    const bodies = [
      { people: [...people, people[0]] },
      { people: [] },
      { people: {} },
      [],
      null,
      { people, flow: 'A' },
      { people, dryRun: 1 },
      { people, more: 1 },
    ]
    for (const body of bodies)
      expect(await house.server('POST', path, body)).toMatchObject({
        status: 400,
        body: { error: 'invalid_request', problems: [expect.anything()] },
      })
  })

  test('a step that a newer version asks to redo is not done again by an old import', async () => {
    const flow = (version: number) => ({
      name: 'redo',
      priority: -1,
      steps: [{ id: 'terms', title: 'Terms', required: true, version, onVersionChange: 'redo' }],
    })
    await house.publish(flow(1))
    const pia = [{ userId: 'pia', steps: [done('terms', '2025-01-01T00:00:00Z')] }]
    await send(pia, { flow: 'redo' })
    await house.publish(flow(2))
    await send(pia, { flow: 'redo' })
    const { body } = await house.server('GET', '/api/users/pia/onboarding?flow=redo')
    expect(body.steps[0]).toMatchObject({ id: 'terms', version: 2, status: 'todo' })
  })
})
