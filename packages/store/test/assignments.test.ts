import type { Assignment } from '@boardwalk/engine'
import { beforeAll, expect, test } from 'vitest'
import {
  changeExperiment,
  commit,
  erase,
  load,
  lockPeople,
  mergeAssignments,
  migrate,
  ownMigrations,
  type Change,
  type Database,
  type Loaded,
} from '../src/index.ts'
import { forEachDatabase } from '../test-kit/index.ts'

const at = 1_700_000_000_123

const document = {
  id: 'x',
  name: 'X',
  flow: 'shop',
  unit: 'account',
  arms: [
    { id: 'a', config: {} },
    { id: 'b', config: {} },
  ],
  allocation: { a: 50, b: 50 },
  minimumSample: 1,
} as const

const row = (kind: Assignment['kind'], unit: string, arm: string): Assignment => ({
  experiment: 'x',
  flow: 'shop',
  kind,
  unit,
  arm,
  phase: 1,
  source: 'hash',
  assignedAt: at,
  exposedAt: at + 1,
})

/** The person comes into the arm as a member of the account and, unless that is in one already, brings it along. */
const coming = (before: Loaded, account: string, arm: string): Change => {
  const { person } = before
  const isFirst = person.assignments.every(({ kind }) => kind === 'user')
  const rows = [...(isFirst ? [row('account', account, arm)] : []), row('user', person.userId, arm)]
  const after = { ...person, accountId: account, assignments: [...person.assignments, ...rows] }
  return { before, after, records: [], answers: [], now: at }
}

forEachDatabase((_, open) => {
  let database: Database
  beforeAll(async () => {
    database = await open()
    await migrate(database, await ownMigrations())
    const made = { id: 'x', by: 'test', kind: 'set', document } as const
    await changeExperiment(database, made, async () => undefined)
  })

  const member = async (userId: string, account: string): Promise<Loaded> =>
    (await load(database.query, [{ userId, account, keys: [] }])).people[0] as Loaded

  test('of two members who bring the account into an arm at once one wins, and the other finds it there', async () => {
    const [ada, bob] = [await member('ada', 'acme'), await member('bob', 'acme')]
    expect(await commit(database.query, [coming(ada, 'acme', 'a')])).toEqual([true])
    expect(await commit(database.query, [coming(bob, 'acme', 'b')])).toEqual([false])
    const again = await member('bob', 'acme')
    expect(again.person.assignments).toEqual([row('account', 'acme', 'a')])
    expect(await commit(database.query, [coming(again, 'acme', 'a')])).toEqual([true])
    expect((await member('bob', 'acme')).person.assignments).toHaveLength(2)
    expect((await member('bob', 'other')).person.assignments).toEqual([row('user', 'bob', 'a')])
  })

  test('a person and an account of the same id have rows of their own', async () => {
    expect(await commit(database.query, [coming(await member('same', 'same'), 'same', 'b')])).toEqual([true])
    const { person } = await member('same', 'same')
    expect(person.assignments).toHaveLength(2)
    expect((await member('somebody', 'same')).person.assignments).toEqual([row('account', 'same', 'b')])
  })

  test('who decided before two became one, for either of them, has lost', async () => {
    await commit(database.query, [coming(await member('anonymous', 'inc'), 'inc', 'a')])
    const joining = await member('joe', 'inc')
    const after = { ...joining.person, accountId: 'inc' }
    await commit(database.query, [{ before: joining, after, records: [], answers: [], now: at }])
    const [former, latter] = [await member('anonymous', 'inc'), await member('joe', 'inc')]
    const merged = await database.transaction(async ({ query }) => {
      expect(await lockPeople(query, ['joe', 'anonymous', 'nobody'])).toEqual(['anonymous', 'joe'])
      return mergeAssignments(query, 'anonymous', 'joe')
    })
    expect(merged).toBe(true)
    for (const stale of [former, latter])
      expect(await commit(database.query, [coming(stale, 'inc', 'b')])).toEqual([false])
    expect((await member('joe', 'inc')).person.assignments).toEqual(
      expect.arrayContaining([row('user', 'joe', 'a'), row('account', 'inc', 'a')]),
    )
    expect((await member('anonymous', 'inc')).person.assignments).toEqual([row('account', 'inc', 'a')])
    expect(await mergeAssignments(database.query, 'anonymous', 'joe')).toBe(false)
  })

  test('an erased person’s row is gone, and the account’s is not', async () => {
    await commit(database.query, [coming(await member('eve', 'firm'), 'firm', 'b')])
    await erase(database, 'eve', '00000000-0000-4000-8000-000000000001')
    expect((await member('eve', 'firm')).person.assignments).toEqual([row('account', 'firm', 'b')])
  })
})
