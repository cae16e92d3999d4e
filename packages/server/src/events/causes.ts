import type { TraceHeaders } from '../operation/tracing.ts'

// A span of the SDK takes so many links by itself.
const most = 128

const isTraced = (value: unknown): value is TraceHeaders =>
  typeof value === 'object' && value !== null && 'traceparent' in value

/** The traces in which CloudEvents were made, by their extension for distributed tracing. */
export const causesOf = ({ headers }: Request, body: unknown): TraceHeaders[] => {
  const binary = { traceparent: headers.get('ce-traceparent'), tracestate: headers.get('ce-tracestate') }
  const told = binary.traceparent === null ? [body].flat() : [binary]
  return told.slice(0, most).filter(isTraced)
}
