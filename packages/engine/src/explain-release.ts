import { isReleasedTo, type Catalogue, type LiveFlow } from './catalogue.ts'
import { conditionFacts } from './facts.ts'
import type { Flow } from './flow.ts'
import type { Person } from './person.ts'
import type { Release, ReleaseDecision } from './release.ts'

/** What of a flow is in force for a person. */
export type Features = {
  readonly enabled: boolean
  readonly skip: boolean
  readonly snooze: boolean
  readonly guardRails: boolean
}

const switchedOff: Features = { enabled: false, skip: false, snooze: false, guardRails: false }
const everything: Features = { enabled: true, skip: true, snooze: true, guardRails: true }

/** The flows that the person is in, or might be enrolled in but for their release. */
const flowsFor = ({ flows }: Catalogue, person: Person, named: string | undefined): LiveFlow[] => {
  const facts = conditionFacts(person)
  const enrolled = new Set(person.enrolments.map(({ flow }) => flow))
  return [...flows.values()].filter(
    ({ flow, open }) =>
      (named === undefined || flow.name === named) && (enrolled.has(flow.name) || (open && flow.lets(facts))),
  )
}

/**
 * Of the flow shown. With none shown: everything is off when a release is what keeps one from the person, so that the
 * host shows its own onboarding; when no flow is for them, nothing is switched off.
 */
export const featuresOf = (
  catalogue: Catalogue,
  person: Person,
  shown: Pick<Flow, 'name'> | null,
  named?: string,
): Features => {
  const settings = shown && catalogue.flows.get(shown.name)?.release.settings
  if (settings) {
    const { skipEnabled: skip, snoozeEnabled: snooze, guardRailsEnabled: guardRails } = settings
    return { enabled: true, skip, snooze, guardRails }
  }
  const isHeldBack = flowsFor(catalogue, person, named).some(
    ({ flow }) => !isReleasedTo(catalogue, person, flow.name),
  )
  return isHeldBack ? switchedOff : everything
}

/** Why a flow's release lets the person have it or not. */
export type ExplainedRelease = ReleaseDecision &
  Pick<Release, 'skipEnabled' | 'snoozeEnabled' | 'guardRailsEnabled'> & { readonly flow: string }

/** Of every flow that the person is in or that is for people like them, highest priority first. */
export const explainReleases = (catalogue: Catalogue, person: Person, named?: string): ExplainedRelease[] =>
  flowsFor(catalogue, person, named)
    .sort((a, b) => b.flow.priority - a.flow.priority || (a.flow.name < b.flow.name ? -1 : 1))
    .map(({ flow: { name: flow }, release }) => {
      const { skipEnabled, snoozeEnabled, guardRailsEnabled } = release.settings
      return { flow, ...release.decide(person), skipEnabled, snoozeEnabled, guardRailsEnabled }
    })
