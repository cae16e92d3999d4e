import { messageOf } from '../command.ts'
import type { Onboarding } from '@boardwalk/contract'
import type { FactsUpdate } from '@boardwalk/engine'
import type { Boardwalk } from '@boardwalk/server'

/** The shop's servers and its people's browsers, as they call Boardwalk. */
export type Host = {
  readonly tell: (userId: string, facts: FactsUpdate) => Promise<void>
  /** The server saw that the step is done. */
  readonly prove: (userId: string, stepId: string) => Promise<void>
  readonly track: (userId: string, event: string, properties?: object) => Promise<void>
  /** The step that is missing; undefined when the gate lets them pass. */
  readonly askGate: (userId: string, gate: string) => Promise<string | undefined>
  readonly look: (userId: string) => Promise<Onboarding>
  readonly agree: (userId: string) => Promise<void>
  readonly see: (userId: string, type: string, data?: object) => Promise<void>
  readonly settle: (userId: string, stepId: string, status: 'done' | 'skipped') => Promise<void>
  readonly act: (userId: string, act: 'nudge/snooze' | 'nudge/dismiss' | 'skip' | 'resume') => Promise<void>
}

/** Whoever may set this header may be anybody: nothing listens to it but the process that plays. */
const personHeader = 'x-demo-person'

export const identify = ({ headers }: Request): { readonly userId: string } | undefined => {
  const userId = headers.get(personHeader)
  return userId === null ? undefined : { userId }
}

/** What people meet who come back with an old page: another did it, a new version calls it otherwise or wants it, enough reminders. */
const usual = new Set([
  'step_already_done',
  'step_not_found',
  'step_required',
  'snooze_limit',
  'flow_completed',
])

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

export const hostOf = ({ fetch, verbs }: Pick<Boardwalk, 'fetch' | 'verbs'>): Host => {
  const call = async (userId: string, method: string, path: string, body?: object): Promise<Response> => {
    const response = await fetch(
      new Request(`http://demo.invalid/api/onboarding${path}`, {
        method,
        headers: { [personHeader]: userId, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      }),
    )
    if (response.ok) return response
    const { error, message } = (await response.json()) as { error: string; message: string }
    if (!usual.has(error)) throw new Error(`${method} ${path} of ${userId}: ${error}, ${message}`)
    return response
  }
  return {
    tell: verbs.putUser,
    prove: async (userId, id) => {
      try {
        await verbs.changeStep(userId, { id, status: 'done' })
      } catch (error) {
        if (!usual.has(String(codeOf(error))))
          throw new Error(`${userId}: ${messageOf(error)}`, { cause: error })
      }
    },
    track: async (userId, event, properties = {}) =>
      void (await verbs.track(userId, event, { ...properties })),
    askGate: async (userId, gate) => {
      const verdict = await verbs.checkGate({ userId, gate, route: `/${gate}` })
      return 'allowed' in verdict ? undefined : verdict.missingStep
    },
    look: async (userId) => (await (await call(userId, 'GET', '')).json()) as Onboarding,
    agree: async (userId) => void (await call(userId, 'PUT', '/consent', { analytics: true })),
    see: async (userId, type, data) =>
      void (await call(userId, 'POST', '/events', { type, ...(data && { data }) })),
    settle: async (userId, stepId, status) =>
      void (await call(userId, 'PATCH', `/steps/${stepId}`, { status })),
    act: async (userId, act) => void (await call(userId, 'POST', `/${act}`, {})),
  }
}
