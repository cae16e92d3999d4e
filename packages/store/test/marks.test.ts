import { beforeEach, expect, test } from 'vitest'
import {
  changeNotice,
  concernedIn,
  load,
  migrate,
  ownMigrations,
  readMarks,
  type Database,
} from '../src/index.ts'
import { forEachDatabase } from '../test-kit/index.ts'

const person = {
  name: 'insert_person',
  text: "insert into person (user_id, revision, account_id, facts, created_at) values ($1, 1, $2, '{}', now())",
}

forEachDatabase((_, open) => {
  let database: Database
  beforeEach(async () => {
    database = await open()
    await migrate(database, await ownMigrations())
    await database.query(person, ['ada', 'shop'])
    await database.query(person, ['bob', 'other'])
  })

  const run = (text: string): Promise<void> => database.transaction(({ script }) => script(text))
  const stateOf = async (userId: string, account?: string): Promise<string | undefined> =>
    (await readMarks(database.query, [{ userId, account }]))[0]?.state

  test.each([
    ['the person changed', "update person set revision = 2 where user_id = 'ada'"],
    ['a flow was published', 'update catalogue set revision = revision + 1'],
    ['the account got attributes', "insert into account values ('shop', '{}', now())"],
    ['a member settled something', "insert into account_flow values ('shop', 'f', 1)"],
    [
      'the person is back from a dump, as they were',
      "update person set revision = revision where user_id = 'ada'",
    ],
    ['the person is gone', "delete from person where user_id = 'ada'"],
  ])('the mark differs when %s, and that of others only if it concerns them', async (name, change) => {
    const [ada, bob] = [await stateOf('ada'), await stateOf('bob')]
    expect([await stateOf('ada'), await stateOf('bob')]).toEqual([ada, bob])
    await run(change)
    expect(await stateOf('ada')).not.toBe(ada)
    expect((await stateOf('bob')) === bob).toBe(name !== 'a flow was published')
  })

  test('the mark differs when an erased member’s name disappears from the account’s steps', async () => {
    const settled = "insert into account_step values ('shop', 'f', 's', 1, 'done', now(), 'carl')"
    await run(settled)
    const before = await stateOf('ada')
    await run('update account_step set settled_by = null')
    expect(await stateOf('ada')).not.toBe(before)
  })

  test('nothing is loaded of those whose mark stands, and what is loaded has its mark', async () => {
    const asked = (mark?: string) => [
      { userId: 'ada', keys: [], mark },
      { userId: 'bob', keys: [], mark: '' },
    ]
    const [ada, bob] = (await load(database.query, asked())).people
    expect([ada?.mark, bob?.mark]).toEqual([null, await stateOf('bob')])
    const mark = (await load(database.query, asked(''))).people[0]?.mark ?? ''
    expect(mark).toBe(await stateOf('ada'))
    expect((await load(database.query, asked(mark))).people.map((one) => one?.person.userId)).toEqual([
      undefined,
      'bob',
    ])
    await run("update person set revision = 2 where user_id = 'ada'")
    expect((await load(database.query, asked(mark))).people[0]).toMatchObject({ revision: 2 })
  })

  test('an account that changed again within one tick of the clock has another mark', async () => {
    await run("insert into account values ('shop', '{}', 'epoch')")
    const before = await stateOf('ada')
    await run("update account set attributes = '{\"a\": 1}' where account_id = 'shop'")
    expect(await stateOf('ada')).not.toBe(before)
  })

  test('the account is the one that the person acts for', async () => {
    const marks = await readMarks(database.query, [
      { userId: 'ada' },
      { userId: 'ada', account: 'other' },
      { userId: 'ada', account: null },
      { userId: 'nobody', account: 'shop' },
    ])
    expect(marks.map(({ accountId }) => accountId)).toEqual(['shop', 'other', null, 'shop'])
    expect(marks.map(({ personId }) => personId !== null)).toEqual([true, true, true, false])
  })
})

test('a notice says whom it concerns, and everybody when they are too many for one', () => {
  const some = { people: ['ada', 'zoë "quoted"'], accounts: ['shop'] }
  const { payload } = changeNotice('a', some)
  expect(concernedIn(payload)).toEqual(some)
  const many = {
    people: Array.from({ length: 40 }, (_, index) => `${'é'.repeat(100)}${index}`),
    accounts: [],
  }
  expect(changeNotice('a', many).payload).toBe('')
  expect(changeNotice('a'.repeat(63), 'everybody').channel.length).toBeLessThan(63)
  for (const strange of ['', 'nonsense', 'null', '[]', '{}', '{"people":[1],"accounts":[]}'])
    expect(concernedIn(strange)).toBe('everybody')
})
