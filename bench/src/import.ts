import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startPostgres } from '@boardwalk/store/test-kit'
import { interleaved, type Measured } from './measured.ts'
import { startBoardwalk } from './processes.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const people = Number(process.env['BENCH_IMPORT_PEOPLE'] ?? 20_000)
const apiKey = 'a-benchmark-api-key-of-more-than-32-bytes'

const run = promisify(execFile)
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const entry = path('../../packages/cli/bin/boardwalk.js')
const psql = ['/usr/lib/postgresql/15/bin/psql', '/usr/bin/psql'].find((file) => existsSync(file))

const mapping = `flow: shop
userId: id
facts: { role: role, market: country, createdAt: created_at }
completed: { column: completed_steps, at: last_step_at }
names: { verify_email: email_verification, customize_theme: theme }
`

/** Two steps each; every round has people of its own. */
const csvOf = (round: number): string => {
  const lines = Array.from({ length: people }, (_, index) => {
    const at = new Date(Date.UTC(2024, 0, 1) + index * 60_000).toISOString()
    return `r${round}-${index},owner,FR,${at},"[""verify_email"",""customize_theme""]",${at}`
  })
  return ['id,role,country,created_at,completed_steps,last_step_at', ...lines, ''].join('\n')
}

const tables = ['person', 'enrolment', 'step_state', 'happening']

/** Rows a second of `boardwalk import`, beside PostgreSQL's own COPY of the very rows that it wrote. */
export const importBench = async (): Promise<Measured[]> => {
  if (psql === undefined) throw new Error('psql is missing: apt-get install postgresql-client')
  const program = psql
  const postgres = await startPostgres({ flavour: 'debian-15' })
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-bench-'))
  const settings = {
    DATABASE_URL: postgres.url,
    BOARDWALK_SCHEMA: 'bench',
    BOARDWALK_JWT_SECRET: 'a benchmark secret of more than thirty-two bytes',
    BOARDWALK_API_KEY: apiKey,
  }
  const boardwalk = await startBoardwalk(settings)
  const cli = (...words: string[]) =>
    run(process.execPath, [entry, ...words], {
      cwd: folder,
      env: { PATH: process.env['PATH'], BOARDWALK_URL: boardwalk.address, ...settings },
    })
  const sql = async (...commands: string[]): Promise<string> =>
    (
      await run(program, [
        '-qtAX',
        '-v',
        'ON_ERROR_STOP=1',
        ...commands.flatMap((one) => ['-c', one]),
        postgres.url,
      ])
    ).stdout.trim()
  await cli('flows', 'push', path('../../flows/shop.json'), '--publish')
  await writeFile(join(folder, 'mapping.yaml'), mapping)

  let round = 0
  const ours = async (): Promise<number> => {
    round += 1
    const file = join(folder, `people-${round}.csv`)
    await writeFile(file, csvOf(round))
    const began = performance.now()
    await cli('import', file, '--mapping', join(folder, 'mapping.yaml'))
    const seconds = (performance.now() - began) / 1000
    const written = Number(await sql(`select count(*) from bench.person where user_id like 'r${round}-%'`))
    if (written !== people) throw new Error(`Of ${people} people ${written} were imported`)
    return people / seconds
  }

  const copy = async (): Promise<number> => {
    const those = `(select id from bench.person where user_id like 'r${round}-%')`
    // Not the generated ones: nobody may write those.
    const columnsOf = (table: string) =>
      sql(
        `select string_agg(quote_ident(column_name), ',' order by ordinal_position) from information_schema.columns where table_schema = 'bench' and table_name = '${table}' and is_generated = 'NEVER'`,
      )
    const parts = await Promise.all(
      tables.map(async (table) => {
        const [columns, file] = [await columnsOf(table), join(folder, table)]
        const rows = `select ${columns} from bench.${table} where ${table === 'person' ? 'id' : 'person_id'} in ${those}`
        return {
          table,
          out: `\\copy (${rows}) to '${file}'`,
          back: `\\copy copied.${table} (${columns}) from '${file}'`,
        }
      }),
    )
    await sql(
      'drop schema if exists copied cascade; create schema copied',
      ...parts.map(({ table }) => `create table copied.${table} (like bench.${table} including all)`),
      ...parts.map(({ out }) => out),
    )
    const began = performance.now()
    await sql(...parts.map(({ back }) => back))
    return people / ((performance.now() - began) / 1000)
  }

  try {
    const rate = await interleaved(rounds, { ours, copy })
    return [
      {
        name: 'boardwalk import, people of two steps',
        ours: rate.ours,
        peer: rate.copy,
        peerName: 'COPY of the rows it wrote',
        unit: '/s',
        ratio: rate.ours / rate.copy,
        aim: '–',
        n: rounds,
        note: `${people} people a round, from CSV, with the start of the command`,
      },
    ]
  } finally {
    await boardwalk.stop()
    await postgres.stop()
    await rm(folder, { recursive: true })
  }
}
