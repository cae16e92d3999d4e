import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openLab, pathOf, textArms, type Lab } from './open-lab.ts'

forEachDatabase((_, open) => {
  let lab: Lab
  let flow: string
  beforeAll(async () => {
    lab = await openLab(await open())
    flow = await lab.published()
  })
  afterAll(() => lab.boardwalk.stop())

  describe('an experiment that does not fit', () => {
    const [control, later] = textArms
    const long = 'a'.repeat(10_000)
    const shapes: [string, object, string][] = [
      ['an unknown key', { colour: 'red' }, 'colour'],
      ['an unknown key of an arm', { arms: [{ ...control, colour: 'red' }, later] }, 'arms[0].colour'],
      [
        'an unknown key of a config',
        { arms: [control, { id: 'later', config: { colour: 'red' } }] },
        'arms[1].config.colour',
      ],
      ['an id of 10 kB', { arms: [control, { ...later, id: long }] }, 'arms[1].id'],
      ['a tester of 10 kB', { testers: { [long]: 'later' } }, 'testers'],
      [
        'a button’s text of 61 characters',
        { arms: [control, { id: 'later', config: { skipButtonText: 'x'.repeat(61) } }] },
        'arms[1].config.skipButtonText',
      ],
      [
        'a style nobody knows',
        { arms: [control, { id: 'later', config: { skipButtonStyle: 'blink' } }] },
        'arms[1].config.skipButtonStyle',
      ],
      [
        'a snooze of 31 days',
        { arms: [control, { id: 'later', config: { snoozeDuration: 31 } }] },
        'arms[1].config.snoozeDuration',
      ],
      ['one arm', { arms: [control] }, 'arms'],
      ['a percentage below 0', { allocation: { control: -1, later: 101 } }, 'allocation.control'],
      ['a time without an offset', { startsAt: '2026-01-01T00:00:00' }, 'startsAt'],
      ['half a surrogate pair', { testers: { '\ud800': 'later' } }, 'testers'],
    ]
    test.each(shapes)('is refused as a request for %s', async (_, more, path) => {
      const { status, body } = await lab.put('shape', lab.documentOf(flow, more))
      expect([status, body.error]).toEqual([400, 'invalid_request'])
      expect(body.problems.some((problem: { path: string }) => problem.path.startsWith(path))).toBe(true)
    })

    const meanings: [string, object, string][] = [
      ['an allocation of 99.9', { allocation: { control: 49.9, later: 50 } }, 'allocation'],
      [
        'an allocation that names no such arm',
        { allocation: { control: 50, later: 40, third: 10 } },
        'allocation.third',
      ],
      ['an allocation that leaves out an arm', { allocation: { later: 100 } }, 'allocation'],
      [
        'an arm twice',
        { arms: [control, { ...later, id: 'control' }], allocation: { control: 100 } },
        'arms[1].id',
      ],
      ['an arm that is nothing', { arms: [control, { id: 'later' }] }, 'arms[1]'],
      [
        'an arm that is two things',
        {
          arms: [
            { id: 'control', version: 1 },
            { id: 'later', version: 1, flow: 'x' },
          ],
        },
        'arms[1]',
      ],
      ['a config beside a version', { arms: [control, { id: 'later', version: 1 }] }, 'arms[1]'],
      [
        'a version that does not exist',
        {
          arms: [
            { id: 'control', version: 1 },
            { id: 'later', version: 9 },
          ],
        },
        'arms[1].version',
      ],
      ['a flow that does not exist', { flow: 'nobodys' }, 'flow'],
      [
        'an arm whose flow does not exist',
        {
          arms: [
            { id: 'control', version: 1 },
            { id: 'later', flow: 'nobodys' },
          ],
        },
        'arms[1].flow',
      ],
      ['an unknown operator', { condition: { plan: { $like: 'x' } } }, 'condition'],
      ['a tester of no arm', { testers: { ada: 'third' } }, 'testers.ada'],
      ['an empty share', { exclusionGroup: { name: 'g', from: 50, to: 50 } }, 'exclusionGroup'],
      [
        'an end before its start',
        { startsAt: '2026-02-01T00:00:00Z', endsAt: '2026-01-01T00:00:00Z' },
        'endsAt',
      ],
      ['another id than the path’s', { id: 'other' }, 'id'],
    ]
    test.each(meanings)('is refused for %s', async (_, more, path) => {
      const { status, body } = await lab.put('meaning', lab.documentOf(flow, more))
      expect([status, body.error]).toEqual([422, 'invalid_experiment'])
      expect(body.problems.some((problem: { path: string }) => problem.path.startsWith(path))).toBe(true)
      expect((await lab.server('GET', pathOf('meaning'))).status).toBe(404)
    })

    test('an id of 10 kB in the path is refused', async () => {
      expect((await lab.put(long, lab.documentOf(flow))).status).toBe(400)
    })

    test('thirds are a sum of 100 as good as computers have it', async () => {
      const arms = [...textArms, { id: 'third', config: {} }]
      const allocation = { control: 33.3, later: 33.3, third: 33.4 }
      expect((await lab.put('thirds', lab.documentOf(flow, { arms, allocation }))).status).toBe(201)
    })
  })

  describe('an experiment', () => {
    test('is made, replaced, and every change is noted: who, when, from what to what', async () => {
      const made = await lab.put('noted', lab.documentOf(flow, { testers: { ada: 'later' } }))
      expect(made).toMatchObject({
        status: 201,
        body: { id: 'noted', status: 'draft', revision: 1, unit: 'user', minimumSample: 100, phases: [] },
      })
      const replaced = await lab.put('noted', lab.documentOf(flow, { name: 'Other' }))
      expect(replaced).toMatchObject({ status: 200, body: { name: 'Other', revision: 2 } })
      expect(replaced.body).not.toHaveProperty('testers')
      const same = await lab.put('noted', lab.documentOf(flow, { name: 'Other' }))
      expect(same).toMatchObject({ status: 200, body: { revision: 2 } })
      await lab.server('POST', `${pathOf('noted')}/start`)
      await lab.stop('noted')
      const { body } = await lab.server('GET', `${pathOf('noted')}/changes`)
      expect(body.items).toMatchObject([
        { kind: 'stop', reason: 'enough', changed: { status: { from: 'running', to: 'stopped' } } },
        { kind: 'start', changed: { status: { from: 'draft', to: 'running' } } },
        {
          kind: 'set',
          changed: {
            name: { from: 'Skip button', to: 'Other' },
            testers: { from: { ada: 'later' }, to: null },
          },
        },
        { kind: 'set', changed: { flow: { from: null, to: flow } } },
      ])
    })

    test('is not written past by somebody who has seen another', async () => {
      const none = await lab.put('tagged', lab.documentOf(flow), { 'if-match': '"1"' })
      expect(none).toMatchObject({ status: 412, body: { error: 'stale' } })
      const { headers } = await lab.put('tagged', lab.documentOf(flow))
      const tag = { 'if-match': headers.get('etag') ?? '' }
      expect((await lab.put('tagged', lab.documentOf(flow, { name: 'A' }), tag)).status).toBe(200)
      const late = await lab.put('tagged', lab.documentOf(flow, { name: 'B' }), tag)
      expect([late.status, late.headers.get('etag')]).toEqual([412, '"2"'])
    })

    test('that ever ran keeps its flow, its unit and what its arms are', async () => {
      const other = await lab.published()
      await lab.running(flow, {}, 'fixed')
      const rows: [object, string][] = [
        [{ flow: other }, 'flow'],
        [{ unit: 'account' }, 'unit'],
        [{ arms: [textArms[0], { id: 'later', config: { skipButtonText: 'Other' } }] }, 'arms'],
        [
          {
            arms: [...textArms, { id: 'third', config: {} }],
            allocation: { control: 0, later: 50, third: 50 },
          },
          'arms',
        ],
      ]
      for (const [more, path] of rows)
        expect(await lab.put('fixed', lab.documentOf(flow, more))).toMatchObject({
          status: 422,
          body: { problems: [{ path }] },
        })
      const arms = textArms.map((arm) => ({ ...arm, name: `Called ${arm.id}` }))
      expect((await lab.put('fixed', lab.documentOf(flow, { arms }))).status).toBe(200)
    })

    test('that does not exist is not found, one that never ran not stopped, and both are listed by id', async () => {
      for (const [method, path] of [
        ['GET', ''],
        ['POST', '/start'],
        ['POST', '/stop'],
        ['GET', '/changes'],
        ['GET', '/results'],
      ] as const)
        expect(await lab.server(method, `${pathOf('nobodys')}${path}`)).toMatchObject({
          status: 404,
          body: { error: 'experiment_not_found' },
        })
      await lab.put('a-draft', lab.documentOf(flow))
      expect(await lab.stop('a-draft')).toMatchObject({ status: 422 })
      expect((await lab.server('GET', `${pathOf('a-draft')}/results`)).body).toMatchObject({
        verdict: null,
        reason: 'It has never run.',
      })
      const first = (await lab.server('GET', '/api/admin/experiments?limit=1')).body
      expect(first.items).toMatchObject([{ id: 'a-draft' }])
      const next = (await lab.server('GET', `/api/admin/experiments?limit=1&cursor=${first.nextCursor}`)).body
      expect(next.items).toHaveLength(1)
      expect(next.items[0].id > 'a-draft').toBe(true)
    })

    test('is for keys of its scopes only', async () => {
      const { body } = await lab.server('POST', '/api/admin/api-keys', {
        name: 'reader',
        scopes: ['experiments:read'],
      })
      const reader = lab.as(body.key)
      expect((await reader('GET', '/api/admin/experiments')).status).toBe(200)
      expect((await reader('PUT', pathOf('x'), lab.documentOf(flow))).status).toBe(403)
      expect((await reader('POST', `${pathOf('x')}/start`)).status).toBe(403)
    })
  })
})
