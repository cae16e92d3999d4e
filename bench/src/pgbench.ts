import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const program = ['/usr/lib/postgresql/15/bin/pgbench', '/usr/bin/pgbench'].find((file) => existsSync(file))

/** Transactions a second of a script, prepared once a connection. */
export const pgbench = async (
  url: string,
  schema: string,
  script: string,
  clients: number,
  seconds: number,
): Promise<number> => {
  if (program === undefined) throw new Error('pgbench is missing: apt-get install postgresql-15')
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-pgbench-'))
  const file = join(folder, 'script.sql')
  await writeFile(file, script)
  const words = ['-n', '-M', 'prepared', '-c', `${clients}`, '-j', '2', '-T', `${seconds}`, '-f', file, url]
  const { stdout } = await run(program, words, {
    env: { PGOPTIONS: `-c search_path=${schema} -c plan_cache_mode=force_generic_plan` },
  })
  await rm(folder, { recursive: true })
  return Number(/tps = ([\d.]+)/.exec(stdout)?.[1])
}
