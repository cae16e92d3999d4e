import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const found = (program: string): string | undefined => {
  try {
    // Debian keeps servers where only root's PATH looks.
    const environment = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` }
    const command = ['-c', 'command -v "$1"', 'sh', program]
    return execFileSync('sh', command, { env: environment, stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim()
  } catch {
    return undefined
  }
}

/** Where a program is; on Debian as root its package is installed if it is missing. `aptPackage` is its package there. */
export function debianProgram(program: string, aptPackage = program): string {
  const there = found(program)
  if (there !== undefined) return there
  const install = `apt-get install -y --no-install-recommends ${aptPackage}`
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version'))
    throw new Error(`${program} is missing. On Debian: sudo ${install}`)
  // Nothing that is installed for tests starts by itself. One at a time: two test files may ask at once.
  const command = `apt-get update && RUNLEVEL=1 ${install}`
  execFileSync('flock', ['/tmp/boardwalk-apt.lock', 'sh', '-c', command], {
    stdio: 'pipe',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  const installed = found(program)
  if (installed === undefined) throw new Error(`${aptPackage} was installed, but there is no ${program}`)
  return installed
}
