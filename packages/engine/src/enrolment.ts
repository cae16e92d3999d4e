import { catchUp } from './carry-over.ts'
import { enrolmentShown, flowFor, flowServed, isReleasedTo } from './catalogue.ts'
import { enrolmentIn, happening, withEnrolment, type Decision, type World } from './decision.ts'
import { enteredInstead, entryOf, expose, type Entry } from './exposure.ts'
import { conditionFacts } from './facts.ts'
import type { Flow } from './flow.ts'
import type { Happening } from './happening.ts'
import type { Enrolment, Facts, Person } from './person.ts'
import { refusal } from './refusal.ts'
import { andThen } from './settle.ts'

/** Whom figures count the enrolment for: as they are now, whatever becomes known of them later. */
const enteredAs = ({ market, plan, role, locale, createdAt }: Facts): Happening['data'] => {
  const facts = Object.entries({ market, plan, role, locale }).filter(([, value]) => value !== undefined)
  return {
    ...(facts.length > 0 && { facts: Object.fromEntries(facts) }),
    ...(createdAt !== undefined && { signedUpAt: createdAt }),
  }
}

const enrol = (world: World, person: Person, { flow, arm, experiment }: Entry): Decision => {
  const { catalogue, now } = world
  const enrolment: Enrolment = {
    flow: flow.name,
    version: flow.version,
    publication: catalogue.flows.get(flow.name)?.publications.at(-1)?.id ?? null,
    restartedAt: null,
    arm,
    status: 'in_progress',
    startedAt: now,
    completedAt: null,
    skippedAt: null,
    snoozeCount: 0,
    snoozedUntil: null,
    snoozedAt: null,
    snoozedUntilBefore: null,
    nudgeDismissedAt: null,
    nudgeDismissedIn: null,
    guideDismissedAt: null,
    welcomeSeenAt: null,
    steps: [],
  }
  const data = { ...enteredAs(person.facts), ...(arm !== null && { arm }) }
  const enrolled: Decision = {
    person: withEnrolment(person, enrolment),
    happenings: [happening('onboarding.enrolled', enrolment, data)],
  }
  return experiment ? andThen(enrolled, (entered) => expose(now, entered, experiment, enrolment)) : enrolled
}

/** The enrolment that a plain read shows, of those that count. */
const shownOf = (person: Person, counts: (enrolment: Enrolment) => boolean): Enrolment | undefined => {
  const shown = enrolmentShown(person)
  return shown === undefined || counts(shown)
    ? shown
    : enrolmentShown({ enrolments: person.enrolments.filter(counts) })
}

/** The person's enrolment, and whether a release keeps from them the one that they would have. */
const enrolmentOf = (
  { catalogue }: World,
  person: Person,
  named: string | undefined,
  regardless: boolean,
): { readonly enrolment?: Enrolment | undefined; readonly isHeldBack: boolean } => {
  const isKnown = ({ flow }: Enrolment): boolean => catalogue.flows.has(flow)
  const isOn = (one: Enrolment): boolean => regardless || isReleasedTo(catalogue, person, one.flow)
  if (named === undefined) {
    const enrolment = shownOf(person, (one) => isKnown(one) && isOn(one))
    return { enrolment, isHeldBack: enrolment === undefined && person.enrolments.some(isKnown) }
  }
  const enrolment = enrolmentIn(person, named)
  return enrolment && !isOn(enrolment) ? { isHeldBack: true } : { enrolment, isHeldBack: false }
}

export type Placed = Decision & { readonly flow: Flow | null; readonly enrolment: Enrolment | null }

const placedIn = (flow: Flow, decision: Decision): Placed => ({
  ...decision,
  flow,
  enrolment: enrolmentIn(decision.person, flow.name) ?? null,
})

/**
 * The person in the named flow, or in the one that a plain read shows: with all that was published since their last
 * visit carried over, and enrolled first if need be. `flow` is the version that they are in; null when no flow lets them
 * in, or its release does not now. Nobody is enrolled in another flow because the one that they are in is switched off.
 * `regardless` of releases: in flows that they are in; nobody new is enrolled without.
 */
export const place = (world: World, person: Person, asked?: string, regardless = false): Placed => {
  const { catalogue } = world
  if (asked !== undefined && !catalogue.flows.has(asked)) {
    return {
      person,
      happenings: [],
      flow: null,
      enrolment: null,
      refusal: refusal(
        'flow_not_found',
        `No published flow is called "${asked}". Leave ?flow out for the person's own.`,
      ),
    }
  }
  const caughtUp = catchUp(world, person)
  const known = caughtUp.person
  const named = asked === undefined ? undefined : enteredInstead(catalogue, known, asked)
  const { enrolment, isHeldBack } = enrolmentOf(world, known, named, regardless)
  if (isHeldBack) return { ...caughtUp, flow: null, enrolment: null }
  const served = enrolment && flowServed(catalogue, enrolment)
  if (served) return placedIn(served, caughtUp)
  const flow =
    named === undefined
      ? flowFor(catalogue, known)
      : catalogue.open.find(
          (open) =>
            open.name === named &&
            open.lets(conditionFacts(known)) &&
            isReleasedTo(catalogue, known, open.name),
        )
  if (flow === undefined) return { ...caughtUp, flow: null, enrolment: null }
  const entry = entryOf(world, known, flow)
  return placedIn(
    entry.flow,
    andThen(caughtUp, (stranger) => enrol(world, stranger, entry)),
  )
}
