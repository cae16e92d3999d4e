import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { Head, Settled } from '@boardwalk/store'
import { inSpan, traceparentOf } from '../operation/tracing.ts'
import type { Outbound, Sent } from '../outbound/outbound.ts'
import { messageOf, signedHeaders } from './message.ts'
import { nextTryAt, retryAfterMs } from './schedule.ts'

/** What became of one try, and what it says of the receiver. */
export type Tried = {
  readonly head: Head
  readonly settled: Settled
  readonly receiver: 'answered' | 'failed' | 'gone' | 'unknown'
  /** How long the receiver asked to be left alone, in milliseconds. */
  readonly waitMs: number | undefined
}

const succeeded = (status: number): boolean => status >= 200 && status < 300

const waitOf = (sent: Sent, now: number): number | undefined =>
  sent.kind === 'answered' && (sent.status === 429 || sent.status === 503)
    ? retryAfterMs(sent.retryAfter, now)
    : undefined

const judge = (head: Head, sent: Sent, durationMs: number, now: number): Tried => {
  const status = sent.kind === 'answered' ? sent.status : null
  const { claim, deliveryId } = head
  const settled = { claim, deliveryId, nextAt: null, status, durationMs }
  if (status !== null && succeeded(status))
    return {
      head,
      settled: { ...settled, outcome: 'delivered', error: null },
      receiver: 'answered',
      waitMs: undefined,
    }
  const waitMs = waitOf(sent, now)
  const nextAt = nextTryAt(head.attempts + 1, now, waitMs, Math.random()) ?? null
  const error = sent.kind === 'failed' ? sent.reason : `answered ${sent.status}`
  return {
    head,
    settled: { ...settled, outcome: nextAt === null ? 'failed' : 'again', nextAt, error },
    receiver: status === 410 ? 'gone' : 'failed',
    waitMs,
  }
}

const notSent = (head: Head, outcome: 'failed' | 'untried', now: number): Tried => ({
  head,
  settled: {
    claim: head.claim,
    deliveryId: head.deliveryId,
    outcome,
    nextAt: outcome === 'untried' ? now : null,
    status: null,
    error: outcome === 'failed' ? 'what it told of was erased' : null,
    durationMs: null,
  },
  receiver: 'unknown',
  waitMs: undefined,
})

/**
 * In a trace of its own, which goes on at the receiver: what was done before is tied to it by the correlation id. The
 * address may hold a secret, and is not told.
 */
const postTraced = (
  { deliveryId, claim, attempts, happened, url }: Head,
  outbound: Outbound,
  headers: Record<string, string>,
  body: string,
  stopping: AbortSignal,
): Promise<Sent> => {
  const attributes = {
    'boardwalk.webhook.id': claim.webhookId,
    'boardwalk.delivery.id': deliveryId,
    'boardwalk.delivery.attempt': attempts + 1,
    'boardwalk.happening.type': happened?.type ?? '',
    'boardwalk.correlation_id': happened?.correlationId ?? '',
  }
  return inSpan('boardwalk.webhook', { kind: SpanKind.CLIENT, attributes }, async (span) => {
    const traceparent = traceparentOf(span)
    const sent = await outbound.post(
      url,
      traceparent === undefined ? headers : { ...headers, traceparent },
      body,
      stopping,
    )
    if (sent.kind === 'answered') span.setAttribute('http.response.status_code', sent.status)
    if (sent.kind === 'failed' || !succeeded(sent.status)) span.setStatus({ code: SpanStatusCode.ERROR })
    return sent
  })
}

/** Sends a delivery once. `mayStill`: whether it is still ours to send; asked last, right before. */
export const attempt = async (
  head: Head,
  outbound: Outbound,
  clock: () => number,
  mayStill: () => boolean,
  stopping: AbortSignal,
): Promise<Tried> => {
  const { happened } = head
  if (happened === undefined) return notSent(head, 'failed', clock())
  const body = messageOf(happened)
  const headers = signedHeaders(head, happened.id, body, clock())
  if (!mayStill()) return notSent(head, 'untried', clock())
  const begun = performance.now()
  const sent = await postTraced(head, outbound, headers, body, stopping)
  if (sent.kind === 'failed' && stopping.aborted) return notSent(head, 'untried', clock())
  return judge(head, sent, Math.round(performance.now() - begun), clock())
}
