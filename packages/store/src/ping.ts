import type { Query } from './database/database.ts'

const statement = { name: 'ping', text: 'select 1' }

/** Resolves when the database answers. */
export const ping = async (query: Query): Promise<void> => {
  await query(statement)
}
