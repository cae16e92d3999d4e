import { CommandError } from '../command.ts'

const verbs: { readonly [verb: string]: (words: string[]) => Promise<void> } = {
  validate: async (words) => (await import('../flow-files/validate.ts')).validate(words),
  diff: async (words) => (await import('../flow-files/diff.ts')).diff(words),
  push: async (words) => (await import('../flow-files/push.ts')).push(words),
  pull: async (words) => (await import('../flow-files/pull.ts')).pull(words),
  rollback: async (words) => (await import('../flow-files/versions.ts')).rollback(words),
  deprecate: async (words) => (await import('../flow-files/versions.ts')).deprecate(words),
  list: async (words) => (await import('../flow-files/versions.ts')).list(words),
}

export const flows = async ([verb = '', ...words]: string[]): Promise<void> => {
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (run === undefined) {
    const known = Object.keys(verbs).join(', ')
    throw new CommandError(
      `Say what to do with flows: boardwalk flows ${known}. "boardwalk help" has the forms.`,
    )
  }
  await run(words)
}
