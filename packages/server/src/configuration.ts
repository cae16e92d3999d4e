import type { DatabaseOptions } from '@boardwalk/store'
import { expectedOrigins, isOrigin } from './http/origins.ts'
import { usualTotal } from './streams/open-streams.ts'

/** Reads one setting's text; answers undefined when it does not fit. */
type Read<Value> = (text: string) => Value | undefined

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

const oneOf =
  <Name extends string>(...names: Name[]): Read<Name> =>
  (text) =>
    names.find((name) => name === text)

const origins: Read<readonly string[]> = (text) => {
  const each = text.split(',').map((one) => one.trim())
  return each.every(isOrigin) ? each : undefined
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
    expected: 'an http(s) address',
    default: undefined,
    help: "Where the public keys of people's RS256 or ES256 tokens are.",
    read: url('http:', 'https:'),
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
    help: "Pages of these origins may call the person's routes (`/api/onboarding…`) from a browser.",
    read: origins,
  }),
  streams: setting({
    variable: 'BOARDWALK_STREAMS',
    expected: 'a whole number from 0 to 1000000',
    default: usualTotal,
    help: 'Streams of live changes that this process holds open at most; whoever comes then polls.',
    read: integer(0, 1_000_000),
  }),
  url: setting<string | undefined>({
    variable: 'BOARDWALK_URL',
    expected: 'an http(s) address',
    default: undefined,
    defaultText: '`http://127.0.0.1:PORT`',
    help: 'The running Boardwalk that commands such as `boardwalk flows push` speak to.',
    read: url('http:', 'https:'),
  }),
  logLevel: setting({
    variable: 'BOARDWALK_LOG_LEVEL',
    expected: 'debug, info, warn, error or silent',
    default: 'info',
    help: 'Lowest level that is logged.',
    read: oneOf('debug', 'info', 'warn', 'error', 'silent'),
  }),
} as const

type Settings = typeof settings

export type Configuration = { readonly [Name in keyof Settings]: Settings[Name]['default'] }

/** Everything that is wrong with the configuration, in one error. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

const ours = (variable: string): boolean =>
  variable.startsWith('BOARDWALK_') && !variable.startsWith('BOARDWALK_TEST_')

const shown = (row: Setting<unknown>, text: string): string =>
  row.secret ? `a value of ${Buffer.byteLength(text)} bytes` : JSON.stringify(text.slice(0, 80))

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
    if (value === undefined)
      problems.push(`${row.variable} is ${shown(row, text)}, expected ${row.expected}.`)
    return [name, value]
  })
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

/** The table for the README. */
export const configurationTable = (): string =>
  [
    '| variable | meaning | value | default |',
    '|---|---|---|---|',
    ...Object.values(settings).map(
      (row: Setting<string | number | readonly string[] | undefined>) =>
        `| \`${row.variable}\` | ${row.help} | ${row.expected} | ${row.defaultText ?? (row.default === undefined ? '–' : `\`${String(row.default)}\``)} |`,
    ),
  ].join('\n')
