import { parseImport, type ImportResult, type Parsed, type PersonImported } from '@boardwalk/contract'
import type { Problem } from '@boardwalk/engine'
import { Failure } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'
import type { Verbs } from '../http/verbs.ts'
import { importJourney, type ImportOptions, type Taken } from './import-journey.ts'

type Result = Omit<ImportResult, 'index'>

const mostProblems = 3
const mostCharacters = 500

// Five hundred people may all be bad, and each may have a thousand problems.
const reasonOf = (problems: readonly Problem[]): string =>
  problems
    .slice(0, mostProblems)
    .map(({ path, found, expected }) => `${path || 'the person'}: found ${found}, expected ${expected}`)
    .join('; ')
    .slice(0, mostCharacters)
    .toWellFormed()

export const importHandlers = (verbs: Verbs): Pick<Handlers, 'importPeople'> => {
  const take = async (parsed: Parsed<PersonImported>, options: ImportOptions): Promise<Result> => {
    if ('problems' in parsed) return { status: 'refused', reason: reasonOf(parsed.problems) }
    try {
      const { body } = await verbs.travel(importJourney(parsed.value, options))
      const { changed, leftOut } = JSON.parse(body) as Taken
      const status = changed ? 'imported' : 'unchanged'
      return leftOut.length === 0 ? { status } : { status, leftOut: [...leftOut] }
    } catch (error) {
      // All else is nobody's fault here: the whole request fails, and can be repeated.
      if (!(error instanceof Failure)) throw error
      if (error.code === 'conflict') throw new Failure('SERVICE_UNAVAILABLE', error.message)
      return { status: 'refused', reason: error.message }
    }
  }

  return {
    importPeople: async ({ body, correlationId }) => {
      const sent = parseImport(body)
      if ('problems' in sent) {
        const { problems } = sent
        throw new Failure('invalid_request', `The body does not fit. ${problems[0]?.message ?? ''}`, {
          problems,
        })
      }
      const { flow, dryRun, people } = sent.value
      const results = await Promise.all(people.map((one) => take(one, { flow, dryRun, correlationId })))
      return { status: 200, body: { results: results.map((result, index) => ({ index, ...result })) } }
    },
  }
}
