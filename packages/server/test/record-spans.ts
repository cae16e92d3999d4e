import { context, propagation, trace } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node'

/** What a host registers that traces, keeping all spans here. */
export const recordSpans = () => {
  const exporter = new InMemorySpanExporter()
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  provider.register()
  const all = (): ReadableSpan[] => exporter.getFinishedSpans()
  const spans = (name: string): ReadableSpan[] => all().filter((one) => one.name === name)
  return {
    all,
    spans,
    /** The only one of that name. */
    span: (name: string): ReadableSpan => {
      const [found, ...others] = spans(name)
      if (found && others.length === 0) return found
      throw new Error(`${found ? others.length + 1 : 0} spans are called ${name}, expected one`)
    },
    forget: () => exporter.reset(),
    stop: async () => {
      await provider.shutdown()
      for (const api of [trace, context, propagation]) api.disable()
    },
  }
}
