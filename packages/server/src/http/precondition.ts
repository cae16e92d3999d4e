import { hash } from 'node:crypto'
import { headers, problemAt } from '@boardwalk/contract'
import type { Precondition } from '../onboarding/journeys.ts'
import { Failure } from './reply.ts'

/** The header as the contract has it, or a `Failure`. */
export const header = (request: Request, name: 'If-Match' | 'Idempotency-Key'): string | undefined => {
  const value = request.headers.get(name)
  if (value === null) return undefined
  const parsed = headers[name].safeParse(value)
  if (parsed.success) return parsed.data
  const problem = problemAt({ [name]: value }, [name], parsed.error.issues[0]?.message ?? 'another value')
  throw new Failure('invalid_request', `The header ${name} does not fit. ${problem.message}`, {
    problems: [problem],
  })
}

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, inner]) => [name, sorted(inner)]),
      )
    : value

/** The same for requests that ask the same, whatever the order of their fields. */
const fingerprint = (asked: object): string => hash('sha256', JSON.stringify(sorted(asked)), 'base64url')

/** What the request's headers demand of the state it meets. `asked` is all that the request asks for. */
export const preconditionOf = (request: Request, asked: object): Precondition => {
  const key = header(request, 'Idempotency-Key')
  return {
    ifMatch: header(request, 'If-Match'),
    // A name space of its own: nobody's key can use up the id of an event about them.
    idempotency: key === undefined ? undefined : { key: `request:${key}`, fingerprint: fingerprint(asked) },
  }
}
