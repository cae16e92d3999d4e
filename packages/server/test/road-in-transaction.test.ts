import { AsyncResource } from 'node:async_hooks'
import { expect, test } from 'vitest'
import { readHappenings, type Change, type Database } from '@boardwalk/store'
import { forEachDatabase, forEachPostgres } from '@boardwalk/store/test-kit'
import { trackJourney } from '../src/events/take-event.ts'
import { tellJourney } from '../src/people/journeys.ts'
import { liveCatalogue } from '../src/road/live-catalogue.ts'
import { createRoad, type Road } from '../src/road/road.ts'
import { openHouse } from './open-house.ts'

forEachDatabase((_, open) => {
  const openRoad = async (): Promise<{ database: Database; road: Road; told: Change[] }> => {
    const database = await open()
    const house = await openHouse(database)
    await house.boardwalk.stop()
    const told: Change[] = []
    const catalogue = liveCatalogue(database.query)
    const onCommitted = (change: Change): void => void told.push(change)
    return { database, told, road: createRoad({ database, catalogue, clock: () => 0, onCommitted }) }
  }
  const tell = (userId: string, facts: object) => tellJourney({ userId, correlationId: 'c' }, facts)
  const factsOf = async (database: Database, userId: string): Promise<unknown> => {
    const text = 'select facts, account_id as account from person where user_id = $1'
    return (await database.query<object>({ name: 'facts_of', text }, [userId]))[0]
  }

  test('what travels in a transaction that fails has not happened, and nobody is told of it', async () => {
    const { database, road, told } = await openRoad()
    const failing = road.inTransaction(async (_session, travel) => {
      expect(await travel([tell('ada', { plan: 'pro' })])).toMatchObject([{ kind: 'answered' }])
      throw new Error('after all')
    })
    await expect(failing).rejects.toThrow('after all')
    expect(await factsOf(database, 'ada')).toBeUndefined()
    expect(told).toEqual([])
  })

  test('many travel together, each person’s journeys in order, whatever account they act for', async () => {
    const { database, road, told } = await openRoad()
    const outcomes = await road.inTransaction((_session, travel) =>
      travel([
        tell('ada', { plan: 'one' }),
        tell('ada', { account: 'acme', plan: 'two' }),
        tell('bob', { plan: 'pro' }),
        tell('ada', { plan: 'three' }),
      ]),
    )
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array.from({ length: 4 }, () => 'answered'))
    expect(await factsOf(database, 'ada')).toMatchObject({ facts: { plan: 'three' }, account: 'acme' })
    expect(await factsOf(database, 'bob')).toMatchObject({ facts: { plan: 'pro' } })
    expect(told.map(({ after }) => after.userId)).toEqual(['ada', 'bob', 'ada', 'ada'])
  })

  test('those who travel alone meanwhile lose nothing', async () => {
    const { database, road } = await openRoad()
    const together = Array.from({ length: 20 }, (_, n) =>
      road.inTransaction((_session, travel) => travel([tell('ada', { attributes: { [`t${n}`]: n } })])),
    )
    const alone = Array.from({ length: 20 }, (_, n) =>
      road.travel(tell('ada', { attributes: { [`a${n}`]: n } })),
    )
    await Promise.all([...together, ...alone])
    const found = (await factsOf(database, 'ada')) as { facts: { attributes: object } }
    expect(Object.keys(found.facts.attributes)).toHaveLength(40)
  })
})

forEachPostgres((_name, _url, open) => {
  test('what happens to a person is told in its order, though a transaction began before what was changed meanwhile', async () => {
    const database = await open()
    const house = await openHouse(database)
    const steps = ['first', 'second'].map((id) => ({ id, title: id, trigger: { event: id } }))
    await house.publish({ name: 'start', steps })
    const ada = await house.person('ada')
    await ada('GET', '/api/onboarding')
    const road = createRoad({
      database,
      catalogue: liveCatalogue(database.query),
      clock: Date.now,
      onCommitted: () => undefined,
    })
    const outside = new AsyncResource('outside')
    let tries = 0
    await road.inTransaction(async ({ query }, travel) => {
      await query({ name: 'first_write', text: 'select pg_current_xact_id()::text' })
      if (++tries === 1)
        await outside.runInAsyncScope(() => ada('PATCH', '/api/onboarding/steps/first', { status: 'done' }))
      const event = { type: 'track', userId: 'ada', event: 'second' } as const
      return travel([trackJourney(event, 'c')])
    })
    const completed = async () =>
      (await readHappenings(database.query, { xid: '0', seq: 0 }, 100))
        .filter(({ type }) => type === 'onboarding.step_completed')
        .map(({ stepId }) => stepId)
    await expect.poll(completed).toEqual(['first', 'second'])
    expect(tries).toBe(2)
    await house.boardwalk.stop()
  })
})
