import { expect, test } from 'vitest'
import { migrate, ownMigrations, readSchemaManifest, schemaDifferences } from '../src/index.ts'
import { forEachDatabase } from '../test-kit/index.ts'

forEachDatabase((_, open) => {
  test('the migrations make the schema of the manifest', async () => {
    const database = await open()
    await migrate(database, await ownMigrations())
    expect(await schemaDifferences(database)).toEqual([])
    expect((await readSchemaManifest(database)).length).toBeGreaterThan(50)
  })

  test('a schema changed by hand is told line by line', async () => {
    const database = await open()
    await migrate(database, await ownMigrations())
    await database.transaction(({ script }) =>
      script('alter table person add column shoe_size int; drop index person_account'),
    )
    expect(await schemaDifferences(database)).toEqual([
      expect.stringMatching(/^missing: .*person_account/),
      expect.stringMatching(/^not ours: person\.shoe_size integer/),
    ])
  })
})
