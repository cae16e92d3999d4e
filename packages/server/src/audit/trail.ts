import type { Logger } from 'pino'
import { errors, operationIds, operationRow, type Audited } from '@boardwalk/contract'
import { appendAudit, isUnstorableText, type Appended, type Query } from '@boardwalk/store'
import { actor } from '../http/actor.ts'
import type { Called } from '../http/authenticate.ts'
import { isUnavailable } from '../http/failures.ts'
import { Failure } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'

type Input = { readonly called: Called; readonly path?: object; readonly correlationId: string }
type Logged = Extract<Audited, { readonly target: string }>
type Answer = { readonly status: number; readonly body?: unknown }
type Handle = (input: Input) => Promise<Answer> | Answer

// What a name looks like that Boardwalk or its team gave. Of anything else nobody knows what it tells, and of whom.
const nameShape = /^[a-z0-9][a-z0-9_-]{0,63}$/

const fieldOf = (source: unknown, field: string): string[] => {
  const value: unknown =
    typeof source === 'object' && source !== null ? Reflect.get(source, field) : undefined
  const name = typeof value === 'number' ? String(value) : value
  return typeof name === 'string' && nameShape.test(name) ? [name] : []
}

type Target = { readonly kind: string; readonly id?: string }

const targetOf = (audit: Logged, path: unknown, body?: unknown): Target => {
  const names = (audit.namedBy ?? []).flatMap((field) =>
    [...fieldOf(path, field), ...fieldOf(body, field)].slice(0, 1),
  )
  return { kind: audit.target, ...(names.length > 0 && { id: names.join('/') }) }
}

const statusOf = (error: unknown): number => {
  if (error instanceof Failure) return errors[error.code].status
  if (isUnstorableText(error)) return 400
  return isUnavailable(error) ? 503 : 500
}

const outcomeOf = (status: number) => (status < 400 ? 'done' : status < 500 ? 'refused' : 'failed')

const audited = (id: string, audit: Logged, handle: Handle, query: Query, log: Logger): Handle => {
  const begin = async (input: Input): Promise<Appended> => {
    const { called, path, correlationId } = input
    const userId: unknown = called.kind === 'person' ? called.userId : path && Reflect.get(path, 'userId')
    try {
      return await appendAudit(query, {
        actor: actor(called),
        action: id,
        target: targetOf(audit, path),
        userId: typeof userId === 'string' ? userId : undefined,
        outcome: 'begun',
        correlationId,
      })
    } catch (error) {
      log.error(
        { event: 'onboarding.audit_failed', correlationId, err: error },
        'what cannot be audited is not done',
      )
      const message = 'The audit log cannot be written now, so nothing was done. Try again in a second.'
      throw new Failure('SERVICE_UNAVAILABLE', message)
    }
  }
  const end = async ({ seq, subject }: Appended, input: Input, { status, body }: Answer): Promise<void> => {
    const { called, path, correlationId } = input
    await appendAudit(query, {
      actor: actor(called),
      action: id,
      target: targetOf(audit, path, body),
      subject,
      outcome: outcomeOf(status),
      status,
      begun: seq,
      correlationId,
    }).catch((error: unknown) =>
      // It is done, or not: whoever asked is told so, and the log says that it began.
      log.error(
        { event: 'onboarding.audit_failed', correlationId, seq, err: error },
        'what became of it is not audited',
      ),
    )
  }
  return async (input) => {
    const begun = await begin(input)
    try {
      const reply = await handle(input)
      await end(begun, input, reply)
      return reply
    } catch (error) {
      await end(begun, input, { status: statusOf(error) })
      throw error
    }
  }
}

/** The same handlers; of the operations that are audited, the log has an entry before they run, and one of what became of it. */
export const auditedHandlers = (handlers: Handlers, query: Query, log: Logger): Handlers => {
  const all: Record<string, unknown> = { ...handlers }
  for (const id of operationIds) {
    const { audit } = operationRow(id)
    if (audit && 'target' in audit)
      all[id] = audited(id, audit, handlers[id] as unknown as Handle, query, log)
  }
  return all as unknown as Handlers
}
