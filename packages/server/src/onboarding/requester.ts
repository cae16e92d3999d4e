import { parseAcceptLanguage, type FactsUpdate, type Source } from '@boardwalk/engine'
import { prefersRepresentation } from '../http/prefer.ts'
import type { Input } from '../http/serve-operations.ts'

/** On whose behalf a request about a person travels. */
export type Requester = {
  readonly userId: string
  readonly claims: FactsUpdate
  /** `user`: the person's own click, a claim. `api`: the host's server, a proof. */
  readonly source: Extract<Source, 'user' | 'api'>
  readonly locales: readonly string[]
  /** They want to be told all they would read after a change. */
  readonly prefersRepresentation?: boolean
  readonly correlationId: string
}

type Called = Pick<Input<'getOnboarding'>, 'called' | 'request' | 'correlationId'>

const localesOf = (request: Request): string[] =>
  parseAcceptLanguage(request.headers.get('accept-language') ?? '')

/** The person who calls, about themselves. */
export const themselves = ({ called, request, correlationId }: Called): Requester => {
  if (called.kind !== 'person') throw new Error('This operation is for a person')
  return {
    userId: called.userId,
    claims: called.claims,
    source: 'user',
    locales: localesOf(request),
    prefersRepresentation: prefersRepresentation(request),
    correlationId,
  }
}

/** The host's server, about one of its people. */
export const forPerson = (userId: string, { request, correlationId }: Omit<Called, 'called'>): Requester => ({
  userId,
  claims: {},
  source: 'api',
  locales: localesOf(request),
  correlationId,
})
