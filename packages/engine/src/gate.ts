import type { Decision, World } from './decision.ts'
import { happening, situationOf } from './decision.ts'
import { place } from './enrolment.ts'
import { byStart } from './carry-over.ts'
import { enrolmentShown, flowServed, type Catalogue, type LiveFlow } from './catalogue.ts'
import { enteredInstead } from './exposure.ts'
import type { Flow, Step } from './flow.ts'
import { guideOf } from './guide.ts'
import type { Enrolment, Person, StepStatus } from './person.ts'
import { refusal, type Refusal } from './refusal.ts'
import { andThen } from './settle.ts'
import { settleProven } from './verbs.ts'
import { keptFrom, waiverOf, type Waiver } from './waiver.ts'

/** What a gate asks: these steps, or those that flows list under the gate's name. */
export type GateQuestion = {
  readonly steps?: readonly string[] | undefined
  readonly gate?: string | undefined
  /** Looks at this flow only. */
  readonly flow?: string | undefined
  /** The host's route, told in `gating.blocked`. */
  readonly route: string
}

export type MissingStep = { readonly flow: string; readonly step: Step }

export type GateDecision = Decision & {
  readonly missing: readonly MissingStep[]
  /** The flow whose step decided; absent when the person sees none of those asked for. */
  readonly decidedIn?: string | undefined
  /** They pass although steps are missing, because of this flow's release. */
  readonly waivedBy?: Waiver | undefined
}

/** All that the question is about: the versions in force, and those that some people finish. */
const searchedBy = ({ catalogue }: World, { flow }: GateQuestion): Flow[] =>
  [...catalogue.flows.values()].flatMap(({ served }) => served).filter(({ name }) => name === (flow ?? name))

/** An id that no live flow knows is a mistake of the caller's, never a pass. */
const unknown = (world: World, question: GateQuestion): Refusal | undefined => {
  const searched = searchedBy(world, question)
  if (question.flow !== undefined && searched.length === 0) {
    return refusal('flow_not_found', `No published flow is called "${question.flow}".`)
  }
  const { gate } = question
  if (gate !== undefined && !searched.some((flow) => flow.gates.has(gate))) {
    return refusal(
      'unknown_gate',
      `No published flow has a gate "${gate}". Declare it under "gates" and publish.`,
    )
  }
  const step = question.steps?.find((id) => !searched.some((flow) => flow.stepById.has(id)))
  return step === undefined
    ? undefined
    : refusal(
        'unknown_step',
        `No published flow has a step "${step}". Check the id, or publish the flow that has it.`,
      )
}

/** A person met for the first time is enrolled before the gate decides. */
const placed = (world: World, person: Person, flow: string | undefined): Decision =>
  flow === undefined && enrolmentShown(person) !== undefined
    ? { person, happenings: [] }
    : place(world, person, flow)

type Need = {
  readonly flow: Flow
  readonly step: Step
  readonly asked: boolean
  readonly waivedBy: Waiver | undefined
  readonly status: StepStatus
}

/** The step of this id or, where the version has none, what it calls the step that another served version knows by it. */
const isAskedBy = (id: string, { id: own, lineage }: Step, flow: Flow, { served }: LiveFlow): boolean =>
  flow.stepById.has(id) ? own === id : served.some((version) => version.stepById.get(id)?.lineage === lineage)

/** The steps that the person sees in this enrolment: whether the gate asks for them here, and whether they are done. */
const needsIn = (world: World, person: Person, enrolment: Enrolment, question: GateQuestion): Need[] => {
  const live = world.catalogue.flows.get(enrolment.flow)
  const flow = flowServed(world.catalogue, enrolment)
  if (live === undefined || flow === undefined) return []
  const { gate, steps } = question
  const waivedBy = waiverOf(world, person, flow.name)
  const ids = (gate === undefined ? steps : flow.gates.get(gate)?.steps) ?? []
  return guideOf(flow, enrolment, situationOf(person, world.now)).steps.map(({ step, status }) => ({
    flow,
    step,
    asked: ids.some((id) => isAskedBy(id, step, flow, live)),
    waivedBy,
    status,
  }))
}

