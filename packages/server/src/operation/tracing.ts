import {
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Link,
  type Span,
  type SpanOptions,
} from '@opentelemetry/api'

// The host registers an SDK, or nobody does and all of this does nothing.
const tracer = trace.getTracer('@boardwalk/server')

/** W3C trace context, as headers or attributes of an event carry it. */
export type TraceHeaders = { readonly traceparent?: unknown; readonly tracestate?: unknown }

const getter = {
  keys: (headers: TraceHeaders) => Object.keys(headers),
  get: (headers: TraceHeaders, name: string): string | undefined => {
    const value: unknown = Reflect.get(headers, name)
    return typeof value === 'string' ? value : undefined
  },
}

/** Where somebody else's work, that led to ours, is in their trace. */
export const contextOf = (headers: TraceHeaders): Context =>
  propagation.extract(ROOT_CONTEXT, headers, getter)

/** Where we are: in the trace of whoever called us in this process, if it is traced. */
export const here = (): Context => context.active()

export const hasSpan = (one: Context): boolean => {
  const span = trace.getSpanContext(one)
  return span !== undefined && isSpanContextValid(span)
}

const linksTo = (contexts: readonly Context[]): Link[] =>
  contexts.flatMap((one) => {
    const span = trace.getSpanContext(one)
    return span && isSpanContextValid(span) ? [{ context: span }] : []
  })

/** The span that we are in is also about these: each led to a part of it. */
export const linkHere = (causes: readonly TraceHeaders[]): void => {
  const span = trace.getActiveSpan()
  if (span?.isRecording()) span.addLinks(linksTo(causes.map(contextOf)))
}

/** `traceparent` of the span, for whoever is called next; undefined when nobody traces. Baggage and `tracestate` are not for them. */
export const traceparentOf = (span: Span): string | undefined => {
  const own = span.spanContext()
  return isSpanContextValid(own)
    ? `00-${own.traceId}-${own.spanId}-0${own.traceFlags & TraceFlags.SAMPLED}`
    : undefined
}

/** Of what went wrong a trace holds the name alone. */
export const failSpan = (span: Span, error: unknown): void => {
  span.setAttribute('error.type', error instanceof Error ? error.name : typeof error)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/** A span to be ended by the caller, and the context of what is done in it. */
export const beginSpan = (name: string, options: SpanOptions, parent: Context) => {
  const span = tracer.startSpan(name, options, parent)
  // Where nobody traces, all contexts stay the same one.
  return { span, inside: isSpanContextValid(span.spanContext()) ? trace.setSpan(parent, span) : parent }
}

/** Does the work in a span, which ends with it. Without a parent it begins a trace. */
export const inSpan = async <Result>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<Result>,
  parent: Context = ROOT_CONTEXT,
): Promise<Result> => {
  const { span, inside } = beginSpan(name, options, parent)
  try {
    return await context.with(inside, work, undefined, span)
  } catch (error) {
    failSpan(span, error)
    throw error
  } finally {
    span.end()
  }
}

/** The same for work that several requests share: it belongs to the one, or is linked to each of them. */
export const inSharedSpan = async <Result>(
  name: string,
  sharers: readonly Context[],
  work: () => Promise<Result>,
): Promise<Result> => {
  const traced = [...new Set(sharers)].filter(hasSpan)
  const [first] = traced
  if (first === undefined) return work()
  if (traced.length === 1) return inSpan(name, {}, work, first)
  const attributes = { 'boardwalk.batch_size': sharers.length }
  return inSpan(name, { attributes, links: linksTo(traced) }, work)
}

/** Work that goes on after the call that began it, and belongs to none. */
export const untraced = <Result>(work: () => Result): Result => context.with(ROOT_CONTEXT, work)
