import { hash, randomUUID } from 'node:crypto'
import { factsOfTraits, type EventSent, type TrackEvent } from '@boardwalk/contract'
import { applyEvent, type Decision } from '@boardwalk/engine'
import { Failure } from '../http/reply.ts'
import type { Verbs } from '../http/verbs.ts'
import { tellJourney } from '../people/journeys.ts'
import type { Journey } from '../road/journey.ts'

/** A sender that repeats itself says the same of the same moment; without one, nothing tells a repeat from a second time. */
const idOf = ({ messageId, ...content }: EventSent): string | undefined =>
  messageId ??
  (content.timestamp === undefined
    ? undefined
    : `content:${hash('sha256', JSON.stringify(content), 'base64url')}`)

/**
 * An id is used up by the first event that bears it, whatever the others say. So each delivery has a fingerprint of its
 * own: a repeat never fits what is saved.
 */
const onceEach = (event: EventSent): Journey['idempotency'] => {
  const id = idOf(event)
  return id === undefined ? undefined : { key: `event:${id}`, fingerprint: randomUUID() }
}

const isRepeat = (error: unknown): boolean =>
  error instanceof Failure && error.code === 'idempotency_mismatch'

export type Completion = { readonly flow: string | null; readonly stepId: string | null }

/** The steps that a decision completes. */
export const completionsIn = ({ happenings }: Pick<Decision, 'happenings'>): Completion[] =>
  happenings
    .filter(({ type }) => type === 'onboarding.step_completed')
    .map(({ flow, stepId }) => ({ flow, stepId }))

export const trackJourney = (event: TrackEvent, correlationId: string): Journey => {
  const { userId, event: name, properties = {}, timestamp } = event
  const at = timestamp === undefined ? undefined : Date.parse(timestamp)
  return {
    userId,
    claims: {},
    correlationId,
    writes: true,
    // Most change nothing, but only the write lane keeps a person's events in order.
    mayChange: true,
    decide: (world, person) => applyEvent(world, person, { name, properties, at }),
    present: (_, decided) => ({ status: 200, body: JSON.stringify(completionsIn(decided)) }),
    idempotency: onceEach(event),
    keepsKey: (_, changed) => changed,
  }
}

const eventJourney = (event: EventSent, correlationId: string): Journey =>
  event.type === 'track'
    ? trackJourney(event, correlationId)
    : // Unlike PUT, it brings no erased person back: an event may be told again long after it happened.
      tellJourney(
        { userId: event.userId, correlationId },
        event.type === 'identify' ? factsOfTraits(event.traits) : {},
        onceEach(event),
      )

type Taken = 'accepted' | 'duplicate'

/** What an event proves or tells, once each. What refuses it is thrown as a `Failure`. */
export const takeEvent = async (verbs: Verbs, event: EventSent, correlationId: string): Promise<Taken> => {
  try {
    await verbs.travel(eventJourney(event, correlationId))
    return 'accepted'
  } catch (error) {
    if (isRepeat(error)) return 'duplicate'
    throw error
  }
}

/** What it would do to the state of now, without doing it. */
export const tryEvent = async (
  verbs: Verbs,
  event: EventSent,
  correlationId: string,
): Promise<{ readonly status: Taken; readonly completes: readonly Completion[] }> => {
  const journey = { ...eventJourney(event, correlationId), writes: false, mayChange: false }
  try {
    const { body } = await verbs.travel(journey)
    return { status: 'accepted', completes: event.type === 'track' ? (JSON.parse(body) as Completion[]) : [] }
  } catch (error) {
    if (isRepeat(error)) return { status: 'duplicate', completes: [] }
    throw error
  }
}
