import type { LeftOut } from '@boardwalk/engine'
import { z } from 'zod'
import { parse, type Parsed } from './parse.ts'
import { factsUpdate } from './person.ts'
import { problemsOf } from './problems.ts'
import { flag, hostId, lineUpTo, momentInUtc, name, oneOf } from './values.ts'

export const mostImported = 500
const peopleError = `an array of 1 to ${mostImported} people`
const stepsError = 'an array of at most 100 steps: {"id": …, "status": "done" or "skipped", "at": …}'

const stepImported = z.strictObject(
  {
    id: lineUpTo(64),
    status: oneOf('done', 'skipped').default('done'),
    at: momentInUtc.optional().describe('When it was; absent: at the moment of the import.'),
  },
  { error: 'a step: {"id": …, "status": "done" or "skipped", "at": …}' },
)

const personImported = z
  .strictObject(
    {
      userId: hostId,
      facts: factsUpdate.optional().describe('Told as by `PUT /api/users/{userId}`.'),
      startedAt: momentInUtc
        .optional()
        .describe(
          'When they began. Whoever the import enrols begins at the earliest of this, `createdAt` and their steps.',
        ),
      steps: z.array(stepImported, { error: stepsError }).max(100, { error: stepsError }).default([]),
    },
    { error: 'a person: {"userId": …, "steps": […]}' },
  )
  .meta({ id: 'PersonImported', description: 'What one person did in another onboarding.' })

export type PersonImported = z.output<typeof personImported>
export type PersonInput = z.input<typeof personImported>

const fields = {
  flow: name.optional().describe('Absent: for each person the flow that a plain GET would show.'),
  dryRun: flag.default(false).describe('Decides all and writes nothing.'),
}

export const peopleImported = z
  .strictObject({
    ...fields,
    people: z
      .array(personImported, { error: peopleError })
      .min(1, { error: peopleError })
      .max(mostImported, { error: peopleError }),
  })
  .meta({ id: 'PeopleImported' })

const leftOut = z.object({
  step: z.string(),
  reason: oneOf('unknown_step', 'required', 'no_account', 'in_future').describe(
    'The flow has no such step; a required one cannot be skipped; it is an account’s and the person has none; its time is still to come.',
  ),
}) satisfies z.ZodType<LeftOut>

const importResult = z.object({
  index: z.int(),
  status: oneOf('imported', 'unchanged', 'refused').describe(
    '`unchanged`: all of it was known already (facts are told all the same).',
  ),
  reason: z.string().optional().describe('Why the person was refused.'),
  leftOut: z.array(leftOut).optional().describe('Steps that were not taken over, and why.'),
})

export type ImportResult = z.output<typeof importResult>

export const importResults = z
  .object({ results: z.array(importResult) })
  .meta({ id: 'ImportResults', description: 'One result a person, in the order sent.' })

const frame = z.strictObject(
  {
    ...fields,
    people: z.custom<unknown[]>(
      (value) => Array.isArray(value) && value.length > 0 && value.length <= mostImported,
      {
        error: peopleError,
      },
    ),
  },
  { error: 'an object with "people"' },
)

export type ImportSent = Omit<z.output<typeof frame>, 'people'> & {
  readonly people: readonly Parsed<PersonImported>[]
}

/** Each person by themselves, so that a bad one refuses only itself. */
export const parseImport = (body: unknown): Parsed<ImportSent> => {
  const given = frame.safeParse(body)
  if (!given.success) return { problems: problemsOf(given.error.issues, body) }
  return { value: { ...given.data, people: given.data.people.map((one) => parse(personImported, one)) } }
}