/** What the gate finds in each of the person's enrolments that it looks at: an arm's flow stands for the one asked about. */
export const needsOf = (
  world: World,
  person: Person,
  question: GateQuestion,
): { readonly enrolment: Enrolment; readonly needs: readonly Need[] }[] => {
  const named = question.flow && enteredInstead(world.catalogue, person, question.flow)
  return person.enrolments
    .filter(({ flow }) => flow === (named ?? flow))
    .sort(byStart)
    .map((enrolment) => ({ enrolment, needs: needsIn(world, person, enrolment, question) }))
}

/** What is asked for and done nowhere, each step once. What is done in a flow that is switched off is done. */
const missingOf = (needs: readonly Need[], counts: (need: Need) => boolean): Need[] => {
  const done = new Set(needs.filter(({ status }) => status === 'done').map((need) => need.step.id))
  const open = needs.filter((need) => need.asked && counts(need) && !done.has(need.step.id))
  return open.filter(({ step }, index) => open.findIndex((need) => need.step.id === step.id) === index)
}

/**
 * Whether the person may pass. Stored facts only. A step that is done in any enrolment counts; one that the person does
 * not see is no obstacle. Whoever finishes an older version is held to that one.
 */
export const checkGate = (world: World, person: Person, question: GateQuestion): GateDecision => {
  const mistake = unknown(world, question)
  if (mistake) return { person, happenings: [], missing: [], refusal: mistake }
  // What the person did before anybody asked for it is done.
  const decision = andThen(placed(world, person, question.flow), (known) => settleProven(world, known))
  const needs = needsOf(world, decision.person, question).flatMap((one) => one.needs)
  const missing = missingOf(needs, ({ waivedBy }) => waivedBy === undefined)
  const [first] = missing
  if (first === undefined) {
    const [waived] = missingOf(needs, () => true)
    const waivedBy = waived?.waivedBy ?? keptFrom(world, decision.person, question)
    return { ...decision, missing: [], decidedIn: needs.find(({ asked }) => asked)?.flow.name, waivedBy }
  }
  const data = {
    route: question.route,
    missingStep: first.step.id,
    missingSteps: missing.map(({ step }) => step.id),
  }
  const decidedBy = { flow: first.flow.name, version: first.flow.version }
  return {
    person: decision.person,
    happenings: [...decision.happenings, happening('gating.blocked', decidedBy, data, first.step.id)],
    missing: missing.map(({ flow, step }) => ({ flow: flow.name, step })),
    decidedIn: first.flow.name,
  }
}

/** A named gate over all flows that declare it: one that calls it critical suffices. */
export type DeclaredGate = {
  readonly name: string
  readonly critical: boolean
  readonly steps: string[]
}

/** All that a gate may ask for. */
export const gatesIn = (
  catalogue: Catalogue,
): { gates: DeclaredGate[]; steps: string[]; flows: string[] } => {
  const flows = [...catalogue.flows.values()].flatMap(({ served }) => served)
  const gates = new Map<string, DeclaredGate>()
  for (const flow of flows) {
    for (const [name, { critical, steps }] of flow.gates) {
      const known = gates.get(name)
      gates.set(name, {
        name,
        critical: critical || (known?.critical ?? false),
        steps: [...new Set([...(known?.steps ?? []), ...steps])],
      })
    }
  }
  return {
    gates: [...gates.values()],
    steps: [...new Set(flows.flatMap((flow) => [...flow.stepById.keys()]))],
    flows: [...catalogue.flows.keys()],
  }
}

/** Whether a gate stops when it cannot be checked: as the flows that declare it say; one that nobody declares does. */
export const isCriticalGate = (catalogue: Catalogue | undefined, gate: string | undefined): boolean =>
  (catalogue && gatesIn(catalogue).gates.find(({ name }) => name === gate)?.critical) ?? true
