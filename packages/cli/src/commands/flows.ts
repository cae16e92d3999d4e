import { CommandError, type Command } from '../command.ts'
import { diff, diffForm } from '../flow-files/diff.ts'
import { pull, pullForm } from '../flow-files/pull.ts'
import { push, pushForms } from '../flow-files/push.ts'
import { validate, validateForm } from '../flow-files/validate.ts'
import { deprecate, deprecateForm, list, listForm, rollback, rollbackForm } from '../flow-files/versions.ts'

const verbs: { readonly [verb: string]: (words: string[]) => Promise<void> } = {
  validate,
  diff,
  push,
  pull,
  rollback,
  deprecate,
  list,
}

export const flows: Command = {
  name: 'flows',
  usage: [validateForm, diffForm, ...pushForms, pullForm, rollbackForm, deprecateForm, listForm],
  summary: 'flows as files: checked, compared, stored, published, fetched',
  run: async ([verb = '', ...words]) => {
    const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
    if (run === undefined) {
      const known = Object.keys(verbs).join(', ')
      throw new CommandError(
        `Say what to do with flows: boardwalk flows ${known}. "boardwalk help" has the forms.`,
      )
    }
    await run(words)
  },
}
