import type { Flow, Step } from './flow.ts'
import type { Enrolment, Person } from './person.ts'
import type { Experiment } from './assignment/experiment.ts'
import { conditionFacts } from './facts.ts'
import { versionsServed, type Publication } from './publication.ts'
import { compileRelease, type CompiledRelease } from './release.ts'
import type { CompiledTrigger } from './trigger.ts'

/** Every version that was ever published; they never change. */
export type Versions = { readonly get: (version: number) => Flow | undefined }

/** A flow's version in force. `open` flows take new people; a deprecated one only keeps those it has. */
export type LiveFlow = {
  readonly flow: Flow
  readonly open: boolean
  /** How it came to that version, oldest first; never empty. */
  readonly publications: readonly Publication[]
  readonly versions: Versions
  /** The versions that people are in: the one in force, then those that a publication lets them finish. */
  readonly served: readonly Flow[]
  /** Who gets it at all. */
  readonly release: CompiledRelease
}

/** A step of a live flow that waits for an event. */
export type WaitingStep = { readonly flow: Flow; readonly step: Step; readonly trigger: CompiledTrigger }

/** The published flows, by name. */
export type Catalogue = {
  /** Rises with every publish, rollback, deprecation, and change of a release or an experiment. */
  readonly revision: number
  readonly flows: ReadonlyMap<string, LiveFlow>
  /** By id. */
  readonly experiments: readonly Experiment[]
  /** The open ones, highest priority first, then by name; but not those that only an experiment lets people into. */
  readonly open: readonly Flow[]
  /** By the event that they wait for: an event that nobody waits for costs one look here. */
  readonly waiting: ReadonlyMap<string, readonly WaitingStep[]>
}

const waitingIn = (flows: readonly Flow[]): Catalogue['waiting'] => {
  const byEvent = new Map<string, WaitingStep[]>()
  for (const flow of flows) {
    for (const [event, triggers] of flow.triggers) {
      const steps = triggers.flatMap((trigger) => {
        const step = flow.stepById.get(trigger.stepId)
        return step ? [{ flow, step, trigger }] : []
      })
      byEvent.set(event, [...(byEvent.get(event) ?? []), ...steps])
    }
  }
  return byEvent
}

type History = Pick<LiveFlow, 'publications' | 'versions'>

/** Without a history the flow counts as published for the first time, at the catalogue's revision. */
type Published = Pick<LiveFlow, 'flow' | 'open'> & Partial<History> & Partial<Pick<LiveFlow, 'release'>>

/** Versions that people of an experiment are in, or may be: a stopped one moves nobody. */
const versionsTried = (experiments: readonly Experiment[], name: string): number[] =>
  experiments
    .filter(({ document, status }) => document.flow === name && status !== 'draft')
    .flatMap(({ document }) => document.arms.flatMap(({ version }) => version ?? []))

const liveFlow = (
  revision: number,
  experiments: readonly Experiment[],
  { flow, open, release, ...history }: Published,
): LiveFlow => {
  const { version } = flow
  const first: Publication = { id: revision, version, policy: 'move', reopen: false, at: 0 }
  const { publications = [first], versions = new Map([[version, flow]]) } = history
  const held = new Set([...versionsServed(publications), ...versionsTried(experiments, flow.name)])
  held.delete(version)
  return {
    flow,
    open,
    publications,
    versions,
    served: [flow, ...[...held].flatMap((one) => versions.get(one) ?? [])],
    release: release ?? compileRelease(flow.name),
  }
}

/** Flows that are another's arm: entered through the experiment only, whatever became of it; a draft closes nothing. */
const otherArms = (experiments: readonly Experiment[]): ReadonlySet<string> =>
  new Set(
    experiments
      .filter(({ status }) => status !== 'draft')
      .flatMap(({ document }) =>
        document.arms.flatMap(({ flow }) => (flow === undefined || flow === document.flow ? [] : flow)),
      ),
  )

export const catalogueOf = (
  revision: number,
  published: readonly Published[],
  experiments: readonly Experiment[] = [],
): Catalogue => {
  const flows = published.map((one) => liveFlow(revision, experiments, one))
  const closed = otherArms(experiments)
  return {
    revision,
    experiments: experiments.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    flows: new Map(flows.map((live) => [live.flow.name, live])),
    open: flows
      .filter(({ open, flow }) => open && !closed.has(flow.name))
      .map((live) => live.flow)
      .sort((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1)),
    waiting: waitingIn(flows.flatMap(({ served }) => served)),
  }
}

/** The version of its flow that the enrolment is in; undefined when the catalogue does not have the flow. */
export const flowServed = (
  { flows }: Catalogue,
  { flow: name, version }: Pick<Enrolment, 'flow' | 'version'>,
): Flow | undefined => {
  const live = flows.get(name)
  return live?.flow.version === version ? live.flow : (live?.versions.get(version) ?? live?.flow)
}

/** Whether the flow's release lets the person have it now. */
export const isReleasedTo = (
  { flows }: Catalogue,
  person: Pick<Person, 'userId' | 'facts'>,
  name: string,
): boolean => flows.get(name)?.release.decide(person).on ?? true

/** The flow that a person nobody has enrolled yet belongs in, or undefined when none lets them in. */
export const flowFor = (catalogue: Catalogue, person: Person): Flow | undefined => {
  const facts = conditionFacts(person)
  return catalogue.open.find((flow) => flow.lets(facts) && isReleasedTo(catalogue, person, flow.name))
}

/** Equal times are told apart by name: enrolments come in no particular order. */
const latest = (
  enrolments: readonly Enrolment[],
  at: (enrolment: Enrolment) => number,
): Enrolment | undefined =>
  enrolments.reduce<Enrolment | undefined>(
    (best, one) => (best && (at(best) - at(one) || (best.flow < one.flow ? 1 : -1)) > 0 ? best : one),
    undefined,
  )

/** The enrolment that a plain read shows: the first in progress, else the last completed, else the last skipped. */
export const enrolmentShown = ({ enrolments }: Pick<Person, 'enrolments'>): Enrolment | undefined => {
  if (enrolments.length <= 1) return enrolments[0]
  const inProgress = enrolments.filter((enrolment) => enrolment.status === 'in_progress')
  const completed = enrolments.filter((enrolment) => enrolment.status === 'completed')
  return (
    latest(inProgress, (enrolment) => -enrolment.startedAt) ??
    latest(completed, (enrolment) => enrolment.completedAt ?? 0) ??
    latest(enrolments, (enrolment) => enrolment.skippedAt ?? 0)
  )
}
