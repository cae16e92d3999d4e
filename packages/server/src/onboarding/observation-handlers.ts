import { giveConsent, observe, type Observed } from '@boardwalk/engine'
import { preconditionOf } from '../http/precondition.ts'
import type { Handlers } from '../http/serve-operations.ts'
import type { Verbs } from '../http/verbs.ts'
import type { Journey } from '../road/journey.ts'
import { presentConsent } from './present-consent.ts'
import { themselves, type Requester } from './requester.ts'

type Served = Pick<Handlers, 'getConsent' | 'putConsent' | 'sendBrowserEvent'>

const json = (body: object) => ({ status: 200, body: JSON.stringify(body) })

const consentJourney = ({ userId, claims, correlationId }: Requester, analytics?: boolean): Journey => ({
  userId,
  claims,
  correlationId,
  writes: analytics !== undefined,
  mayChange: analytics !== undefined,
  decide: (world, person) =>
    analytics === undefined ? { person, happenings: [] } : giveConsent(world, person, analytics),
  present: (_, { person }) => json(presentConsent(person)),
})

export const observationHandlers = ({ travel }: Verbs): Served => ({
  getConsent: (input) => travel(consentJourney(themselves(input))),
  putConsent: (input) => travel(consentJourney(themselves(input), input.body.analytics)),
  sendBrowserEvent: (input) => {
    const { userId, claims, correlationId } = themselves(input)
    const { type, data = {} } = input.body
    const { flow } = input.query
    const journey: Journey<Observed> = {
      userId,
      claims,
      correlationId,
      writes: true,
      mayChange: true,
      idempotency: preconditionOf(input.request, { event: type, data, flow }).idempotency,
      // What is not stored leaves nothing behind, not even a key.
      keepsKey: ({ stored }) => stored,
      decide: (world, person) => observe(world, person, { type, data, flow }),
      present: (_, { stored }) => json({ stored }),
    }
    return travel(journey)
  },
})
