// Everything a machine can judge without starting the product: `npm run check`, or with `-- --fix` to format
// and to repair what the linter can repair first.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { boundaryProblems } from './check-boundaries.ts'
import { migrationProblems } from './check-migrations.ts'
import { licenceProblems, lockfileProblems, machineTraces } from './check-supply.ts'
import { root } from './repository.ts'

/** Answers what is wrong, as text to read; nothing when all is well. */
type Check = { name: string; run(): Promise<string> | string }

const requireFrom = createRequire(import.meta.url)
const generator = join(root, 'scripts/generate.ts')

const checks: Check[] = [
  { name: 'types', run: () => tool('typescript', 'tsc', '--noEmit', '--pretty', 'false') },
  ...['apps/demo-store/browser', 'packages/react', 'e2e/host-modal', 'e2e/hostile', 'bench/page'].map(
    (folder) => ({
      name: `types ${folder.split('/')[1]}`,
      run: () => tool('typescript', 'tsc', '--noEmit', '--pretty', 'false', '-p', `${folder}/tsconfig.json`),
    }),
  ),
  { name: 'lint', run: () => tool('oxlint', 'oxlint', '--deny-warnings') },
  { name: 'unused code', run: () => tool('knip', 'knip', '--no-progress', '--no-config-hints') },
  { name: 'format', run: () => tool('oxfmt', 'oxfmt', '--list-different') },
  ...(existsSync(generator) ? [{ name: 'generated files', run: () => node(generator, '--check') }] : []),
  { name: 'boundaries', run: () => lines(boundaryProblems()) },
  { name: 'migrations', run: () => lines(migrationProblems()) },
  { name: 'lockfile', run: () => lines(lockfileProblems()) },
  { name: 'licences', run: () => lines(licenceProblems()) },
  { name: 'machine traces', run: () => lines(machineTraces()) },
]

const { values } = parseArgs({ options: { fix: { type: 'boolean', default: false } } })
if (values.fix) {
  // What cannot be repaired is reported by the checks below.
  await tool('oxlint', 'oxlint', '--fix', '--silent')
  await tool('oxfmt', 'oxfmt')
}
const passed = await runAll(checks)
process.exitCode = passed ? 0 : 1

async function runAll(waiting: Check[]): Promise<boolean> {
  const queue = [...waiting]
  let allPassed = true
  const worker = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const started = performance.now()
      const found = await problemsOf(check)
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`${found ? 'FAILED' : 'ok    '}  ${check.name.padEnd(16)} ${seconds.padStart(5)} s`)
      if (!found) continue
      allPassed = false
      console.log(`\n${found.trim()}\n`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker))
  return allPassed
}

async function problemsOf(check: Check): Promise<string> {
  try {
    return await check.run()
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

/** The tool's own start file under this very Node: no shell, no search along PATH, the same on Windows. */
function tool(packageName: string, command: string, ...args: string[]): Promise<string> {
  const manifest = join(root, 'node_modules', packageName, 'package.json')
  const { bin } = requireFrom(manifest) as { bin: string | Record<string, string> }
  return node(join(dirname(manifest), typeof bin === 'string' ? bin : bin[command]!), ...args)
}

function node(script: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve('')
      else resolve(output.trim() || `ended with ${signal ?? `exit code ${code}`} and said nothing`)
    })
  })
}

function lines(problems: string[]): string {
  return problems.join('\n')
}
