import pg from 'pg'
import { quoteIdentifier } from '../src/database/database.ts'
import { openPostgres } from '../src/database/open-postgres.ts'
import { migrate, ownMigrations } from '../src/index.ts'

/** Schemas that a copy of the template has ready: migrating costs 0.2 s, a copy of one a hundredth of that. */
export const readySchemas = 12

const readySchema = (index: number): string => `ready_${index}`

/** As SQL: the schema with this index is `schema` from now on. */
export const takeReady = (index: number, schema: string): string =>
  ['', '_reports']
    .map((end) => `alter schema ${readySchema(index)}${end} rename to ${quoteIdentifier(`${schema}${end}`)}`)
    .join(';')

/** The same server, another database. */
export const addressOf = (url: string, database: string): string => {
  const address = new URL(url)
  address.pathname = database
  return address.href
}

const onServer = async (url: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

export const makeTemplate = async (url: string, template: string): Promise<void> => {
  await onServer(url, `create database ${template}`)
  const migrations = await ownMigrations()
  for (let index = 0; index < readySchemas; index++) {
    const schema = readySchema(index)
    const database = await openPostgres({ url: addressOf(url, template), schema, connections: 1 })
    await migrate(database, migrations)
    await database.close()
  }
}

/** Log shipping of all that is in the template would cost more than copying its files. */
export const copyTemplate = (url: string, template: string, database: string): Promise<void> =>
  onServer(url, `create database ${database} template ${template} strategy file_copy`)

export const dropDatabase = (url: string, database: string): Promise<void> =>
  onServer(url, `drop database ${database} (force)`)
