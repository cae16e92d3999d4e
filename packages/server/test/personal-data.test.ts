import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { personalData, type Database } from '@boardwalk/store'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { canariesIn, liveWithCanaries, openCanaryHouse, tablesWith, userIdOf } from './canaries.ts'
import { openHouse, type House } from './open-house.ts'
import { startReceiver } from './receiver.ts'

/** Every value at the end of such a path, as `enrolments.steps.reason`. */
const valuesAt = (told: any, [field, ...rest]: readonly string[]): unknown[] => {
  if (Array.isArray(told))
    return told.flatMap((one) => valuesAt(one, field === undefined ? [] : [field, ...rest]))
  if (told === undefined) return []
  return field === undefined ? [told] : valuesAt(told?.[field], rest)
}

forEachDatabase((_, open) => {
  let database: Database
  let house: House
  let receiver: Awaited<ReturnType<typeof startReceiver>>
  const exportOf = async (who: string): Promise<any> =>
    (await house.server('GET', `/api/users/${userIdOf(who)}/export`)).body

  beforeAll(async () => {
    database = await open()
    receiver = await startReceiver()
    house = await openHouse(database, { webhooks: { allow: ['127.0.0.1/32'] } })
    await openCanaryHouse(house, ['ada', 'bob'], receiver.url)
    for (const who of ['ada', 'bob']) await liveWithCanaries(house, database, who)
    // The deliveries are made and the figures counted by others, soon.
    await vi.waitFor(
      async () => {
        for (const who of ['ada', 'bob']) {
          const { deliveries, tally } = await exportOf(who)
          expect([deliveries.length > 5, tally !== undefined]).toEqual([true, true])
        }
      },
      { timeout: 60_000, interval: 100 },
    )
  })
  afterAll(async () => {
    await house.boardwalk.stop()
    await receiver.stop()
  })

  test('the export tells all that was ever said of the person, in every column, and nothing of anybody else', async () => {
    const told = await exportOf('ada')
    const text = JSON.stringify(told)
    const canaries = await canariesIn(database, 'ada')
    for (const [place, found] of canaries) expect(found, place).not.toEqual([])
    expect([...canaries.values()].flat().filter((canary) => !text.includes(canary))).toEqual([])
    expect(text).not.toContain('canary-bob')
    expect(told.lists.map((one: any) => one.in).toSorted()).toEqual([
      'experiment',
      'experiment_change',
      'release',
      'release_change',
      'release_plan',
    ])
    expect(told.consentChanges).toMatchObject([
      { analytics: true, by: 'user', correlationId: 'canary-ada-consent' },
      { analytics: false, by: 'user', correlationId: 'canary-ada-withdrawn' },
    ])
  })

  test('what the database has of the person in a column, the export has where the column is said to be told', async () => {
    const told = await exportOf('ada')
    for (const [table, { isOf, said = {}, noted = {} }] of Object.entries(personalData)) {
      for (const [column, path] of Object.entries({ ...said, ...noted })) {
        const [row] = await database.query<{ known: boolean }>(
          {
            name: `known ${table} ${column}`,
            text: `select exists (select from ${table} t where ${column} is not null and ${isOf?.replaceAll('$1', '$1::text')}) as known`,
          },
          [userIdOf('ada')],
        )
        expect([`${table}.${column}`, valuesAt(told, path.split('.')).length > 0]).toEqual([
          `${table}.${column}`,
          row?.known,
        ])
      }
    }
  })

  test('of an erased person nothing that was said is left in any table; of others all is', async () => {
    const before = await exportOf('bob')
    const { body } = await house.server('DELETE', `/api/users/${userIdOf('ada')}`)
    expect(body.receipt.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(await tablesWith(database, 'canary-ada')).toEqual([])
    expect(await tablesWith(database, body.receipt.id)).toEqual(['erasure', 'erased_person'])
    // Reading all that is held of somebody is audited itself.
    const after = { ...(await exportOf('bob')), auditEntries: before.auditEntries }
    expect({ ...after, deliveries: before.deliveries }).toEqual(before)
    const release = (await house.server('GET', '/api/admin/release/start')).body
    expect(release.userWhitelist).toEqual([userIdOf('bob')])
    const experiment = (await house.server('GET', '/api/admin/experiments/skip')).body
    expect(experiment.testers).toEqual({ [userIdOf('bob')]: 'later' })
    const { items } = (await house.server('GET', '/api/admin/experiments/skip/changes')).body
    expect(JSON.stringify(items)).toContain(userIdOf('bob'))
  })
})
