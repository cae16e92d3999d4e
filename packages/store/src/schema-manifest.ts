import type { Database } from './database/database.ts'
import manifest from '../schema-manifest.json' with { type: 'json' }

const columns = {
  name: 'manifest_columns',
  text: `
    select format('%s.%s %s%s%s', table_name, column_name, data_type,
      case when is_nullable = 'NO' then ' not null' end, case when is_identity = 'YES' then ' identity' else ' default ' || column_default end) as line
    from information_schema.columns
    where table_schema = $1
    union all
    select format('reports.%s.%s %s', table_name, column_name, data_type)
    from information_schema.columns
    where table_schema = left($1, 55) || '_reports'`,
}

const indexes = {
  name: 'manifest_indexes',
  text: `
    select replace(indexdef, quote_ident($1) || '.', '') as line
    from pg_indexes where schemaname = $1`,
}

// "n" (not null) is a constraint of its own from PostgreSQL 18 on; the columns tell it already.
const constraints = {
  name: 'manifest_constraints',
  text: `
    select format('%s %s %s', t.relname, c.conname, replace(pg_get_constraintdef(c.oid), quote_ident($1) || '.', '')) as line
    from pg_constraint c join pg_class t on t.oid = c.conrelid
    where t.relnamespace = to_regnamespace(quote_ident($1)) and c.contype in ('c', 'f', 'p', 'u')`,
}

/** Every column, index and constraint that the schema and its reports have, a line each, alike on every PostgreSQL. */
export const readSchemaManifest = async (database: Database): Promise<string[]> => {
  const lines: string[] = []
  for (const statement of [columns, indexes, constraints]) {
    const rows = await database.query<{ line: string }>(statement, [database.schema])
    lines.push(...rows.map(({ line }) => line).toSorted((a, b) => (a < b ? -1 : 1)))
  }
  return lines
}

/** Where the schema differs from what the migrations make of an empty one. */
export const schemaDifferences = async (database: Database): Promise<string[]> => {
  const found = new Set(await readSchemaManifest(database))
  const expected = new Set<string>(manifest)
  return [
    ...[...expected].filter((line) => !found.has(line)).map((line) => `missing: ${line}`),
    ...[...found].filter((line) => !expected.has(line)).map((line) => `not ours: ${line}`),
  ]
}
