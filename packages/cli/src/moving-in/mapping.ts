import { parse } from '@boardwalk/contract/parse'
import { z } from 'zod'
import { CommandError } from '../command.ts'
import { placed, problemLines } from '../flow-files/check-files.ts'
import { readFlowFile } from '../flow-files/read-flow-file.ts'

const columnError = 'the name of a column, as the file writes it'
const column = z.string({ error: columnError }).min(1, { error: columnError })
const nameError =
  'a name of 1 to 64 characters: a lower-case letter, then lower-case letters, digits, "_" or "-"'
const name = z.string({ error: nameError }).regex(/^[a-z][a-z0-9_-]{0,63}$/, { error: nameError })

type StepColumns = {
  readonly done?: string | undefined
  readonly skipped?: string | undefined
  readonly at?: string | undefined
}
type ListColumns = { readonly column: string; readonly at?: string | undefined; readonly separator: string }

const stepColumns = z.strictObject(
  { done: column.optional(), skipped: column.optional(), at: column.optional() },
  { error: 'an object with "done", "skipped" and "at", each naming a column' },
)

const listColumns = z.strictObject(
  {
    column,
    at: column.optional().describe('When the steps without a time of their own were done.'),
    separator: z.string().min(1).default(','),
  },
  { error: 'a column, or an object with "column", "at" and "separator"' },
)

const list = z
  .union([column.transform((one): ListColumns => ({ column: one, separator: ',' })), listColumns], {
    error: 'a column, or an object with "column", "at" and "separator"',
  })
  .optional()

const mapping = z.strictObject(
  {
    flow: name.optional(),
    userId: column,
    account: column.optional(),
    facts: z
      .strictObject({
        role: column.optional(),
        plan: column.optional(),
        market: column.optional(),
        locale: column.optional(),
        createdAt: column.optional(),
        attributes: z
          .record(z.string(), column, { error: 'columns by the name of the attribute' })
          .default({}),
      })
      .prefault({}),
    startedAt: column.optional(),
    steps: z
      .record(name, z.union([column.transform((done): StepColumns => ({ done })), stepColumns]), {
        error: 'columns by the id of the step',
      })
      .default({}),
    completed: list,
    skipped: list,
    names: z
      .record(z.string(), name.nullable(), {
        error: 'an object: name of a step in the file → id of the step, or null for one to leave out',
      })
      .default({}),
    delimiter: z.string().length(1).optional(),
  },
  { error: 'a mapping: {"userId": "column", …}' },
)

/** Which column of a legacy export means what. */
export type Mapping = z.output<typeof mapping>

/** Every column that a mapping names. */
export const columnsIn = ({
  userId,
  account,
  facts,
  startedAt,
  steps,
  completed,
  skipped,
}: Mapping): string[] => {
  const { attributes, ...named } = facts
  const lists = [completed, skipped].flatMap((one) => [one?.column, one?.at])
  const ofSteps = Object.values(steps).flatMap((one) => Object.values(one))
  const all = [
    userId,
    account,
    startedAt,
    ...Object.values(named),
    ...Object.values(attributes),
    ...lists,
    ...ofSteps,
  ]
  return all.filter((one) => one !== undefined)
}

/** Reads a mapping written as JSON or YAML; every problem at once, with its place. */
export const readMapping = async (file: string): Promise<Mapping> => {
  const read = await readFlowFile(file)
  const parsed = 'unreadable' in read ? { problems: [] } : parse(mapping, read.input)
  if ('value' in parsed) return parsed.value
  throw new CommandError(problemLines([{ file, problems: placed(read, parsed.problems) }]).join('\n'), 2)
}
