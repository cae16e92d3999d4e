import type { Database } from './database/database.ts'
import { openEmbedded, type EmbeddedOptions } from './database/open-embedded.ts'
import { openPostgres, type PostgresOptions } from './database/open-postgres.ts'

/** PostgreSQL 15 or newer by `url`; or embedded in a folder (in memory without one, gone at the end). */
export type DatabaseOptions = PostgresOptions | EmbeddedOptions

export const openDatabase = (options: DatabaseOptions): Promise<Database> =>
  'url' in options ? openPostgres(options) : openEmbedded(options)
