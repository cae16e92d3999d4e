import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type House } from './open-house.ts'

const document = (name: string, ...ids: string[]) => ({
  name,
  steps: ids.map((id) => ({ id, title: id, required: true })),
})

forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(await open())
  })
  afterAll(() => house.boardwalk.stop())

  test('a stored draft changes nothing for people until it is published', async () => {
    const me = await house.person('early')
    expect((await me('GET', '/api/onboarding')).body).toMatchObject({
      flow: null,
      status: null,
      steps: [],
      progress: 0,
      nextStep: null,
    })
    const stored = await house.server('POST', '/api/admin/flows', document('draft', 'one'))
    expect(stored).toMatchObject({ status: 201, body: { name: 'draft', version: 1, status: 'draft' } })
    expect((await me('GET', '/api/onboarding')).body.flow).toBeNull()
    expect((await house.server('GET', '/api/users/early/onboarding')).status).toBe(404)
    await house.server('POST', '/api/admin/flows/draft/versions/1/publish', { reason: 'ready' })
    expect((await me('GET', '/api/onboarding')).body.flow).toEqual({ name: 'draft', version: 1 })
    await house.server('POST', '/api/admin/flows/draft/versions/1/deprecate')
  })

  test('equal content is the same version, in whatever order its fields are written', async () => {
    const first = await house.server('POST', '/api/admin/flows', {
      name: 'equal',
      steps: [{ id: 'a', title: 'A', weight: 2 }],
    })
    const again = await house.server('POST', '/api/admin/flows', {
      steps: [{ weight: 2, title: 'A', id: 'a' }],
      name: 'equal',
    })
    expect([first.status, again.status, again.body.version]).toEqual([201, 200, 1])
    await house.server('POST', '/api/admin/flows/equal/versions/1/publish')
    const published = await house.server('POST', '/api/admin/flows/equal/versions/1/publish')
    expect(published.body).toMatchObject({ status: 'active', version: 1 })
    await house.server('POST', '/api/admin/flows/equal/versions/1/deprecate')
  })

  test('a bad document is refused with every problem at once, and nothing is stored', async () => {
    const bad = {
      name: 'Bad Name',
      extra: 1,
      steps: [{ id: 'a', title: '', weight: '3', condition: { plan: { $regx: 'x' } } }],
      gates: { publish: { steps: ['b'] } },
    }
    const answer = await house.server('POST', '/api/admin/flows', bad)
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({ error: 'invalid_flow' })
    expect(answer.body.problems.map((problem: any) => problem.path)).toEqual(
      expect.arrayContaining([
        'name',
        'extra',
        'steps[0].title',
        'steps[0].weight',
        'gates.publish.critical',
      ]),
    )
    for (const problem of answer.body.problems)
      expect(problem).toEqual({
        path: expect.any(String),
        found: expect.any(String),
        expected: expect.any(String),
        message: expect.any(String),
      })
    const both = {
      name: 'both',
      steps: [{ id: 'a', title: 'A', weight: 'x', dependsOn: ['z'], condition: { plan: { $regx: 1 } } }],
    }
    const together = await house.server('POST', '/api/admin/flows', both)
    expect(together.body.problems.map((problem: any) => problem.path).toSorted()).toEqual([
      'steps[0].condition.plan.$regx',
      'steps[0].dependsOn[0]',
      'steps[0].weight',
    ])
    const unsound = {
      ...document('unsound', 'a'),
      gates: { publish: { steps: ['b'], critical: true } },
      audience: { $regx: 'x' },
    }
    const meaning = await house.server('POST', '/api/admin/flows', unsound)
    expect(meaning.body.problems.map((problem: any) => problem.path)).toEqual(
      expect.arrayContaining(['gates.publish.steps[0]']),
    )
    expect((await house.server('GET', '/api/admin/flows/unsound')).status).toBe(404)
  })

  test('publishing moves people to the new version and keeps what they did; rolling back gives it back', async () => {
    await house.publish({ ...document('moving', 'one', 'two'), priority: 50, audience: { group: 'moving' } })
    const me = await house.person('mover', { attributes: { group: 'moving' } })
    await me('PATCH', '/api/onboarding/steps/one', { status: 'done' })
    await house.publish({
      ...document('moving', 'one', 'three'),
      priority: 50,
      audience: { group: 'moving' },
    })
    const moved = (await me('GET', '/api/onboarding')).body
    expect(moved).toMatchObject({ flow: { version: 2 }, progress: 50 })
    expect(moved.steps.map((step: any) => `${step.id} ${step.status}`)).toEqual(['one done', 'three todo'])
    const rolled = await house.server('POST', '/api/admin/flows/moving/versions/1/rollback', {
      reason: 'three is too hard',
    })
    expect(rolled.body).toMatchObject({ version: 1, status: 'active' })
    const back = (await me('GET', '/api/onboarding')).body
    expect(back).toMatchObject({ flow: { version: 1 } })
    expect(back.steps.map((step: any) => `${step.id} ${step.status}`)).toEqual(['one done', 'two todo'])
    const { versions, publications } = (await house.server('GET', '/api/admin/flows/moving')).body
    expect(publications[0]).toEqual({
      version: 1,
      kind: 'rollback',
      policy: 'move',
      reopen: false,
      at: expect.any(String),
      by: 'key:first',
      reason: 'three is too hard',
    })
    expect(publications).toHaveLength(3)
    expect(versions.map((version: any) => `${version.version} ${version.status}`)).toEqual([
      '2 deprecated',
      '1 active',
    ])
    const events = (await house.server('GET', '/api/admin/people/mover/timeline')).body.events
    expect(
      events.filter((event: any) => event.type === 'onboarding.moved').map((event: any) => event.data),
    ).toEqual([
      { from: 1, to: 2 },
      { from: 2, to: 1 },
    ])
  })

  test('a renamed step keeps what was done, and a rollback undoes the rename', async () => {
    const flow = (step: object) => ({
      name: 'renaming',
      priority: 51,
      audience: { group: 'renaming' },
      steps: [
        { title: 'T', required: true, ...step },
        { id: 'rest', title: 'Rest' },
      ],
    })
    await house.publish(flow({ id: 'first' }))
    const me = await house.person('renamer', { attributes: { group: 'renaming' } })
    await me('GET', '/api/onboarding')
    await house.publish(flow({ id: 'second', renamedFrom: 'first' }))
    expect((await me('PATCH', '/api/onboarding/steps/second', { status: 'done' })).body.step.status).toBe(
      'done',
    )
    await house.publish(flow({ id: 'third', renamedFrom: 'second' }))
    expect((await me('GET', '/api/onboarding')).body.steps[0]).toMatchObject({ id: 'third', status: 'done' })
    await house.server('POST', '/api/admin/flows/renaming/versions/1/rollback')
    expect((await me('GET', '/api/onboarding')).body.steps[0]).toMatchObject({ id: 'first', status: 'done' })
    await house.publish(flow({ id: 'fourth', renamedFrom: 'third', version: 3 }))
    const lower = await house.server('POST', '/api/admin/flows', flow({ id: 'fifth', renamedFrom: 'fourth' }))
    expect(lower).toMatchObject({ status: 422, body: { problems: [{ path: 'steps[0].version' }] } })
  })

  test('a draft cannot be rolled back to, nor one that is not in force be deprecated; what does not exist is 404', async () => {
    await house.server('POST', '/api/admin/flows', document('odd', 'a'))
    expect(await house.server('POST', '/api/admin/flows/odd/versions/1/rollback')).toMatchObject({
      status: 409,
      body: { error: 'conflict' },
    })
    expect(await house.server('POST', '/api/admin/flows/odd/versions/1/deprecate')).toMatchObject({
      status: 409,
    })
    expect(await house.server('POST', '/api/admin/flows/odd/versions/2/publish')).toMatchObject({
      status: 404,
      body: { error: 'version_not_found' },
    })
    expect(await house.server('POST', '/api/admin/flows/none/versions/1/publish')).toMatchObject({
      status: 404,
      body: { error: 'flow_not_found' },
    })
  })

  test('the audience of highest priority wins, the choice is kept, and a named flow adds an enrolment', async () => {
    await house.publish({ ...document('low', 'l'), priority: 1, audience: { tier: { $exists: true } } })
    await house.publish({ ...document('high', 'h'), priority: 9, audience: { tier: 'gold' } })
    const me = await house.person('golden', { attributes: { tier: 'gold' } })
    expect((await me('GET', '/api/onboarding')).body.flow.name).toBe('high')
    const silver = await house.person('golden', { attributes: { tier: 'silver' } })
    expect((await silver('GET', '/api/onboarding')).body.flow.name).toBe('high')
    expect((await silver('GET', '/api/onboarding?flow=low')).body.flow.name).toBe('low')
    expect((await silver('GET', '/api/onboarding?flow=moving')).body.flow).toBeNull()
    await silver('PATCH', '/api/onboarding/steps/h?flow=high', { status: 'done' })
    expect((await silver('GET', '/api/onboarding')).body).toMatchObject({
      flow: { name: 'low' },
      status: 'in_progress',
    })
  })

  test('a deprecated flow keeps its people and takes no new ones', async () => {
    await house.publish({ ...document('ending', 'e'), priority: 99, audience: { era: 'old' } })
    const old = await house.person('old-timer', { attributes: { era: 'old' } })
    await old('GET', '/api/onboarding')
    await house.server('POST', '/api/admin/flows/ending/versions/1/deprecate', { reason: 'over' })
    expect((await old('GET', '/api/onboarding')).body.flow.name).toBe('ending')
    const late = await house.person('late-comer', { attributes: { era: 'old' } })
    expect((await late('GET', '/api/onboarding')).body.flow).toBeNull()
  })

  test('lists come in pages', async () => {
    const names: string[] = []
    let cursor = ''
    do {
      const { body } = await house.server('GET', `/api/admin/flows?limit=3${cursor}`)
      names.push(...body.items.map((flow: any) => flow.name))
      cursor = body.nextCursor === undefined ? '' : `&cursor=${body.nextCursor}`
    } while (cursor !== '')
    expect(names.length).toBeGreaterThan(6)
    expect(new Set(names).size).toBe(names.length)
    expect((await house.server('GET', '/api/admin/flows?cursor=made-up')).status).toBe(400)
  })

  test('the served contract is the document, and every path of it answers', async () => {
    const api = (await house.as(undefined)('GET', '/openapi.json')).body
    expect(api.openapi).toBe('3.1.0')
    for (const [path, operations] of Object.entries<any>(api.paths)) {
      for (const method of Object.keys(operations)) {
        const called = path.replaceAll(/\{\w+\}/g, 'x1')
        const answer = await house.as(undefined)(
          method.toUpperCase(),
          called,
          ['get', 'delete'].includes(method) ? undefined : {},
        )
        expect([200, 401], `${method} ${path}`).toContain(answer.status)
      }
    }
  })
})
