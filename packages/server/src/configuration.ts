// No more than these: every command of `boardwalk` reads its settings first, and need not read the server for it.
import type { EventSource } from '@boardwalk/contract'
import { isMailbox } from '@boardwalk/contract/mailbox'
import type { DatabaseOptions } from '@boardwalk/store'
import { expectedOrigins, isOrigin } from './http/origins.ts'
import type { KafkaOptions } from './kafka/intake-options.ts'
import { expectedName, isName, loop } from './kafka/names.ts'
import { readSources, UnfitSources } from './kafka/read-sources.ts'
import { usualLimits } from './limits/limit-options.ts'
import { expectedAllowEntries, isAllowEntry } from './outbound/address-rules.ts'
import { usuallyKept, type Kept } from './retention/kept.ts'
import { usualTotal } from './streams/stream-limits.ts'

/** Reads one setting's text; answers undefined when it does not fit. */
type Read<Value> = (text: string) => Value | undefined | Unfit

/** Says itself what is wrong with a value too large to be repeated. */
type Unfit = { readonly unfit: string }

export type Setting<Value> = {
  readonly variable: string
  /** What a value looks like, limits included; the end of "expected …". */
  readonly expected: string
  readonly default: Value
  /** The default as the table prints it, where it is not the value itself. */
  readonly defaultText?: string
  readonly help: string
  readonly secret?: boolean
  readonly read: Read<Value>
}

const setting = <Value>(row: Setting<Value>): Setting<Value> => row

const integer =
  (min: number, max: number): Read<number> =>
  (text) =>
    /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined

const url =
  (...protocols: string[]): Read<string | undefined> =>
  (text) =>
    URL.canParse(text) && protocols.includes(new URL(text).protocol) ? text : undefined

/** `fetch` takes no address with user and password, and tells both when it refuses it. */
const webAddress: Read<string | undefined> = (text) => {
  const read = URL.parse(text)
  return read && /^https?:$/.test(read.protocol) && read.username + read.password === '' ? text : undefined
}

const oneOf =
  <Name extends string>(...names: Name[]): Read<Name> =>
  (text) =>
    names.find((name) => name === text)

const origins: Read<readonly string[]> = (text) => {
  const each = text.split(',').map((one) => one.trim())
  return each.every(isOrigin) ? each : undefined
}

const allowEntries: Read<readonly string[]> = (text) => {
  const each = text.split(',').map((one) => one.trim())
  return each.every(isAllowEntry) ? each : undefined
}

const brokers: Read<readonly string[]> = (text) => {
  const each = text.split(',').map((one) => one.trim())
  return each.every((one) => /^[\w.-]{1,253}:\d{1,5}$/.test(one)) ? each : undefined
}

const sources: Read<readonly EventSource[]> = (text) => {
  try {
    return readSources(text)
  } catch (error) {
    if (error instanceof UnfitSources) return { unfit: error.message }
    throw error
  }
}

const mailServer: Read<string | undefined> = (text) => {
  const server = URL.parse(text)
  if (server === null || !/^smtps?:$/.test(server.protocol) || server.hostname === '') return undefined
  // Whatever is not percent-encoded well could not be sent as user and password.
  const isEncoded = /^(?:[^%]|%[\da-f]{2})*$/i.test(server.username + server.password)
  return isEncoded ? text : undefined
}

const longSecret: Read<string | undefined> = (text) => (Buffer.byteLength(text) >= 32 ? text : undefined)

