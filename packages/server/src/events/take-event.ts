import { randomUUID } from 'node:crypto'
import { factsOfTraits, type EventSent, type TrackEvent } from '@boardwalk/contract'
import { applyEvent } from '@boardwalk/engine'
import { Failure } from '../http/reply.ts'
import type { Verbs } from '../http/verbs.ts'
import { tellJourney } from '../people/journeys.ts'
import type { Journey } from '../road/journey.ts'

/**
 * An id is used up by the first event that bears it, whatever the others say. So each delivery has a fingerprint of its
 * own: a repeat never fits what is saved.
 */
const onceEach = (messageId: string | undefined): Journey['idempotency'] =>
  messageId === undefined ? undefined : { key: `event:${messageId}`, fingerprint: randomUUID() }

const isRepeat = (error: unknown): boolean =>
  error instanceof Failure && error.code === 'idempotency_mismatch'

const trackJourney = (
  { userId, event: name, properties = {}, messageId }: TrackEvent,
  correlationId: string,
): Journey => ({
  userId,
  claims: {},
  correlationId,
  writes: true,
  // Most change nothing, but only the write lane keeps a person's events in order.
  mayChange: true,
  decide: (world, person) => applyEvent(world, person, { name, properties }),
  present: () => ({ status: 200, body: '' }),
  idempotency: onceEach(messageId),
  forgetsUnchanged: true,
})

/** What an event proves or tells, once each. What refuses it is thrown as a `Failure`. */
export const takeEvent = async (
  verbs: Verbs,
  event: EventSent,
  correlationId: string,
): Promise<'accepted' | 'duplicate'> => {
  const { userId, messageId } = event
  try {
    if (event.type === 'track') await verbs.travel(trackJourney(event, correlationId))
    else {
      const facts = factsOfTraits(event.traits)
      // Unlike PUT, it brings no erased person back: an event may be told again long after it happened.
      await verbs.travel(tellJourney({ userId, correlationId }, facts, onceEach(messageId)))
    }
    return 'accepted'
  } catch (error) {
    if (isRepeat(error)) return 'duplicate'
    throw error
  }
}
