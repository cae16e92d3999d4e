import { z } from 'zod'
import { lineUpTo, oneOf } from './values.ts'

const topicError = 'a name of a Kafka topic: 1 to 249 letters, digits, ".", "_" and "-"'
const pathError = 'a path into the record, e.g. "$.user_id"'

const path = z.string({ error: pathError }).max(255, { error: pathError })
const field = path.regex(/^\$(\.[^.\s]+){1,10}$/, { error: pathError })

const common = {
  topic: z.string({ error: topicError }).regex(/^[A-Za-z0-9._-]{1,249}$/, { error: topicError }),
  accountId: field.optional().describe('Where the id of the account is that the person acts for.'),
}

const jsonSource = z.strictObject({
  ...common,
  format: oneOf('json').default('json'),
  event: lineUpTo(255)
    .refine((text) => !text.startsWith('$.') || field.safeParse(text).success, { error: pathError })
    .optional()
    .describe('Name of the event, or a path to it such as "$.type"; absent: the name of the topic.'),
  userId: field.default('$.user_id'),
  eventId: field.optional().describe('Where the id of the event is: of all that bear it, one has an effect.'),
  time: field.optional().describe('Where the time is, in ISO 8601 or in milliseconds since 1970.'),
  properties: path
    .regex(/^\$(\.[^.\s]+){0,10}$/, { error: pathError })
    .default('$')
    .describe('Where the properties are; "$" is the whole record.'),
})

// A CloudEvent says by itself what it is, whom it is about, and which id it has.
const cloudEventSource = z.strictObject({ ...common, format: oneOf('cloudevents') })

const sourceError = 'a source: {"topic": …}'
const most = 100
const listError = `an array of 1 to ${most} sources`
const topicsError = 'a topic in one source only'

const eventSource = z.union([jsonSource, cloudEventSource], { error: sourceError })

/** The Kafka topics that are read, and where in their records is what. */
export const eventSources = z
  .array(eventSource, { error: listError })
  .min(1, { error: listError })
  .max(most, { error: listError })
  .refine((sources) => new Set(sources.map(({ topic }) => topic)).size === sources.length, {
    error: topicsError,
  })

export type EventSource = z.output<typeof eventSource>
/** The same as it is written: what has a default may be absent. */
export type EventSourceGiven = z.input<typeof eventSource>