/** Every setting there is, and the only place that knows their names, limits and defaults. */
const settings = {
  port: setting({
    variable: 'PORT',
    expected: 'a port from 0 to 65535 (0: any free one)',
    default: 4000,
    help: 'Port to listen on.',
    read: integer(0, 65_535),
  }),
  host: setting({
    variable: 'HOST',
    expected: 'an address of this machine',
    default: '127.0.0.1',
    help: 'Address to listen on. `0.0.0.0` serves other machines too.',
    read: (text) => (/^[\w.:-]{1,255}$/.test(text) ? text : undefined),
  }),
  drainSeconds: setting({
    variable: 'BOARDWALK_DRAIN_SECONDS',
    expected: 'a whole number from 0 to 300',
    default: 0,
    help: 'Seconds after SIGTERM in which new connections are still taken. Behind a load balancer: longer than it keeps a quiet connection and needs to see that this process is not ready.',
    read: integer(0, 300),
  }),
  databaseUrl: setting<string | undefined>({
    variable: 'DATABASE_URL',
    expected: 'an address like postgres://user:password@host:5432/database',
    default: undefined,
    defaultText: 'embedded',
    help: 'PostgreSQL 15 or newer. Without it the embedded database is used.',
    secret: true,
    read: url('postgres:', 'postgresql:'),
  }),
  databaseSchema: setting({
    variable: 'BOARDWALK_SCHEMA',
    expected: 'a name of lower-case letters, digits and _, at most 63',
    default: 'boardwalk',
    help: 'PostgreSQL schema that holds the tables.',
    read: (text) => (/^[a-z_][a-z0-9_]{0,62}$/.test(text) ? text : undefined),
  }),
  databaseConnections: setting({
    variable: 'BOARDWALK_DATABASE_CONNECTIONS',
    expected: 'a whole number from 2 to 100',
    default: 8,
    help: 'Connections of this process to PostgreSQL. 8 to 10 per core of the database over all processes serve best.',
    read: integer(2, 100),
  }),
  data: setting({
    variable: 'BOARDWALK_DATA',
    expected: 'a folder that can be written',
    default: '.boardwalk/data',
    help: 'Folder of the embedded database. One process at a time may use it.',
    read: (text) => text,
  }),
  jwtSecret: setting<string | undefined>({
    variable: 'BOARDWALK_JWT_SECRET',
    expected: 'at least 32 bytes',
    default: undefined,
    help: "Secret of people's HS256 tokens, shared with the host.",
    secret: true,
    read: longSecret,
  }),
  jwksUrl: setting<string | undefined>({
    variable: 'BOARDWALK_JWKS_URL',
    expected: 'an http(s) address without user and password',
    default: undefined,
    help: "Where the public keys of people's RS256 or ES256 tokens are.",
    read: webAddress,
  }),
  jwtIssuer: setting<string | undefined>({
    variable: 'BOARDWALK_JWT_ISSUER',
    expected: 'a text',
    default: undefined,
    help: 'When set, tokens must carry this `iss`.',
    read: (text) => text,
  }),
  jwtAudience: setting<string | undefined>({
    variable: 'BOARDWALK_JWT_AUDIENCE',
    expected: 'a text',
    default: undefined,
    help: 'When set, tokens must carry this `aud`.',
    read: (text) => text,
  }),
  apiKey: setting<string | undefined>({
    variable: 'BOARDWALK_API_KEY',
    expected: 'at least 32 printable ASCII characters without spaces',
    default: undefined,
    help: 'First API key, with all scopes; make others with it.',
    secret: true,
    read: (text) => (/^[!-~]{32,1000}$/.test(text) ? text : undefined),
  }),
  corsOrigins: setting<readonly string[]>({
    variable: 'BOARDWALK_CORS_ORIGINS',
    expected: expectedOrigins,
    default: [],
    defaultText: 'none',
    help: "Pages of these origins may call the person's routes (`/api/onboarding…`, `/ofrep/…`) from a browser.",
    read: origins,
  }),
  requestsPerMinute: setting({
    variable: 'BOARDWALK_REQUESTS_PER_MINUTE',
    expected: 'a whole number from 1 to 1000000',
    default: usualLimits.requestsPerMinute,
    help: 'Requests that one person may make a minute; whoever makes more is answered 429.',
    read: integer(1, 1_000_000),
  }),
  stepUpdatesPerMinute: setting({
    variable: 'BOARDWALK_STEP_UPDATES_PER_MINUTE',
    expected: 'a whole number from 1 to 1000000',
    default: usualLimits.stepUpdatesPerMinute,
    help: 'Steps that one person may do or skip a minute.',
    read: integer(1, 1_000_000),
  }),
  snoozesPerDay: setting({
    variable: 'BOARDWALK_SNOOZES_PER_DAY',
    expected: 'a whole number from 1 to 1000000',
    default: usualLimits.snoozesPerDay,
    help: 'How often one person may put the reminder to sleep a day.',
    read: integer(1, 1_000_000),
  }),
  streams: setting({
    variable: 'BOARDWALK_STREAMS',
    expected: 'a whole number from 0 to 1000000',
    default: usualTotal,
    help: 'Streams of live changes that this process holds open at most; whoever comes then polls.',
    read: integer(0, 1_000_000),
  }),
  answerCacheMegabytes: setting({
    variable: 'BOARDWALK_ANSWER_CACHE_MB',
    expected: 'a whole number from 0 to 4096',
    default: 32,
    help: 'Memory of this process for answers of `GET /api/onboarding` that are still true. 0: each is made anew.',
    read: integer(0, 4096),
  }),
  webhookAllow: setting<readonly string[]>({
    variable: 'BOARDWALK_WEBHOOK_ALLOW',
    expected: expectedAllowEntries,
    default: [],
    defaultText: 'none',
    help: 'Where webhooks may go although it is not on the public internet.',
    read: allowEntries,
  }),
  url: setting<string | undefined>({
    variable: 'BOARDWALK_URL',
    expected: 'an http(s) address without user and password',
    default: undefined,
    defaultText: '`http://127.0.0.1:PORT`',
    help: 'The running Boardwalk that commands such as `boardwalk flows push` speak to.',
    read: webAddress,
  }),
  redisUrl: setting<string | undefined>({
    variable: 'REDIS_URL',
    expected: 'an address like redis://user:password@host:6379, or rediss://host:6380 for TLS',
    default: undefined,
    defaultText: 'none',
    help: 'Redis, in which several processes share what is quickly forgotten. Nothing is lost with it.',
    secret: true,
    read: url('redis:', 'rediss:'),
  }),
  kafkaBrokers: setting<readonly string[]>({
    variable: 'KAFKA_BROKERS',
    expected: 'addresses such as `kafka-1:9092`, separated by commas',
    default: [],
    defaultText: 'none',
    help: 'Brokers of Kafka. Without them nothing is read from it.',
    read: brokers,
  }),
  kafkaGroup: setting({
    variable: 'BOARDWALK_KAFKA_GROUP',
    expected: expectedName,
    default: 'boardwalk',
    help: 'All processes of one group share the work, and go on where the others ended.',
    read: (text) => (isName(text) ? text : undefined),
  }),
  kafkaTopic: setting<string | undefined>({
    variable: 'BOARDWALK_KAFKA_TOPIC',
    expected: expectedName,
    default: undefined,
    help: 'Topic to which all that happens is told, as CloudEvents.',
    read: (text) => (isName(text) ? text : undefined),
  }),
  kafkaSources: setting<readonly EventSource[]>({
    variable: 'BOARDWALK_KAFKA_SOURCES',
    expected: 'a JSON array of sources, or the path of a file that holds one',
    default: [],
    defaultText: 'none',
    help: 'Topics that are read, and where in their records is what.',
    read: sources,
  }),
  smtpUrl: setting<string | undefined>({
    variable: 'SMTP_URL',
    expected: 'an address like smtp://user:password@host:587, or smtps://host for TLS from the beginning',
    default: undefined,
    help: 'Mail server that sends alerts. A password is sent by TLS only.',
    secret: true,
    read: mailServer,
  }),
  alertFrom: setting<string | undefined>({
    variable: 'ALERT_FROM',
    expected: 'an e-mail address such as alerts@example.com',
    default: undefined,
    help: 'Whom those mails come from.',
    read: (text) => (isMailbox(text) ? text : undefined),
  }),
  watchSeconds: setting({
    variable: 'BOARDWALK_WATCH_SECONDS',
    expected: 'a whole number from 1 to 300',
    default: 15,
    help: 'Seconds from one check of all releases to the next.',
    read: integer(1, 300),
  }),
  keepAnswersDays: setting({
    variable: 'BOARDWALK_KEEP_ANSWERS_DAYS',
    expected: 'a whole number from 1 to 3650',
    default: usuallyKept.answers,
    help: 'Days that answers to requests with an `Idempotency-Key`, and ids of events, are kept; a repeat that comes later has its effect again.',
    read: integer(1, 3650),
  }),
  keepDeadLettersDays: setting({
    variable: 'BOARDWALK_KEEP_DEAD_LETTERS_DAYS',
    expected: 'a whole number from 1 to 3650',
    default: usuallyKept.deadLetters,
    help: 'Days that records that could not be taken are kept.',
    read: integer(1, 3650),
  }),
  keepDeliveriesDays: setting({
    variable: 'BOARDWALK_KEEP_DELIVERIES_DAYS',
    expected: 'a whole number from 4 to 3650',
    default: usuallyKept.deliveries,
    help: 'Days that the log of deliveries is kept; one is tried for 3 days.',
    read: integer(4, 3650),
  }),
  keepHealthDays: setting({
    variable: 'BOARDWALK_KEEP_HEALTH_DAYS',
    expected: 'a whole number from 31 to 3650',
    default: usuallyKept.health,
    help: 'Days that counted requests, and alerts that are over, are kept.',
    read: integer(31, 3650),
  }),
  keepAuditDays: setting({
    variable: 'BOARDWALK_KEEP_AUDIT_DAYS',
    expected: 'a whole number from 1 to 36500',
    default: usuallyKept.audit,
    help: 'Days that the audit log is kept.',
    read: integer(1, 36_500),
  }),
  keepErasuresDays: setting<number | undefined>({
    variable: 'BOARDWALK_KEEP_ERASURES_DAYS',
    expected: 'a whole number from 30 to 36500',
    default: usuallyKept.erasures,
    defaultText: 'for ever',
    help: 'Days that is kept, as a keyed hash, who was erased. Longer than backups are, and than events may come late.',
    read: integer(30, 36_500),
  }),
  logLevel: setting({
    variable: 'BOARDWALK_LOG_LEVEL',
    expected: 'debug, info, warn, error or silent',
    default: 'info',
    help: 'Lowest level that is logged.',
    read: oneOf('debug', 'info', 'warn', 'error', 'silent'),
  }),
} as const

