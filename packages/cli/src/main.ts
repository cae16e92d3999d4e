import type { ConfigurationError } from '@boardwalk/server/configuration'
import { CommandError, type Command } from './command.ts'
import { commands } from './command-list.ts'
import { plain } from './plain.ts'

const forms = ({ usage, summary }: Command): string[] =>
  usage.map((line, index) =>
    `  ${line.startsWith(' ') ? '         ' : 'boardwalk'} ${line.padEnd(54)}${index === 0 ? ` ${summary}` : ''}`.trimEnd(),
  )

const help = (): string =>
  [
    'boardwalk: user onboarding, decided on the server.',
    '',
    ...commands.flatMap(forms),
    '',
    'Settings come from the environment; the README lists them.',
  ].join('\n')

/** What is behind `--` is no option. */
const asksForHelp = (words: readonly string[]): boolean => {
  const end = words.indexOf('--')
  return words.slice(0, end === -1 ? undefined : end).some((word) => word === '--help' || word === '-h')
}

const run = async ([name, ...words]: string[]): Promise<void> => {
  if (name === undefined || ['help', '--help', '-h'].includes(name)) {
    console.log(help())
    return
  }
  // Also those of two words that begin with it.
  const meant = commands.filter((one) => one.name.split(' ')[0] === name)
  if (meant.length === 0)
    throw new CommandError(`There is no command "${plain(name)}". "boardwalk help" lists them.`)
  if (asksForHelp(words)) {
    console.log(meant.flatMap(forms).join('\n'))
    return
  }
  // Some are called by two words.
  const longer = commands.find((one) => one.name === `${name} ${words[0]}`)
  if (longer) return longer.run(words.slice(1))
  const command = commands.find((one) => one.name === name)
  if (command === undefined) throw new CommandError(`Say what to do:\n${meant.flatMap(forms).join('\n')}`)
  await command.run(words)
}

// By its name: its module is read by those commands alone that need settings.
const ofConfiguration: ConfigurationError['name'] = 'ConfigurationError'

/** What a person can mend (their words, their settings, a port, a folder, a server that is away) is told without a stack. */
const isTheirs = (error: unknown): error is Error =>
  error instanceof CommandError ||
  (error instanceof Error && (error.name === ofConfiguration || 'code' in error))

// A key that is shown once must not be lost unnoticed on a full disk. Whoever reads no further, as `head` does, has enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return
  console.error(`The output could not be written: ${error.message}`)
  process.exitCode = 1
})

try {
  await run(process.argv.slice(2))
} catch (error) {
  console.error(isTheirs(error) ? error.message : error)
  process.exitCode = error instanceof CommandError ? error.exitCode : 1
}
