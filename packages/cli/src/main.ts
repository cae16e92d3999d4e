import { ConfigurationError } from '@boardwalk/server'
import { CommandError, type Command } from './command.ts'
import { analytics } from './commands/analytics.ts'
import { deadLetters } from './commands/dead-letters.ts'
import { audit } from './commands/audit.ts'
import { codegen } from './commands/codegen.ts'
import { demo } from './commands/demo.ts'
import { doctor } from './commands/doctor.ts'
import { erasures } from './commands/erasures.ts'
import { experiments } from './commands/experiments.ts'
import { explain } from './commands/explain.ts'
import { flowsImpact } from './commands/flows-impact.ts'
import { flows } from './commands/flows.ts'
import { health } from './commands/health.ts'
import { importPeople } from './commands/import.ts'
import { keys } from './commands/keys.ts'
import { migrate } from './commands/migrate.ts'
import { projections } from './commands/projections.ts'
import { reconcile } from './commands/reconcile.ts'
import { releaseAdvance, releasePhases } from './commands/release-phases.ts'
import { release } from './commands/release.ts'
import { serve } from './commands/serve.ts'
import { token } from './commands/token.ts'
import { webhooks } from './commands/webhooks.ts'

const commands: readonly Command[] = [
  serve,
  migrate,
  doctor,
  flows,
  flowsImpact,
  codegen,
  explain,
  release,
  experiments,
  releasePhases,
  releaseAdvance,
  health,
  analytics,
  reconcile,
  importPeople,
  demo,
  deadLetters,
  erasures,
  projections,
  webhooks,
  keys,
  audit,
  token,
]

const help = (): string =>
  [
    'boardwalk: user onboarding, decided on the server.',
    '',
    ...commands.flatMap(({ usage, summary }) =>
      usage.map((line, index) =>
        `  ${line.startsWith(' ') ? '         ' : 'boardwalk'} ${line.padEnd(54)}${index === 0 ? ` ${summary}` : ''}`.trimEnd(),
      ),
    ),
    '',
    'Settings come from the environment; the README lists them.',
  ].join('\n')

const run = async ([name, ...words]: string[]): Promise<void> => {
  if (name === undefined || name === 'help' || name === '--help') {
    console.log(help())
    return
  }
  // Some are called by two words.
  const longer = commands.find((one) => one.name === `${name} ${words[0]}`)
  if (longer) return longer.run(words.slice(1))
  const command = commands.find((one) => one.name === name)
  if (command === undefined) throw new CommandError(`There is no command "${name}".\n\n${help()}`)
  await command.run(words)
}

/** What a person can mend (their words, their settings, a port, a folder, a server that is away) is told without a stack. */
const isTheirs = (error: unknown): error is Error =>
  error instanceof CommandError ||
  error instanceof ConfigurationError ||
  (error instanceof Error && 'code' in error)

try {
  await run(process.argv.slice(2))
} catch (error) {
  console.error(isTheirs(error) ? error.message : error)
  process.exitCode = error instanceof CommandError ? error.exitCode : 1
}