const isUnfit = (value: unknown): value is Unfit =>
  typeof value === 'object' && value !== null && 'unfit' in value

type Settings = typeof settings

export type Configuration = { readonly [Name in keyof Settings]: Settings[Name]['default'] }

/** Everything that is wrong with the configuration, in one error. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

const ours = (variable: string): boolean =>
  variable.startsWith('BOARDWALK_') && !variable.startsWith('BOARDWALK_TEST_')

/** Where no user and password belong, somebody writes them nevertheless. */
const withoutLogin = (text: string): string => text.replaceAll(/[^\s/,;"]*@/g, '***@')

const shown = (row: Setting<unknown>, text: string): string =>
  row.secret ? `a value of ${Buffer.byteLength(text)} bytes` : JSON.stringify(withoutLogin(text).slice(0, 80))

type Environment = { readonly [variable: string]: string | undefined }

const known = (overrides: Environment): Environment =>
  Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined))

/** Reads all settings at once; `overrides` (from a command line) stand above the environment. Throws a `ConfigurationError` that names every unknown or unreadable one. */
export const readConfiguration = (
  overrides: Environment = {},
  given: Environment = process.env,
): Configuration => {
  const environment = { ...given, ...known(overrides) }
  const rows = Object.entries(settings) as [keyof Settings, Setting<unknown>][]
  const variables = new Set(rows.map(([, row]) => row.variable))
  const problems = Object.keys(environment)
    .filter((variable) => ours(variable) && !variables.has(variable))
    .map((variable) => `${variable} is not a setting. Remove it or correct its spelling.`)
  const values = rows.map(([name, row]) => {
    const text = environment[row.variable]
    if (text === undefined || text === '') return [name, row.default]
    const value = row.read(text)
    if (isUnfit(value)) problems.push(`${row.variable}: ${value.unfit}.`)
    if (value === undefined)
      problems.push(`${row.variable} is ${shown(row, text)}, expected ${row.expected}.`)
    return [name, value]
  })
  if (environment['BOARDWALK_KAFKA_TOPIC'] && !environment['KAFKA_BROKERS'])
    problems.push('BOARDWALK_KAFKA_TOPIC is set, but KAFKA_BROKERS is not: set both.')
  if (!environment['SMTP_URL'] !== !environment['ALERT_FROM'])
    problems.push('SMTP_URL and ALERT_FROM belong together: set both, or neither.')
  if (values.some(([name, value]) => name === 'kafkaSources' && Array.isArray(value) && value.length > 0)) {
    const hasBrokers = environment['KAFKA_BROKERS'] !== undefined && environment['KAFKA_BROKERS'] !== ''
    if (!hasBrokers) problems.push('BOARDWALK_KAFKA_SOURCES is set, but KAFKA_BROKERS is not: set both.')
  }
  const topic = environment['BOARDWALK_KAFKA_TOPIC']
  const sources = values.find(([name]) => name === 'kafkaSources')?.[1]
  if (topic && Array.isArray(sources) && sources.some((source) => source.topic === topic))
    problems.push(loop(topic))
  if (problems.length > 0) {
    throw new ConfigurationError(
      `Boardwalk does not start with this configuration:\n  ${problems.join('\n  ')}`,
    )
  }
  return Object.fromEntries(values) as Configuration
}

