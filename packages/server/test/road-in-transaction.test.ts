import { expect, test } from 'vitest'
import type { Change, Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
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
