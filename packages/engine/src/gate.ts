import type { Decision, World } from './decision.ts'
import { happening, situationOf } from './decision.ts'
import { place } from './enrolment.ts'
import { enrolmentShown, type Catalogue } from './catalogue.ts'
import type { Step } from './flow.ts'
import { guideOf } from './guide.ts'
import type { Enrolment, Person } from './person.ts'
import { refusal, type Refusal } from './refusal.ts'
import { andThen } from './settle.ts'
import { settleProven } from './verbs.ts'

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

export type GateDecision = Decision & { readonly missing: readonly MissingStep[] }

/** An id that no live flow knows is a mistake of the caller's, never a pass. */
const unknown = ({ catalogue }: World, question: GateQuestion): Refusal | undefined => {
  const flows = [...catalogue.flows.values()].map((live) => live.flow)
  const searched = question.flow === undefined ? flows : flows.filter((flow) => flow.name === question.flow)
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

type Need = MissingStep & { readonly asked: boolean; readonly done: boolean }

/** The steps that the person sees in this enrolment: whether the gate asks for them here, and whether they are done. */
const needsIn = (world: World, person: Person, enrolment: Enrolment, question: GateQuestion): Need[] => {
  const flow = world.catalogue.flows.get(enrolment.flow)?.flow
  if (flow === undefined) return []
  const asked = question.gate === undefined ? question.steps : flow.gates.get(question.gate)?.steps
  const ids = new Set(asked)
  return guideOf(flow, enrolment, situationOf(person, world.now)).steps.map(({ id, step, status }) => ({
    flow: flow.name,
    step,
    asked: ids.has(id),
    done: status === 'done',
  }))
}

/** In the order in which a plain read would show them: enrolments come in no particular order, answers must not. */
const byStart = (a: Enrolment, b: Enrolment): number =>
  a.startedAt - b.startedAt || (a.flow < b.flow ? -1 : 1)

/**
 * Whether the person may pass. Stored facts only. A step that is done in any enrolment counts; one that the person does
 * not see is no obstacle.
 */
export const checkGate = (world: World, person: Person, question: GateQuestion): GateDecision => {
  const mistake = unknown(world, question)
  if (mistake) return { person, happenings: [], missing: [], refusal: mistake }
  // What the person did before anybody asked for it is done.
  const decision = andThen(placed(world, person, question.flow), (known) => settleProven(world, known))
  const needs = decision.person.enrolments
    .filter((enrolment) => question.flow === undefined || enrolment.flow === question.flow)
    .sort(byStart)
    .flatMap((enrolment) => needsIn(world, decision.person, enrolment, question))
  const done = new Set(needs.filter((need) => need.done).map((need) => need.step.id))
  const open = needs.filter(({ asked, step }) => asked && !done.has(step.id))
  const missing = open.filter(
    ({ step }, index) => open.findIndex((need) => need.step.id === step.id) === index,
  )
  const [first] = missing
  const flow = first && world.catalogue.flows.get(first.flow)?.flow
  if (first === undefined || flow === undefined) return { ...decision, missing: [] }
  const data = {
    route: question.route,
    missingStep: first.step.id,
    missingSteps: missing.map(({ step }) => step.id),
  }
  const decidedBy = { flow: flow.name, version: flow.version }
  return {
    person: decision.person,
    happenings: [...decision.happenings, happening('gating.blocked', decidedBy, data, first.step.id)],
    missing: missing.map(({ flow, step }) => ({ flow, step })),
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
  const flows = [...catalogue.flows.values()].map(({ flow }) => flow)
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
    flows: flows.map(({ name }) => name),
  }
}

/** Whether a gate stops when it cannot be checked: as the flows that declare it say; one that nobody declares does. */
export const isCriticalGate = (catalogue: Catalogue | undefined, gate: string | undefined): boolean =>
  (catalogue && gatesIn(catalogue).gates.find(({ name }) => name === gate)?.critical) ?? true
