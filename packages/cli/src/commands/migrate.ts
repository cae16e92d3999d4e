import { parseArgs } from 'node:util'
import { databaseOf } from '@boardwalk/server/configuration'
import { migrate as apply, openDatabase, ownMigrations, renumberRestored } from '@boardwalk/store'
import { configured } from '../configured.ts'
import { orDatabaseAdvice } from '../doctor/database-advice.ts'

export const migrate = async (words: string[]): Promise<void> => {
  const { values } = parseArgs({ args: words, options: { data: { type: 'string' } } })
  const configuration = configured(values)
  const database = await openDatabase(databaseOf(configuration))
  try {
    const applied = await orDatabaseAdvice(configuration, apply(database, await ownMigrations()))
    console.log(
      applied.length === 0
        ? 'Nothing to do: the database is up to date.'
        : `Applied migration ${applied.join(', ')}.`,
    )
    if (await renumberRestored(database))
      console.log('Restored from a dump: happenings are numbered anew, and some will be told again.')
  } finally {
    await database.close()
  }
}
