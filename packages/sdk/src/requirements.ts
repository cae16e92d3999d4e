import type { FlowName, GateName, StepId } from '@boardwalk/client/register'
import type { GateDecision } from './decision.ts'
import {
  declaredCritical,
  declaredRoute,
  declaredSteps,
  routeLabel,
  type Requirement,
} from './declared-routes.ts'
import type { Gates } from './gates.ts'
import { stopAnswer, type StopAnswer } from './stop-answer.ts'

/**
 * Who is signed in, by the host's own session: their id, or with the account they act for now. Nothing when nobody is.
 */
export type HostUser = UserId | { readonly userId: UserId; readonly account?: string | null | undefined }

type UserId = string | null | undefined | false

/** How an adapter reads one request of its framework. */
export type Reading<Request> = {
  /** The object that `gates.decisionOf()` is asked with. */
  readonly request: object
  readonly user: HostUser
  /** The route's pattern, e.g. `/stores/:id/publish`; never the path itself, which may name a person. */
  readonly route: string | undefined
  /** Path and query. */
  readonly url: string
  readonly header: (name: string) => string | undefined
  /** What the host's `returnUrl` function is called with. */
  readonly own: Request
}

export type RequirementOptions<Request> = {
  /** Looks at this flow only; default all of the person's. */
  readonly flow?: FlowName
  /**
   * What the route is called in events and metrics, at most 500 characters. Default its pattern where the framework tells
   * it (without what a router is mounted under), else the gate or the first step.
   */
  readonly route?: string
  /**
   * Where the person shall come back to when the step is done; anything but a path of the own origin is dropped.
   * Default: the query parameter `returnUrl` of the request.
   */
  readonly returnUrl?: string | ((request: Request) => string | undefined)
}

export type StepOptions<Request> = RequirementOptions<Request> & {
  /** What happens when the check cannot be made: true answers 503, false lets pass and counts. There is no default. */
  readonly critical: boolean
}

export type GateOptions<Request> = RequirementOptions<Request> & {
  /** As for a step. Default: as the flows say that declare the gate. */
  readonly critical?: boolean
}

export type Requirements<Middleware, Request> = {
  /** The handler runs only for those who have done this step, or all of these. */
  readonly requireStep: (steps: StepId | readonly StepId[], options: StepOptions<Request>) => Middleware
  /** The same for the steps that flows list under this name. */
  readonly requireGate: (gate: GateName, options?: GateOptions<Request>) => Middleware
}

/** Answers what to send instead of running the handler; undefined lets it run. */
export type Stop<Request> = (reading: Reading<Request>) => Promise<StopAnswer | undefined>

const mostReturnUrl = 2000
const correlationShape = /^[A-Za-z0-9._:-]{1,128}$/
// What else stands there comes from no browser, and must not make the check fail.
const languageShape = /^[A-Za-z0-9*;=,. -]{1,200}$/

const matching = (shape: RegExp, value: string | undefined): string | undefined =>
  value !== undefined && shape.test(value) ? value : undefined

const fromQuery = (url: string): string | undefined => {
  const mark = url.indexOf('?')
  const given = mark === -1 ? [] : new URLSearchParams(url.slice(mark)).getAll('returnUrl')
  return given.length === 1 ? given[0] : undefined
}

const returnUrlOf = <Request>(
  option: RequirementOptions<Request>['returnUrl'],
  { url, own }: Reading<Request>,
): string | undefined => {
  const given = option === undefined ? fromQuery(url) : typeof option === 'string' ? option : option(own)
  const fits =
    typeof given === 'string' && given !== '' && given.length <= mostReturnUrl && !/\p{Cc}/u.test(given)
  return fits ? given : undefined
}

const labelOf = (requirement: Requirement): string =>
  requirement.kind === 'gate' ? `gate ${requirement.gate}` : `step ${requirement.steps[0] ?? ''}`

const stopBy = <Request>(
  gates: Gates,
  requirement: Requirement,
  { critical, route: given, returnUrl }: GateOptions<Request>,
): Stop<Request> => {
  const named = declaredRoute(given)
  const guard = gates.guard({ requirement, critical })
  return async (reading) => {
    const { request, user, route, header } = reading
    const { userId, account } = typeof user === 'object' && user !== null ? user : { userId: user }
    const acceptLanguage = matching(languageShape, header('accept-language'))
    const correlationId =
      matching(correlationShape, header('x-correlation-id')) ?? globalThis.crypto.randomUUID()
    const decision: GateDecision = await guard.decide({
      userId,
      account: account ?? undefined,
      route: named ?? routeLabel(route) ?? labelOf(requirement),
      returnUrl: returnUrlOf(returnUrl, reading),
      acceptLanguage,
      correlationId,
    })
    gates.remember(request, decision)
    return stopAnswer(decision, { acceptLanguage, correlationId })
  }
}

/** `requireStep` and `requireGate` of a framework, given how it runs a stop before its handler. */
export const requirementsOf = <Middleware, Request>(
  gates: Gates,
  adapt: (stop: Stop<Request>) => Middleware,
): Requirements<Middleware, Request> => ({
  requireStep: (steps, options) => {
    const declared = declaredSteps(steps)
    const critical = declaredCritical(options?.critical, `requireStep(${JSON.stringify(steps)})`)
    return adapt(
      stopBy(gates, { kind: 'steps', steps: declared, flow: options.flow }, { ...options, critical }),
    )
  },
  requireGate: (gate, options = {}) => {
    const { critical } = options
    if (critical !== undefined) declaredCritical(critical, `requireGate(${JSON.stringify(gate)})`)
    return adapt(stopBy(gates, { kind: 'gate', gate, flow: options.flow }, options))
  },
})
