// Writes what is generated from the code; with --check it only says which files are out of date.
import { readFile, writeFile } from 'node:fs/promises'
import {
  analyticsDefinitions,
  errors,
  flowJsonSchema,
  leastRoleOf,
  openApiDocument,
  operationIds,
  operationRow,
  roleNames,
  roles,
  scopeNames,
  scopes,
  type Definition,
} from '@boardwalk/contract'
import { configurationTable, metricsTable } from '@boardwalk/server'
import { migrate, openDatabase, ownMigrations, readSchemaManifest } from '@boardwalk/store'

type Generated = { readonly file: string; readonly content: (now: string) => string | Promise<string> }

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const errorTable = (): string =>
  [
    '# Errors',
    '',
    'Every error is a problem document (RFC 9457) with the code in `error`. Generated from the contract.',
    '',
    '| code | status | meaning |',
    '|---|---|---|',
    ...Object.entries(errors).map(
      ([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`,
    ),
    '',
  ].join('\n')

const definitionTables = (): string =>
  Object.entries(analyticsDefinitions)
    .flatMap(([question, figures]) => [
      `### ${question}`,
      '',
      '| figure | what it is | mind |',
      '|---|---|---|',
      ...Object.entries<Definition>(figures).map(
        ([figure, { formula, note = '' }]) => `| \`${figure}\` | ${formula} | ${note} |`,
      ),
      '',
    ])
    .join('\n')

/** Who may call an operation, and whether the audit log tells of it: the cells of its row. */
const accessCells = (id: (typeof operationIds)[number]): string[] => {
  const { caller, audit, method, path } = operationRow(id)
  const isServer = caller.kind === 'server' || caller.kind === 'either'
  const server = isServer ? `\`${caller.scope}\`, ${leastRoleOf(caller.scope)}` : ''
  const whom = { anyone: 'anyone', person: 'the person', server, either: `the person; ${server}` }[
    caller.kind
  ]
  const audited = audit === undefined ? '' : 'not' in audit ? `no: ${audit.not}` : 'yes'
  return [`\`${id}\``, `${method.toUpperCase()} \`${path}\``, whom, audited]
}

const accessTables = (): string =>
  [
    '| role | what it is for |',
    '|---|---|',
    ...roleNames.map((role) => `| \`${role}\` | ${roles[role]} |`),
    '',
    '| scope | what a key with it may do | least role that has it |',
    '|---|---|---|',
    ...scopeNames.map((scope) => `| \`${scope}\` | ${scopes[scope]} | ${leastRoleOf(scope)} |`),
    '',
    '| operation | route | who may call it | in the audit log |',
    '|---|---|---|---|',
    ...operationIds.map((id) => `| ${accessCells(id).join(' | ')} |`),
    '',
  ].join('\n')

const schemaManifest = async (): Promise<string> => {
  const database = await openDatabase({})
  try {
    await migrate(database, await ownMigrations())
    return json(await readSchemaManifest(database))
  } finally {
    await database.close()
  }
}

const configurationMarks = /(<!-- configuration -->\n)[\s\S]*?(<!-- \/configuration -->)/

const definitionMarks = /(<!-- definitions -->\n)[\s\S]*?(<!-- \/definitions -->)/

const accessMarks = /(<!-- access -->\n)[\s\S]*?(<!-- \/access -->)/

const between = (text: string, marks: RegExp, content: string): string => {
  if (!marks.test(text)) throw new Error(`The text has lost its marks ${String(marks)}`)
  return text.replace(marks, (_, begin: string, end: string) => `${begin}${content}\n${end}`)
}

const generated: readonly Generated[] = [
  { file: 'docs/generated/openapi.json', content: () => json(openApiDocument()) },
  { file: 'docs/generated/flow.schema.json', content: () => json(flowJsonSchema()) },
  { file: 'docs/generated/errors.md', content: errorTable },
  { file: 'docs/generated/metrics.md', content: metricsTable },
  { file: 'packages/store/schema-manifest.json', content: schemaManifest },
  {
    file: 'docs/analytics.md',
    content: (now) => between(now, definitionMarks, `\n${definitionTables()}`),
  },
  { file: 'docs/access.md', content: (now) => between(now, accessMarks, `\n${accessTables()}`) },
  {
    file: 'README.md',
    content: (now) => between(now, configurationMarks, configurationTable()),
  },
]

const checks = process.argv.includes('--check')
const stale: string[] = []
for (const { file, content } of generated) {
  const path = new URL(`../${file}`, import.meta.url)
  const now = await readFile(path, 'utf8').catch(() => '')
  const wanted = await content(now)
  if (wanted === now) continue
  stale.push(file)
  if (!checks) await writeFile(path, wanted)
}
if (stale.length > 0)
  console.log(`${checks ? 'Out of date (run "npm run generate")' : 'Written'}: ${stale.join(', ')}`)
if (checks && stale.length > 0) process.exitCode = 1
