import type { Enrolment, Person, StepState } from '@boardwalk/engine'
import { presentConsent } from '../onboarding/present-consent.ts'
import type { Happened } from '@boardwalk/store'

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

/** Only what is known: null says nothing that absence does not. */
const known = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))

export const presentFacts = ({ userId, facts, accountId }: Person) => ({ userId, facts, account: accountId })

export const presentHappening = ({ cursor: _, userId: _user, ...happened }: Happened) => known(happened)

const presentState = (state: StepState) =>
  known({
    ...state,
    offeredAt: iso(state.offeredAt),
    reachedAt: iso(state.reachedAt),
    settledAt: iso(state.settledAt),
  })

const presentEnrolment = (enrolment: Enrolment) =>
  known({
    ...enrolment,
    startedAt: iso(enrolment.startedAt),
    restartedAt: iso(enrolment.restartedAt),
    completedAt: iso(enrolment.completedAt),
    skippedAt: iso(enrolment.skippedAt),
    snoozedUntil: iso(enrolment.snoozedUntil),
    snoozedAt: iso(enrolment.snoozedAt),
    snoozedUntilBefore: iso(enrolment.snoozedUntilBefore),
    nudgeDismissedAt: iso(enrolment.nudgeDismissedAt),
    guideDismissedAt: iso(enrolment.guideDismissedAt),
    welcomeSeenAt: iso(enrolment.welcomeSeenAt),
    steps: enrolment.steps.map(presentState),
  })

/** What the person's own row and their enrolments hold. */
export const presentHeld = (person: Person) => ({
  ...presentFacts(person),
  enrolments: person.enrolments.map(presentEnrolment),
  remembered: person.remembered.map((event) => ({ ...event, at: iso(event.at) })),
  consent: presentConsent(person),
})
