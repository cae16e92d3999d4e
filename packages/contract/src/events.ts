import type { FactsUpdate } from '@boardwalk/engine'
import { z } from 'zod'
import { parse, type Parsed } from './parse.ts'
import { factsUpdate } from './person.ts'
import { problemAt } from './problems.ts'
import { completions } from './reconciliation.ts'
import { hostId, jsonObject, lineUpTo, moment, oneOf } from './values.ts'

// What Segment's clients send besides (context, integrations, anonymousId, sentAt …) is neither read nor refused.

const common = {
  userId: hostId,
  messageId: lineUpTo(255)
    .optional()
    .describe(
      'Id of the event: of all that bear it for the same person within 30 days, one has an effect. Absent: made of the content, if there is a `timestamp`.',
    ),
  timestamp: moment
    .optional()
    .describe('When they did it, if before the arrival. A step is done when its event arrives.'),
}

const typed = <const Type extends string>(type: Type) => z.literal(type, { error: `"${type}"` })

export const trackEvent = z
  .object({
    type: typed('track'),
    ...common,
    event: lineUpTo(255).describe('What the person did, as the triggers of steps name it.'),
    properties: jsonObject().optional(),
  })
  .meta({
    id: 'TrackEvent',
    description: 'What a person did: completes, as proof, the steps waiting for it.',
  })

const identifyEvent = z
  .object({
    type: typed('identify'),
    ...common,
    traits: jsonObject().describe(
      '`role`, `plan`, `market`, `locale`, `createdAt` and `account` are facts where they fit; all else is attributes.',
    ),
  })
  .meta({ id: 'IdentifyEvent', description: 'What is known of a person.' })

const aliasEvent = z
  .object({
    type: typed('alias'),
    ...common,
    previousId: hostId.describe('The id that the person was known by before, mostly as somebody anonymous.'),
  })
  .refine(({ previousId, userId }) => previousId !== userId, {
    path: ['previousId'],
    error: 'another id than `userId`',
  })
  .meta({
    id: 'AliasEvent',
    description:
      'Who was known by one id is known by another now: keeps the arms of experiments that they came into as the former.',
  })

const types = 'one of "track", "identify", "alias"'

const hostEvent = z.discriminatedUnion('type', [trackEvent, identifyEvent, aliasEvent], {
  error: ({ code }) => (code === 'invalid_union' ? types : 'an event: {"type": "track", …}'),
})

export type TrackEvent = z.output<typeof trackEvent>
export type AliasEvent = z.output<typeof aliasEvent>
export type EventSent = z.output<typeof hostEvent>

/** Events that may be sent together. */
export const mostEvents = 500
const batchError = `an array of 1 to ${mostEvents} events`
const eitherError = 'an event {"type": …}, or {"batch": […]}'

export const eventsSent = z
  .union([hostEvent, z.object({ batch: z.array(hostEvent, { error: batchError }).min(1).max(mostEvents) })], {
    error: eitherError,
  })
  .meta({ id: 'EventsSent', description: `One event, or a batch of 1 to ${mostEvents}.` })

export const eventResults = z
  .object({
    results: z.array(
      z.object({
        index: z.int(),
        status: oneOf('accepted', 'duplicate', 'refused'),
        completes: completions.optional().describe('In a dry run only: the steps that it would complete.'),
        reason: z.string().optional().describe('Why it was refused: where, what was found and expected.'),
      }),
    ),
  })
  .meta({ id: 'EventResults', description: 'One result an event, in the order sent.' })

const fieldsRead: ReadonlySet<string> = new Set([
  ...Object.keys(trackEvent.shape),
  ...Object.keys(identifyEvent.shape),
  ...Object.keys(aliasEvent.shape),
])

/** Without the fields that nobody reads: whatever is in them, it refuses no event. */
const withoutOthers = (item: object): object =>
  Object.fromEntries(Object.entries(item).filter(([field]) => fieldsRead.has(field)))

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parseEvent = (item: unknown): Parsed<EventSent> =>
  parse(hostEvent, isObject(item) ? withoutOthers(item) : item)

/** Each event by itself, so that a bad one refuses only itself; problems when the body is not of events at all. */
export const parseEvents = (body: unknown): Parsed<readonly Parsed<EventSent>[]> => {
  if (!isObject(body)) return { problems: [problemAt(body, [], eitherError)] }
  if (Object.hasOwn(body, 'batch')) {
    const batch: unknown = Reflect.get(body, 'batch')
    return Array.isArray(batch) && batch.length > 0 && batch.length <= mostEvents
      ? { value: batch.map(parseEvent) }
      : { problems: [problemAt(body, ['batch'], batchError)] }
  }
  return Object.hasOwn(body, 'type')
    ? { value: [parseEvent(body)] }
    : { problems: [problemAt(body, [], eitherError)] }
}

const { attributes: _, ...factsByTrait } = factsUpdate.shape
const factSchemas: ReadonlyMap<string, z.ZodType> = new Map(Object.entries(factsByTrait))

/** Traits as facts. A `plan` that is an object, say, is no plan of ours, but worth keeping as an attribute. */
export const factsOfTraits = (traits: Readonly<Record<string, unknown>>): FactsUpdate => {
  const facts = new Map<string, unknown>()
  const attributes = new Map<string, unknown>()
  for (const [name, value] of Object.entries(traits)) {
    const fact = factSchemas.get(name)?.safeParse(value)
    if (fact?.success) facts.set(name, fact.data)
    else attributes.set(name, value)
  }
  return { ...Object.fromEntries(facts), attributes: Object.fromEntries(attributes) }
}
