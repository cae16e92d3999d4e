import { expect, test } from 'vitest'
import { migrate, ownMigrations, personalData } from '../src/index.ts'
import { forEachDatabase } from '../test-kit/index.ts'

const columnsStatement = {
  name: 'all_columns',
  text: `
    select c.table_name || '.' || c.column_name as name
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = $1 and t.table_type = 'BASE TABLE'`,
}

forEachDatabase((_, open) => {
  test('of every column it is written down whether it holds something of a person', async () => {
    const database = await open()
    await migrate(database, await ownMigrations())
    const stored = await database.query<{ name: string }>(columnsStatement, [database.schema])
    const written = Object.entries(personalData).flatMap(([table, { said = {}, noted = {}, ours }]) =>
      [...Object.keys(said), ...Object.keys(noted), ...ours].map((column) => `${table}.${column}`),
    )
    expect(written.toSorted()).toEqual(stored.map(({ name }) => name).toSorted())
  })
})
