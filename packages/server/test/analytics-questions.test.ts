import { beforeAll, describe, expect, test } from 'vitest'
import { analyticsQuestions, definitionsOf, type AnalyticsQuestion } from '@boardwalk/contract'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { openHouse, type House } from './open-house.ts'

const base = '/api/admin/analytics'
const step = (id: string, more: object = {}) => ({ id, title: id, ...more })

/** One of each question. */
const questions = analyticsQuestions.map((question) =>
  question === 'conversion' || question === 'time-to-value' ? `${question}?event=a.b&` : `${question}?`,
)

forEachDatabase((_, open) => {
  const now = Date.parse('2026-03-30T12:00Z')
  const get = async (house: House, question: string) => house.server('GET', `${base}/${question}`)

  describe('where nobody has been yet', () => {
    let house: House
    beforeAll(async () => {
      house = await openHouse(await open(), { clock: () => now })
    })

    test('a question about a flow says that there is none', async () => {
      expect(await get(house, 'funnel')).toMatchObject({
        status: 404,
        body: { error: 'flow_not_found', message: 'There is no flow yet.' },
      })
      expect(await get(house, 'conversion?event=a.b')).toMatchObject({
        status: 200,
        body: {
          signedUp: 0,
          withinDay: { rate: null },
          asOf: null,
          isCurrent: true,
          notes: ['Nobody ever did "a.b", as far as is counted. Events known: none.'],
        },
      })
    })

    test('a flow without people is a flow of zeros, and no share of nobody', async () => {
      await house.publish({ name: 'shop', steps: [step('one')] })
      for (const question of questions) {
        const { status, body } = await get(house, question)
        expect([question, status]).toEqual([question, 200])
        expect(body.definitions).toEqual(definitionsOf(question.split('?')[0] as AnalyticsQuestion))
      }
      expect((await get(house, 'funnel')).body).toMatchObject({
        enrolled: 0,
        completionRate: null,
        steps: [{ id: 'one', offered: 0, share: null, dropOff: null, ofPrevious: null }],
      })
      expect((await get(house, 'time-to-complete')).body).toMatchObject({
        people: 0,
        median: { reached: false },
        finishersOnly: { median: null },
        curve: [],
      })
      expect((await get(house, 'gates?format=csv')).body).toBe('checked,blocked,share\r\n0,0,\r\n')
      expect((await get(house, 'abandonment?format=csv')).body).toBe(
        'step,removed,blocked,recovered,abandoned,rate,inWindow\r\n',
      )
    })
  })

  describe('with people in several flows and versions', () => {
    let house: House
    beforeAll(async () => {
      house = await openHouse(await open(), { clock: () => now })
      await house.publish({ name: 'shop', steps: [step('profile'), step('extra')] })
      const enter = async (userId: string, claims: object) => {
        const call = await house.person(userId, claims)
        expect((await call('GET', '/api/onboarding')).body.flow.name).toBe('shop')
        return call
      }
      const enterDoing = async (userId: string, claims: object) =>
        (await enter(userId, claims))('PATCH', '/api/onboarding/steps/profile', { status: 'done' })
      await enterDoing('ann', { market: '=HYPERLINK("http://evil.test";"x")' })
      await enterDoing('ben', { market: '+SUM(1,2)' })
      await house.publish({ name: 'shop', steps: [step('account', { renamedFrom: 'profile' }), step('pay')] })
      await enter('cid', {})
    })

    test('steps bear the names of the version asked for, and those it has no longer come last', async () => {
      const stepsOf = async (question: string) =>
        (await get(house, question)).body.steps.map(({ id, done, removed }: any) => [id, done, removed])
      expect(await stepsOf('funnel')).toEqual([
        ['account', 2, undefined],
        ['pay', 0, undefined],
        ['extra', 0, true],
      ])
      expect(await stepsOf('funnel?version=1')).toEqual([
        ['profile', 2, undefined],
        ['extra', 0, undefined],
      ])
      expect((await get(house, 'funnel?compare=version')).body.groups).toMatchObject([
        { value: '1', enrolled: 2 },
        { value: '2', enrolled: 1 },
      ])
    })

    test('what a spreadsheet would take for a formula is a text in it', async () => {
      const { body } = await get(house, 'nudges?compare=market&format=csv')
      expect(body).toBe('by market,shown,snoozed,dismissed,snoozeRate,dismissRate\r\n')
      const { body: funnel } = await get(house, 'funnel?compare=market&by=day&from=2026-03-30&format=csv')
      expect(funnel.split('\r\n')).toEqual([
        'by market,date,enrolled,completed,skipped,inWindow,completionRate',
        ',2026-03-30,1,0,0,1,0',
        `"'+SUM(1,2)",2026-03-30,1,0,0,1,0`,
        `"'=HYPERLINK(""http://evil.test"";""x"")",2026-03-30,1,0,0,1,0`,
        '',
      ])
    })

    test('people as a whole have neither version nor arm', async () => {
      for (const [path, value] of [
        ['version', '1'],
        ['arm', 'b'],
        ['compare', 'version'],
        ['compare', 'arm'],
      ])
        expect(await get(house, `retention?${path}=${value}`)).toMatchObject({
          status: 400,
          body: { error: 'invalid_request', problems: [{ path }] },
        })
      expect((await get(house, 'retention?flow=shop&version=2')).body).toMatchObject({
        flow: 'shop',
        signedUp: 1,
      })
      expect((await get(house, 'retention')).body).toMatchObject({ flow: null, signedUp: 3 })
    })

    test('with a second flow somebody has entered, the question must name one', async () => {
      await house.publish({ name: 'tour', steps: [step('look')] })
      expect((await get(house, 'funnel')).status).toBe(200)
      const done = await (
        await house.person('ann')
      )('PATCH', '/api/onboarding/steps/look?flow=tour', { status: 'done' })
      expect(done.body).toMatchObject({ success: true })
      expect(await get(house, 'funnel')).toMatchObject({
        status: 400,
        body: { problems: [{ path: 'flow', expected: 'one of "shop", "tour"' }] },
      })
      expect((await get(house, 'funnel?flow=tour')).body).toMatchObject({ enrolled: 1, completed: 1 })
      expect((await get(house, 'funnel?flow=nope')).body.error).toBe('flow_not_found')
      expect((await get(house, 'funnel?flow=shop&version=9')).body.error).toBe('version_not_found')
    })

    test.each([
      ['from', 'from=2026-02-30'],
      ['from', 'from=yesterday'],
      ['from', 'from=0000-01-01'],
      ['from', 'from=2026-01-01T10:00:00'],
      ['from', 'from=2026-03-02&to=2026-03-01'],
      ['from', 'from=2026-03-01T10:10:00Z&to=2026-03-01T10:50:00Z'],
      ['from', 'from=1980-01-01&to=2026-01-01'],
      ['from', 'by=day&from=2020-01-01'],
      ['to', 'to=9999-12-31'],
      ['timeZone', 'timeZone=Mars/Olympus'],
      ['timeZone', 'timeZone=%2B05:30'],
      ['timeZone', `timeZone=${'x'.repeat(5000)}`],
      ['version', 'version=0'],
      ['version', 'version=99999999999'],
      ['version', "version=1';drop table segment"],
      ['compare', 'compare=person_id'],
      ['format', 'format=xlsx'],
      ['window', 'window=0h'],
      ['window', 'window=91d'],
      ['order', 'order=random'],
      ['market', 'market=%00'],
      ['market', `market=${'x'.repeat(256)}`],
      ['flow', 'flow='],
      ['market', 'market=DE&market=FR'],
      ['userId', 'userId=ann'],
    ])('%s is refused by name: %s', async (path, query) => {
      const { status, body } = await get(
        house,
        `funnel?${query}${query.includes('flow=') ? '' : '&flow=shop'}`,
      )
      expect([status, body.error, body.problems[0].path]).toEqual([400, 'invalid_request', path])
    })

    test.each(['retention', 'conversion'])('%s is told of 400 days at most', async (question) => {
      const asked = `${question}?from=2024-01-01${question === 'conversion' ? '&event=a.b' : ''}`
      expect(await get(house, asked)).toMatchObject({ status: 400, body: { problems: [{ path: 'from' }] } })
    })

    test('facts are values, not SQL', async () => {
      const hostile = encodeURIComponent(`'; drop table journey_count; --`)
      expect((await get(house, `funnel?flow=shop&market=${hostile}`)).body).toMatchObject({ enrolled: 0 })
      expect((await get(house, `conversion?event=${hostile}`)).body).toMatchObject({ converted: 0 })
      expect((await get(house, 'funnel?flow=shop')).body).toMatchObject({ enrolled: 3 })
    })

    test('only a key that may read figures may', async () => {
      const keyed = async (scopes: string[]) => {
        const { body } = await house.server('POST', '/api/admin/api-keys', { name: 'k', scopes })
        return (await house.as(body.key)('GET', `${base}/retention`)).status
      }
      expect(await keyed(['analytics:read'])).toBe(200)
      expect(await keyed(['people:read', 'flows:read'])).toBe(403)
      expect((await house.as(undefined)('GET', `${base}/retention`)).status).toBe(401)
      expect((await (await house.person('ann'))('GET', `${base}/retention`)).status).toBe(401)
    })

    test('days of a zone that is not on the hour begin with their first full hour, and the answer says so', async () => {
      const kolkata = (
        await get(house, 'funnel?flow=shop&timeZone=Asia/Kolkata&from=2026-03-30&to=2026-03-30')
      ).body
      expect(kolkata).toMatchObject({
        enrolled: 3,
        range: { begins: '2026-03-29T19:00:00.000Z', ends: '2026-03-30T19:00:00.000Z' },
      })
      expect(kolkata.notes).toEqual([expect.stringContaining('do not begin on a full hour')])
      const paris = (await get(house, 'funnel?flow=shop&timeZone=Europe/Paris&from=2026-03-29&to=2026-03-29'))
        .body
      expect(paris).toMatchObject({
        enrolled: 0,
        range: { begins: '2026-03-28T23:00:00.000Z', ends: '2026-03-29T22:00:00.000Z' },
        notes: [],
      })
    })
  })
})