/** The database that the configuration names. */
export const databaseOf = ({
  databaseUrl,
  databaseSchema,
  databaseConnections,
  data,
}: Configuration): DatabaseOptions =>
  databaseUrl === undefined
    ? { directory: data, schema: databaseSchema }
    : { url: databaseUrl, schema: databaseSchema, connections: databaseConnections }

/** How many days what is kept. */
export const keptOf = (configuration: Configuration): Kept => ({
  answers: configuration.keepAnswersDays,
  deadLetters: configuration.keepDeadLettersDays,
  deliveries: configuration.keepDeliveriesDays,
  health: configuration.keepHealthDays,
  audit: configuration.keepAuditDays,
  erasures: configuration.keepErasuresDays,
})

/** What is read from Kafka and told to it, if anything. */
export const kafkaOf = ({
  kafkaBrokers: brokers,
  kafkaGroup: groupId,
  kafkaSources: sources,
  kafkaTopic: topic,
}: Configuration): { readonly kafka?: KafkaOptions } =>
  brokers.length === 0 || (sources.length === 0 && topic === undefined)
    ? {}
    : {
        kafka: {
          brokers,
          groupId,
          ...(sources.length > 0 && { sources }),
          ...(topic !== undefined && { publish: { topic } }),
        },
      }

/** The table for the README. */
export const configurationTable = (): string =>
  [
    '| variable | meaning | value | default |',
    '|---|---|---|---|',
    ...Object.values(settings).map(
      (row: Setting<string | number | readonly unknown[] | undefined>) =>
        `| \`${row.variable}\` | ${row.help} | ${row.expected} | ${row.defaultText ?? (row.default === undefined ? '–' : `\`${String(row.default)}\``)} |`,
    ),
  ].join('\n')
