import { SpanKind } from '@opentelemetry/api'
import { beginSpan, contextOf, hasSpan } from '../operation/tracing.ts'
import type { Read } from './read-record.ts'
import type { Received } from './received.ts'

const headerOf = ({ headers }: Received, wanted: string): string | undefined =>
  headers.find(([name]) => name.toString('latin1').toLowerCase() === wanted)?.[1].toString('latin1')

/** The span of a record, for the caller to end: it goes on where the record was sent, or else where its event was made. */
export const traceRecord = (record: Received, read: Read, groupId: string) => {
  const sent = contextOf({
    traceparent: headerOf(record, 'traceparent'),
    tracestate: headerOf(record, 'tracestate'),
  })
  const parent = !hasSpan(sent) && 'event' in read && read.madeIn ? contextOf(read.madeIn) : sent
  const { topic, partition, offset } = record
  const attributes = {
    'messaging.system': 'kafka',
    'messaging.destination.name': topic,
    'messaging.destination.partition.id': String(partition),
    'messaging.kafka.offset': offset,
    'messaging.consumer.group.name': groupId,
  }
  return beginSpan(`process ${topic}`, { kind: SpanKind.CONSUMER, attributes }, parent)
}
