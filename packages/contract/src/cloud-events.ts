import { z } from 'zod'
import { mostEvents, type TrackEvent } from './events.ts'
import { parse, type Parsed } from './parse.ts'
import { problemAt } from './problems.ts'
import { hostId, jsonObject, lineUpTo, moment } from './values.ts'

/** `application/json`, `application/vnd.shop+json; charset=utf-8` and the like. */
export const isJsonType = (type: string): boolean => /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)

/** The `source` of all CloudEvents that Boardwalk tells. */
export const ownSource = 'urn:boardwalk'

const jsonType = '"application/json", or absent: the data must be JSON'

export const cloudEvent = z
  .object(
    {
      specversion: z.literal('1.0', { error: '"1.0"' }),
      id: lineUpTo(255).optional().describe('Together with `source` the id of the event.'),
      source: lineUpTo(255).refine((source) => source !== ownSource, {
        error: 'the source of another system: what Boardwalk tells is no event for it',
      }),
      type: lineUpTo(255).describe('What the person did, as the triggers of steps name it.'),
      subject: hostId.describe('The user id of who did it.'),
      time: moment.optional(),
      datacontenttype: z
        .string({ error: jsonType })
        .max(255, { error: jsonType })
        .refine(isJsonType, { error: jsonType })
        .optional(),
      data: jsonObject().nullish(),
    },
    { error: 'a CloudEvent: {"specversion": "1.0", …}' },
  )
  .meta({ id: 'CloudEvent', description: 'A CloudEvent 1.0; extensions are neither read nor refused.' })

const batchError = `an array of at most ${mostEvents} CloudEvents`

export const cloudEventBatch = z.array(cloudEvent, { error: batchError }).max(mostEvents)

const attributes: ReadonlySet<string> = new Set(Object.keys(cloudEvent.shape))

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Without the extensions: whatever is in them, they refuse no event. Bytes in place of JSON are data that does not fit. */
const withoutExtensions = (value: object): object => {
  const entries = Object.entries(value).map(([name, held]) => [name === 'data_base64' ? 'data' : name, held])
  return Object.fromEntries(entries.filter(([name]) => attributes.has(name)))
}

/**
 * A CloudEvent 1.0, as its JSON format writes it, as the event that it tells of. An `id` is unique within its `source`
 * only; without one (which the specification forbids, but senders forget) `messageId` is absent.
 */
export const eventOfCloudEvent = (value: unknown): Parsed<TrackEvent> => {
  const parsed = parse(cloudEvent, isObject(value) ? withoutExtensions(value) : value)
  if ('problems' in parsed) return parsed
  const { id, source, type, subject, time, data } = parsed.value
  return {
    value: {
      type: 'track',
      userId: subject,
      event: type,
      properties: data ?? {},
      ...(id !== undefined && { messageId: JSON.stringify([source, id]) }),
      ...(time !== undefined && { timestamp: time }),
    },
  }
}

/** Each by itself, so that a bad one refuses only itself. Unlike other batches, one of CloudEvents may be empty. */
export const eventsOfCloudEvents = (body: unknown): Parsed<readonly Parsed<TrackEvent>[]> =>
  Array.isArray(body) && body.length <= mostEvents
    ? { value: body.map(eventOfCloudEvent) }
    : { problems: [problemAt(body, [], batchError)] }
