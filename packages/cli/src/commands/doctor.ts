import { parseArgs } from 'node:util'
import { databaseOf, kafkaOf, missingTopics, type Configuration } from '@boardwalk/server'
import {
  openDatabase,
  ownMigrations,
  schemaDifferences,
  unappliedMigrations,
  type Database,
} from '@boardwalk/store'
import { CommandError, type Command } from '../command.ts'
import { configured } from '../configured.ts'
import { readDevelopmentSecrets } from '@boardwalk/server'

type Finding = { readonly ok: boolean; readonly text: string }

const checkDatabase = async (database: Database): Promise<Finding[]> => {
  const missing = await unappliedMigrations(database, await ownMigrations())
  if (missing.length > 0) {
    const names = missing.map(({ number, name }) => `${number} ${name}`).join(', ')
    return [{ ok: false, text: `Migrations are missing: ${names}. Run "boardwalk migrate".` }]
  }
  const differences = await schemaDifferences(database)
  return [
    { ok: true, text: 'All migrations are applied' },
    differences.length === 0
      ? { ok: true, text: 'The schema is as the migrations made it' }
      : { ok: false, text: `The schema was changed by hand:\n    ${differences.join('\n    ')}` },
  ]
}

const checkKafka = async (configuration: Configuration): Promise<Finding[]> => {
  const { kafka } = kafkaOf(configuration)
  if (kafka === undefined) return []
  const topics = (kafka.sources ?? []).map(({ topic }) => topic)
  try {
    const missing = await missingTopics(kafka.brokers, topics)
    return [
      { ok: true, text: 'Kafka answers' },
      ...missing.map((topic) => ({
        ok: false,
        text: `Kafka has no topic "${topic}"; it is read once there is`,
      })),
    ]
  } catch (error) {
    return [
      { ok: false, text: `Kafka does not answer: ${error instanceof Error ? error.message : String(error)}` },
    ]
  }
}

const isHeld = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && error.code === 'DIRECTORY_HELD'

const examine = async (words: string[]): Promise<Finding[]> => {
  const { values } = parseArgs({ args: words, options: { data: { type: 'string' } } })
  const configuration = configured(values)
  const findings: Finding[] = [
    { ok: true, text: `Node ${process.versions.node}` },
    { ok: true, text: 'The configuration can be read' },
  ]
  const development = await readDevelopmentSecrets()
  if (
    configuration.jwtSecret === undefined &&
    configuration.jwksUrl === undefined &&
    development === undefined
  ) {
    findings.push({
      ok: false,
      text: 'People cannot be identified: set BOARDWALK_JWT_SECRET or BOARDWALK_JWKS_URL',
    })
  }
  findings.push(...(await checkKafka(configuration)))
  try {
    const database = await openDatabase(databaseOf(configuration))
    try {
      findings.push(
        { ok: true, text: `The ${database.kind} database can be opened` },
        ...(await checkDatabase(database)),
      )
    } finally {
      await database.close()
    }
  } catch (error) {
    if (isHeld(error))
      return [
        ...findings,
        { ok: true, text: `${error.message} So it runs; stop it to have its schema examined.` },
      ]
    findings.push({
      ok: false,
      text: `The database cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    })
  }
  return findings
}

export const doctor: Command = {
  name: 'doctor',
  usage: ['doctor [--data FOLDER]'],
  summary: 'looks whether everything that Boardwalk needs is in order',
  run: async (words) => {
    const findings = await examine(words)
    for (const { ok, text } of findings) console.log(`${ok ? 'ok  ' : 'BAD '} ${text}`)
    const bad = findings.filter(({ ok }) => !ok).length
    if (bad > 0) throw new CommandError(`${bad} thing(s) to mend.`)
  },
}
