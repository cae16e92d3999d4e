import { access, constants, stat, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { databaseOf, type Configuration } from '@boardwalk/server'
import { migrationsDiffer, openDatabase } from '@boardwalk/store'
import { messageOf } from '../command.ts'
import { adviceFor, codeOf, databaseReason } from './database-advice.ts'
import { examineDatabase } from './examine-database.ts'
import { bad, fine, warning, type Finding } from './finding.ts'

const gibibyte = 1024 ** 3
const littleSpace = gibibyte
const noSpace = gibibyte / 10

const unusable = (error: unknown, { databaseUrl }: Configuration): Finding => {
  if (codeOf(error) === migrationsDiffer) {
    const mend = {
      expected: 'migrations that this version knows',
      todo: 'start the version that the database was migrated by, or restore a backup',
    }
    return bad('migrations', messageOf(error), mend)
  }
  return bad('database', `The database cannot be used: ${databaseReason(error, databaseUrl)}`, {
    expected: 'a database that answers',
    todo: adviceFor(error) ?? 'read what it says, and mend DATABASE_URL, the role or the server',
  })
}

const isHeld = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && error.code === 'DIRECTORY_HELD'

const examineFolder = async (folder: string): Promise<Finding[]> => {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const told = `${(free / gibibyte).toFixed(1)} GiB are free for ${folder}`
  const mend = { expected: 'at least 1 GiB', todo: 'make room, or move BOARDWALK_DATA to a larger disk' }
  if (free < noSpace) return [bad('disk', told, mend)]
  return [free < littleSpace ? warning('disk', told, mend) : fine('disk', told)]
}

const nearestFolder = async (folder: string): Promise<string> => {
  const there = await stat(folder).catch(() => undefined)
  return there !== undefined || dirname(folder) === folder ? folder : nearestFolder(dirname(folder))
}

/** A folder that is not there yet is not made: a doctor leaves no trace. */
const examineAbsent = async (folder: string): Promise<Finding[] | undefined> => {
  const nearest = await nearestFolder(folder)
  if (nearest === folder) return undefined
  const isWritable = await access(nearest, constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!isWritable) {
    const mend = { expected: 'a folder to write to', todo: 'set BOARDWALK_DATA to another, or chown it' }
    return [bad('folder', `${folder} is not there, and ${nearest} is not writable for this user`, mend)]
  }
  return [fine('folder', `${folder} is not there yet; serving makes it`), ...(await examineFolder(nearest))]
}

/** The database that the configuration names, from outside and from inside. */
export const examineNamedDatabase = async (configuration: Configuration): Promise<Finding[]> => {
  const { databaseUrl, databaseConnections, data } = configuration
  const folder = databaseUrl === undefined ? resolve(data) : undefined
  try {
    const absent = folder && (await examineAbsent(folder))
    if (absent) return absent
    const findings = folder === undefined ? [] : await examineFolder(folder)
    const database = await openDatabase(databaseOf(configuration))
    try {
      return [...findings, ...(await examineDatabase(database, databaseConnections))]
    } finally {
      await database.close()
    }
  } catch (error) {
    if (!isHeld(error)) return [unusable(error, configuration)]
    return [fine('database', `${error.message} So it runs; stop it to have its schema examined.`)]
  }
}
