import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe } from 'vitest'
import { hostEnvironment, startHost } from '../host-process.ts'
import { hostSuite } from '../host-suite.ts'

const example = join(import.meta.dirname, '../../next')
const next = join(example, 'node_modules/next/dist/bin/next')

// A proof and no test: Next is 300 MB, and a build takes a while.
describe('built by next build', () => {
  beforeAll(() => {
    const npm = (...args: string[]): Buffer =>
      execFileSync('npm', args, { cwd: example, env: hostEnvironment, stdio: 'inherit' })
    if (!existsSync(next)) npm('ci')
    npm('run', 'build')
  }, 600_000)

  // Next ends by itself on SIGTERM, and says so in its exit code; but never while somebody waits for an upgrade, which it
  // does not answer.
  hostSuite(
    'next',
    (folder) => startHost([next, 'start', example, '--hostname', '127.0.0.1', '--port', '0'], folder),
    { exitCode: 143, answersUpgrades: false },
  )
})
