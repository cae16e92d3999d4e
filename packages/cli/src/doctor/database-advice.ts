import type { Configuration } from '@boardwalk/server'
import { CommandError, messageOf } from '../command.ts'
import { withoutPassword } from './without-password.ts'

const advice: Readonly<Record<string, string>> = {
  '28P01': 'correct user and password in DATABASE_URL',
  '28000': 'allow this role and address in pg_hba.conf, or correct DATABASE_URL',
  '3D000': 'create the database, or correct its name in DATABASE_URL',
  '53300': 'raise max_connections, or set BOARDWALK_DATABASE_CONNECTIONS lower in all processes',
  '42501': 'give the role the right to use the schema and its tables',
  DIRECTORY_UNUSABLE: 'set BOARDWALK_DATA to a folder that this user may write to, or chown it',
  ECONNREFUSED: 'start PostgreSQL, or correct host and port in DATABASE_URL',
  ENOTFOUND: 'correct the host in DATABASE_URL, or mend name resolution',
  '08006': 'see whether a firewall lies between, and whether the server is busy',
  '57P03': 'wait until the server has started',
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

/** What to do about a database that cannot be used, where its code tells. */
export const adviceFor = (error: unknown): string | undefined => advice[codeOf(error)]

export const databaseReason = (error: unknown, databaseUrl: string | undefined): string => {
  // A name with several addresses fails with all of them, and says nothing itself.
  const inner = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error)
  return withoutPassword(inner || codeOf(error), databaseUrl)
}

/** Whoever starts is told which setting it is about, and what to do. */
export const orDatabaseAdvice = async <Value>(
  { databaseUrl }: Configuration,
  work: Promise<Value>,
): Promise<Value> => {
  try {
    return await work
  } catch (error) {
    const todo = databaseUrl === undefined ? undefined : adviceFor(error)
    if (todo === undefined) throw error
    throw new CommandError(
      `The database of DATABASE_URL cannot be used: ${databaseReason(error, databaseUrl)}. To do: ${todo}.`,
    )
  }
}
