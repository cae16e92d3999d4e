import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type Call, type House } from './open-house.ts'

// What other onboarding products did to people in the middle of theirs, as their users told it.
forEachDatabase((_, open) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(await open())
  })
  afterAll(() => house.boardwalk.stop())

  const step = (id: string, more: object = {}) => ({ id, title: id, ...more })
  const required = (id: string, more: object = {}) => step(id, { required: true, ...more })
  const flowOf = (name: string, ...steps: object[]) => ({ name, audience: { group: name }, steps })
  const draft = async (document: { name: string }): Promise<{ name: string; version: number }> =>
    (await house.server('POST', '/api/admin/flows', document)).body
  const publish = async (document: { name: string }, how: object = {}): Promise<number> => {
    const { name, version } = await draft(document)
    const path = `/api/admin/flows/${name}/versions/${version}/publish`
    expect((await house.server('POST', path, how)).status).toBe(200)
    return version
  }
  const someone = (userId: string, group: string, more: object = {}): Promise<Call> =>
    house.person(`${group}-${userId}`, { attributes: { group }, ...more })
  const finish = async (me: Call, ...ids: string[]): Promise<void> => {
    for (const id of ids)
      expect((await me('PATCH', `/api/onboarding/steps/${id}`, { status: 'done' })).status).toBe(200)
  }
  const read = async (me: Call): Promise<any> => (await me('GET', '/api/onboarding')).body
  const statuses = (body: any): Record<string, string> =>
    Object.fromEntries(body.steps.map(({ id, status }: any) => [id, status]))
  const timeline = async (userId: string): Promise<any[]> =>
    (await house.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)).body.events

  test('the number of items changes, and nothing is wiped', async () => {
    await publish(flowOf('items', ...['a', 'b', 'c', 'd'].map((id) => required(id))))
    const me = await someone('me', 'items')
    await finish(me, 'a', 'c')
    const before = await read(me)
    for (const ids of [
      ['a', 'b', 'c', 'd', 'e'],
      ['c', 'a'],
      ['d', 'c', 'b', 'a', 'f', 'g'],
    ]) {
      await publish(flowOf('items', ...ids.map((id) => required(id))))
      const body = await read(me)
      expect(statuses(body)).toMatchObject({ a: 'done', c: 'done' })
      const when = (one: any, id: string) => one.steps.find((seen: any) => seen.id === id).completedAt
      expect([when(body, 'a'), when(body, 'c')]).toEqual([when(before, 'a'), when(before, 'c')])
    }
  })

  test('a new optional step does not send the finished back', async () => {
    await publish(flowOf('optional', required('a')))
    const me = await someone('me', 'optional')
    await finish(me, 'a')
    for (const how of [{}, { reopen: true }, { policy: 'restart' }, { policy: 'pin' }]) {
      await publish(
        flowOf('optional', required('a'), step(`o${Object.keys(how)[0] ?? ''}`.toLowerCase())),
        how,
      )
      expect(await read(me)).toMatchObject({ status: 'completed' })
    }
    const completed = (await timeline('optional-me')).filter(({ type }) => type === 'onboarding.completed')
    expect(completed).toHaveLength(1)
  })

  test('a new required step does not send the finished back unless the publisher asks for it', async () => {
    await publish(flowOf('required', required('a')))
    const me = await someone('me', 'required')
    await finish(me, 'a')
    await publish(flowOf('required', required('a'), required('b')))
    expect(await read(me)).toMatchObject({ status: 'completed', nextStep: 'b' })
    const gate = { userId: 'required-me', steps: ['b'], route: '/' }
    expect((await house.server('POST', '/api/gates/check', gate)).status).toBe(409)
  })

  test('renaming a step loses nothing, nor does renaming it again or going back', async () => {
    await publish(flowOf('names', required('theme'), required('z')))
    const [me, away] = [await someone('me', 'names'), await someone('away', 'names')]
    await finish(me, 'theme')
    await finish(away, 'theme')
    await publish(flowOf('names', required('look', { renamedFrom: 'theme' }), required('z')))
    expect(statuses(await read(me))).toEqual({ look: 'done', z: 'todo' })
    await publish(flowOf('names', required('style', { renamedFrom: 'look' }), required('z')))
    expect(statuses(await read(me))).toEqual({ style: 'done', z: 'todo' })
    expect(statuses(await read(away))).toEqual({ style: 'done', z: 'todo' })
    await house.server('POST', '/api/admin/flows/names/versions/1/rollback')
    expect(statuses(await read(me))).toEqual({ theme: 'done', z: 'todo' })
  })

  test('what is done after going back still counts when the newer version comes again', async () => {
    await publish(flowOf('again', required('a'), required('z')))
    const second = flowOf('again', required('a', { version: 2 }), required('z'), step('n'))
    await publish(second)
    const me = await someone('me', 'again')
    expect(await read(me)).toMatchObject({ flow: { version: 2 } })
    await house.server('POST', '/api/admin/flows/again/versions/1/rollback')
    await finish(me, 'a')
    await publish(second)
    expect(statuses(await read(me))).toEqual({ a: 'done', z: 'todo', n: 'todo' })
  })

  test('two editors get two versions, and publishing them one after the other hurts nobody', async () => {
    await publish(flowOf('editors', required('a'), required('z')))
    const me = await someone('me', 'editors')
    await finish(me, 'a')
    const drafts = await Promise.all(
      ['b', 'c'].map((id) => draft(flowOf('editors', required('a'), required('z'), step(id)))),
    )
    expect(new Set(drafts.map(({ version }) => version))).toEqual(new Set([2, 3]))
    const answers = await Promise.all(
      drafts.map(({ version }) =>
        house.server('POST', `/api/admin/flows/editors/versions/${version}/publish`, {}),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const { publications, activeVersion } = (await house.server('GET', '/api/admin/flows/editors')).body
    expect(publications).toHaveLength(3)
    expect(publications[0].version).toBe(activeVersion)
    expect(await read(me)).toMatchObject({ flow: { version: activeVersion }, status: 'in_progress' })
    expect(statuses(await read(me))).toMatchObject({ a: 'done', z: 'todo' })
  })

  test('publishing while fifty people finish: every done stays done, each is completed once', async () => {
    await publish(flowOf('race', required('a'), required('b')))
    const people = await Promise.all(Array.from({ length: 50 }, (_, n) => someone(`p${n}`, 'race')))
    await Promise.all(people.map((me) => finish(me, 'a')))
    const versions = [
      flowOf('race', required('a'), required('b'), step('c')),
      flowOf('race', required('b'), required('x', { renamedFrom: 'a' })),
      flowOf('race', required('a', { renamedFrom: 'x' }), required('b'), step('d')),
    ]
    const publishing = (async () => {
      for (const document of versions) await publish(document)
    })()
    const finishing = people.map(async (me, n) => {
      // Spread over the publications, so that some come before and some after each.
      for (let turn = 0; turn < n % 7; turn++) await read(me)
      await finish(me, 'b')
    })
    await Promise.all([publishing, ...finishing])
    for (const [n, me] of people.entries()) {
      expect(await read(me), `p${n}`).toMatchObject({ flow: { version: 4 }, status: 'completed' })
      expect(statuses(await read(me))).toMatchObject({ a: 'done', b: 'done' })
      const told = (await timeline(`race-p${n}`)).map(({ type, stepId }) => `${type} ${stepId ?? ''}`.trim())
      expect(told.filter((one) => one === 'onboarding.completed')).toHaveLength(1)
      expect(told.filter((one) => one === 'onboarding.step_completed b')).toHaveLength(1)
    }
  })

  describe('accounts', () => {
    const shared = (id: string, more: object = {}) => required(id, { scope: 'account', ...more })
    const member = (userId: string, group: string, account?: string) =>
      someone(userId, group, account === undefined ? {} : { account })

    test('a step that becomes the account’s begins anew, and is given back when it is each one’s own again', async () => {
      await publish(flowOf('scopes', required('a'), required('z')))
      const me = await member('me', 'scopes', 's1')
      await finish(me, 'a')
      await publish(flowOf('scopes', shared('a'), required('z')))
      expect(statuses(await read(me))).toEqual({ a: 'todo', z: 'todo' })
      await finish(await member('other', 'scopes', 's1'), 'a')
      expect(statuses(await read(me))).toEqual({ a: 'done', z: 'todo' })
      await publish(flowOf('scopes', required('a'), required('z'), step('o')))
      expect(statuses(await read(me))).toMatchObject({ a: 'done' })
      expect(statuses(await read(await member('other', 'scopes', 's1')))).toMatchObject({ a: 'todo' })
    })

    test('whoever joins later starts with what is done for the account, in every version', async () => {
      await publish(flowOf('joins', shared('a'), required('z')))
      await finish(await member('first', 'joins', 'j1'), 'a')
      expect(statuses(await read(await member('second', 'joins', 'j1')))).toEqual({ a: 'done', z: 'todo' })
      await publish(flowOf('joins', shared('b', { renamedFrom: 'a' }), required('z')), { policy: 'restart' })
      expect(statuses(await read(await member('third', 'joins', 'j1')))).toEqual({ b: 'done', z: 'todo' })
      expect(statuses(await read(await member('elsewhere', 'joins', 'j2')))).toEqual({ b: 'todo', z: 'todo' })
    })

    test('who changes account leaves its state there; without one these steps are not visible', async () => {
      await publish(flowOf('changes', shared('a'), required('z', { weight: 3 })))
      const of = (account: string | null) => someone('me', 'changes', { account })
      await finish(await of('c1'), 'a', 'z')
      expect(await read(await of('c1'))).toMatchObject({ status: 'completed', progress: 100 })
      expect(await read(await of('c2'))).toMatchObject({ status: 'completed', progress: 75 })
      const alone = await read(await of(null))
      expect(alone).toMatchObject({ progress: 100 })
      expect(statuses(alone)).toEqual({ z: 'done' })
      await publish(flowOf('changes', shared('a'), required('z', { weight: 3 }), shared('n')))
      expect(statuses(await read(await of('c1')))).toEqual({ a: 'done', z: 'done', n: 'todo' })
    })

    test('both scopes count together, also for the member who does nothing', async () => {
      await publish(flowOf('both', shared('a', { weight: 3 }), required('z')))
      const [doer, other] = [await member('doer', 'both', 'b1'), await member('other', 'both', 'b1')]
      await finish(other, 'z')
      expect(await read(other)).toMatchObject({ progress: 25, status: 'in_progress' })
      await publish(flowOf('both', shared('a', { weight: 1 }), required('z'), step('o')))
      await finish(doer, 'a')
      await expect.poll(async () => (await read(other)).status).toBe('completed')
      expect(await read(doer)).toMatchObject({ progress: 33, status: 'in_progress' })
    })

    test('a step for the account that is to be redone is done again once for all', async () => {
      await publish(flowOf('redone', shared('a'), required('z')))
      const [one, two] = [await member('one', 'redone', 'r1'), await member('two', 'redone', 'r1')]
      await finish(one, 'a')
      await read(two)
      await publish(flowOf('redone', shared('a', { version: 2, onVersionChange: 'redo' }), required('z')))
      expect(statuses(await read(two))).toEqual({ a: 'todo', z: 'todo' })
      await finish(two, 'a')
      expect(statuses(await read(one))).toEqual({ a: 'done', z: 'todo' })
    })

    test('of members in two versions, the pinned one and the new one share what is done', async () => {
      await publish(flowOf('pinned', shared('a'), required('z')))
      const old = await member('old', 'pinned', 'p1')
      await read(old)
      await publish(flowOf('pinned', shared('a'), required('y')), { policy: 'pin' })
      await finish(await member('new', 'pinned', 'p1'), 'a')
      expect(await read(old)).toMatchObject({ flow: { version: 1 } })
      expect(statuses(await read(old))).toEqual({ a: 'done', z: 'todo' })
    })
  })
})
