import type { PersonImported } from '@boardwalk/contract'
import { importState, type Imported, type ImportedState } from '@boardwalk/engine'
import type { Journey } from '../road/journey.ts'

/** What an import comes to for one person, beside what it is stored under. */
export type Taken = { readonly changed: boolean; readonly leftOut: Imported['leftOut'] }

export type ImportOptions = {
  readonly flow: string | undefined
  readonly dryRun: boolean
  readonly correlationId: string
}

const msOf = (at: string | undefined): number | null => (at === undefined ? null : Date.parse(at))

/** One person of an import. Its answer is a `Taken` as JSON. */
export const importJourney = (
  { userId, facts = {}, startedAt, steps }: PersonImported,
  { flow, dryRun, correlationId }: ImportOptions,
): Journey<Imported> => {
  const state: ImportedState = {
    flow,
    startedAt: msOf(startedAt),
    steps: steps.map(({ id, status, at }) => ({ id, status, at: msOf(at) })),
  }
  return {
    userId,
    claims: facts,
    correlationId,
    writes: !dryRun,
    mayChange: !dryRun,
    decide: (world, person) => importState(world, person, state),
    present: (_, { happenings, leftOut }) => {
      const taken: Taken = { changed: happenings.length > 0, leftOut }
      return { status: 200, body: JSON.stringify(taken) }
    },
  }
}
