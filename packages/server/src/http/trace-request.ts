import { SpanKind, SpanStatusCode, type Context } from '@opentelemetry/api'
import type { OperationId, OperationRow } from '@boardwalk/contract'
import { contextOf, hasSpan, here, inSpan } from '../operation/tracing.ts'

/** The host's own span of the request, if it traces its server; else what the caller says. */
const callerOf = ({ headers }: Request): Context =>
  hasSpan(here())
    ? here()
    : contextOf({
        // Read only if somebody traces.
        get traceparent() {
          return headers.get('traceparent')
        },
        get tracestate() {
          return headers.get('tracestate')
        },
      })

/** Answers within a span that says which operation it was and how it ended, and nothing of what was asked. */
export const inRequestSpan = (
  id: OperationId,
  { method, path }: OperationRow,
  request: Request,
  correlationId: string,
  answer: () => Promise<Response>,
): Promise<Response> => {
  const attributes = {
    'http.request.method': method.toUpperCase(),
    'http.route': path,
    'boardwalk.correlation_id': correlationId,
  }
  return inSpan(
    id,
    { kind: SpanKind.SERVER, attributes },
    async (span) => {
      const response = await answer()
      span.setAttribute('http.response.status_code', response.status)
      if (response.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      return response
    },
    callerOf(request),
  )
}
