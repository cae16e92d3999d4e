import { checkCondition } from './condition/check.ts'
import type { Problem } from './condition/problem.ts'
import type { FlowDocument, StepDefinition } from './flow.ts'

// A problem names a few of what there is; a document of 100 steps with many problems must not be answered with megabytes.
const mostNamed = 10
const mostProblems = 1_000

const quoted = (names: Iterable<string>): string => {
  const all = [...names]
  const named = all.slice(0, mostNamed).map((name) => `"${name}"`)
  const others = all.length > mostNamed ? [`${all.length - mostNamed} more`] : []
  return all.length === 0 ? 'none' : [...named, ...others].join(', ')
}

const problem = (path: string, found: string, expected: string, message: string): Problem => ({
  path,
  found,
  expected,
  message,
})

const repeated = (names: readonly string[], path: (index: number) => string, what: string): Problem[] =>
  names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          problem(
            path(index),
            `"${name}"`,
            'a name used once',
            `The ${what} "${name}" stands twice. Rename or remove one.`,
          ),
        ],
  )

/** A path of ids that leads from the step back to itself, or undefined. */
const cycleFrom = (
  start: StepDefinition,
  byId: ReadonlyMap<string, StepDefinition>,
): string[] | undefined => {
  const seen = new Set<string>()
  const waiting: { id: string; way: string[] }[] = [{ id: start.id, way: [start.id] }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const id of byId.get(next.id)?.dependsOn ?? []) {
      if (id === start.id) return [...next.way, id]
      if (seen.has(id)) continue
      seen.add(id)
      waiting.push({ id, way: [...next.way, id] })
    }
  }
  return undefined
}

const checkDependencies = (
  step: StepDefinition,
  path: string,
  byId: ReadonlyMap<string, StepDefinition>,
): Problem[] => {
  const unknown = (step.dependsOn ?? []).flatMap((id, index) =>
    byId.has(id)
      ? []
      : [
          problem(
            `${path}.dependsOn[${index}]`,
            `"${id}"`,
            `the id of another step: ${quoted(byId.keys())}`,
            `Step "${step.id}" depends on "${id}", which this flow does not have.`,
          ),
        ],
  )
  const cycle = cycleFrom(step, byId)
  if (cycle === undefined) return unknown
  const way = cycle.join(' → ')
  return [
    ...unknown,
    problem(
      `${path}.dependsOn`,
      way,
      'no circle',
      `Step "${step.id}" waits for itself (${way}) and could never be done.`,
    ),
  ]
}

const checkStep = (
  step: StepDefinition,
  path: string,
  document: FlowDocument,
  byId: ReadonlyMap<string, StepDefinition>,
): Problem[] => {
  const problems = checkDependencies(step, path, byId)
  if (step.condition !== undefined) problems.push(...checkCondition(step.condition, `${path}.condition`))
  if (typeof step.required === 'object') problems.push(...checkCondition(step.required, `${path}.required`))
  if (step.trigger?.where !== undefined)
    problems.push(...checkCondition(step.trigger.where, `${path}.trigger.where`))
  if (step.requiredPlan !== undefined && !document.plans.includes(step.requiredPlan)) {
    problems.push(
      problem(
        `${path}.requiredPlan`,
        `"${step.requiredPlan}"`,
        `one of the flow's plans: ${quoted(document.plans)}`,
        `Plan "${step.requiredPlan}" is not listed in "plans". Add it there, in ascending order.`,
      ),
    )
  }
  const { activeFrom, activeTo } = step
  if (activeFrom !== undefined && activeTo !== undefined && Date.parse(activeFrom) >= Date.parse(activeTo)) {
    problems.push(
      problem(
        `${path}.activeTo`,
        activeTo,
        `a time after ${activeFrom}`,
        `Step "${step.id}" ends before it begins.`,
      ),
    )
  }
  if (step.renamedFrom !== undefined && byId.has(step.renamedFrom)) {
    problems.push(
      problem(
        `${path}.renamedFrom`,
        `"${step.renamedFrom}"`,
        'an id that no step of this version has',
        `"${step.renamedFrom}" is still a step of this flow, so "${step.id}" cannot take over its state.`,
      ),
    )
  }
  return problems
}

const checkGates = (document: FlowDocument, byId: ReadonlyMap<string, StepDefinition>): Problem[] =>
  Object.entries(document.gates).flatMap(([name, gate]) =>
    gate.steps.flatMap((id, index) =>
      byId.has(id)
        ? []
        : [
            problem(
              `gates.${name}.steps[${index}]`,
              `"${id}"`,
              `the id of a step: ${quoted(byId.keys())}`,
              `Gate "${name}" needs the step "${id}", which this flow does not have.`,
            ),
          ],
    ),
  )

const checkActivation = (steps: readonly StepDefinition[]): Problem[] => {
  const activating = steps.filter((step) => step.activation === true)
  if (activating.length <= 1) return []
  const found = quoted(activating.map((step) => step.id))
  return [
    problem(
      'steps',
      found,
      'at most one step with "activation": true',
      `Only one step can be the activation step, found ${found}.`,
    ),
  ]
}

/** What the shape of a document cannot say: names that must exist, circles, conditions. All problems at once; [] when it is sound. */
export const checkFlow = (document: FlowDocument): Problem[] => {
  const byId = new Map(document.steps.map((step) => [step.id, step]))
  const problems = [
    ...(document.audience === undefined ? [] : checkCondition(document.audience, 'audience')),
    ...repeated(document.plans, (index) => `plans[${index}]`, 'plan'),
    ...repeated(
      document.steps.map((step) => step.id),
      (index) => `steps[${index}].id`,
      'step id',
    ),
    ...repeated(
      document.steps.flatMap((step) => step.renamedFrom ?? []),
      () => 'steps',
      'renamedFrom',
    ),
    ...checkActivation(document.steps),
    ...document.steps.flatMap((step, index) => checkStep(step, `steps[${index}]`, document, byId)),
    ...checkGates(document, byId),
  ]
  return problems.slice(0, mostProblems)
}
