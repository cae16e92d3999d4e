import { catalogueOf, flowServed, type Catalogue } from './catalogue.ts'
import { enrolmentIn, situationOf, type World } from './decision.ts'
import type { Flow } from './flow.ts'
import { checkGate } from './gate.ts'
import { guideOf, type GuideStep } from './guide.ts'
import type { EnrolmentStatus, Person } from './person.ts'
import { progressOf } from './progress.ts'
import type { Publication } from './publication.ts'
import { bringUpToDate } from './verbs.ts'

/** How a publication is to be made. */
export type Choice = Pick<Publication, 'policy' | 'reopen'>

/** The catalogue as it would be with this version published now; the very same one when that would change nothing. */
export const catalogueWith = (catalogue: Catalogue, flow: Flow, choice: Choice, now: number): Catalogue => {
  const live = catalogue.flows.get(flow.name)
  if (live?.open && live.flow.version === flow.version) return catalogue
  const others = [...catalogue.flows.values()].filter((one) => one !== live)
  const publications = live?.publications ?? []
  const id = (publications.at(-1)?.id ?? 0) + 1
  const next = {
    ...(live && { release: live.release }),
    flow,
    open: true,
    publications: [...publications, { ...choice, id, version: flow.version, at: now }],
    versions: {
      get: (version: number) => (version === flow.version ? flow : live?.versions.get(version)),
    },
  }
  return catalogueOf(catalogue.revision + 1, [...others, next], catalogue.experiments)
}

/** How things stand with somebody in one flow. */
export type Standing = {
  readonly status: EnrolmentStatus
  readonly steps: readonly GuideStep[]
  readonly percent: number
  /** Of the gates asked after, those that stop them. */
  readonly stoppedBy: readonly string[]
}

/** How things stand with the person once all that is published is carried over; `undefined` when they are not in the flow. */
export const standingIn = (
  world: World,
  person: Person,
  name: string,
  gates: readonly string[],
): { readonly person: Person; readonly standing: Standing } | undefined => {
  const { person: seen } = bringUpToDate(world, person, name)
  const enrolment = enrolmentIn(seen, name)
  const flow = enrolment && flowServed(world.catalogue, enrolment)
  if (enrolment === undefined || flow === undefined) return undefined
  const { steps } = guideOf(flow, enrolment, situationOf(seen, world.now))
  const stoppedBy = gates.filter((gate) => checkGate(world, seen, { gate, route: '' }).missing.length > 0)
  return {
    person: seen,
    standing: { status: enrolment.status, steps, percent: progressOf(steps), stoppedBy },
  }
}

/** What a publication means for one person. */
export type Impact = {
  /** They see a step that they did not see. */
  readonly gain: boolean
  /** They no longer see a step that they saw. */
  readonly lose: boolean
  /** A step that they had done is theirs to do again. */
  readonly redo: boolean
  readonly reopened: boolean
  readonly newlyCompleted: boolean
  readonly newlyBlocked: readonly string[]
  readonly percentUp: boolean
  readonly percentDown: boolean
}

const lineages = (steps: readonly GuideStep[]): ReadonlyMap<string, GuideStep> =>
  new Map(steps.map((seen) => [seen.step.lineage, seen]))

export const impactOf = (before: Standing, after: Standing): Impact => {
  const [was, is] = [lineages(before.steps), lineages(after.steps)]
  return {
    gain: after.steps.some(({ step }) => !was.has(step.lineage)),
    lose: before.steps.some(({ step }) => !is.has(step.lineage)),
    redo: before.steps.some(({ step, status }) => {
      const now = is.get(step.lineage)
      return status === 'done' && now !== undefined && now.status !== 'done'
    }),
    reopened: before.status === 'completed' && after.status === 'in_progress',
    newlyCompleted: before.status !== 'completed' && after.status === 'completed',
    newlyBlocked: after.stoppedBy.filter((gate) => !before.stoppedBy.includes(gate)),
    percentUp: after.percent > before.percent,
    percentDown: after.percent < before.percent,
  }
}
