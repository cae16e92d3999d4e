import { ConfigurationError } from '@boardwalk/server'
import { CommandError, type Command } from './command.ts'
import { deadLetters } from './commands/dead-letters.ts'
import { doctor } from './commands/doctor.ts'
import { flows } from './commands/flows.ts'
import { migrate } from './commands/migrate.ts'
import { reconcile } from './commands/reconcile.ts'
import { serve } from './commands/serve.ts'
import { token } from './commands/token.ts'
import { webhooks } from './commands/webhooks.ts'

const commands: readonly Command[] = [serve, migrate, doctor, flows, reconcile, deadLetters, webhooks, token]

const help = (): string =>
  [
    'boardwalk: user onboarding, decided on the server.',
    '',
    ...commands.flatMap(({ usage, summary }) =>
      usage.map((line, index) => `  boardwalk ${line.padEnd(44)}${index === 0 ? summary : ''}`),
    ),
    '',
    'Settings come from the environment; the README lists them.',
  ].join('\n')

const run = async ([name, ...words]: string[]): Promise<void> => {
  if (name === undefined || name === 'help' || name === '--help') {
    console.log(help())
    return
  }
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
  process.exitCode = 1
}
