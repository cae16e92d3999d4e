import type { GateList } from '@boardwalk/contract'

/** What a gated route asks for, as its code declares it. */
export type Requirement = (
  | { readonly kind: 'steps'; readonly steps: readonly string[] }
  | { readonly kind: 'gate'; readonly gate: string }
) & {
  /** Looks at this flow only. */
  readonly flow?: string | undefined
}

/** What no flow knows of this, for a person to read. */
export const unknownIn = (requirement: Requirement, known: GateList): string[] => {
  const { flow } = requirement
  const unknownFlow = flow === undefined || known.flows.includes(flow) ? [] : [`the flow "${flow}"`]
  if (requirement.kind === 'gate') {
    const { gate } = requirement
    return known.gates.some(({ name }) => name === gate)
      ? unknownFlow
      : [`the gate "${gate}"`, ...unknownFlow]
  }
  const unknownSteps = requirement.steps.filter((id) => !known.steps.includes(id))
  return [...unknownSteps.map((id) => `the step "${id}"`), ...unknownFlow]
}

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '))

export const refuseToStart = (unknown: readonly string[], { gates, steps, flows }: GateList): Error =>
  new Error(
    `Gated routes ask for ${unknown.join(', ')}, and nothing published is called so. Published are ` +
      `the flows ${listed(flows)}, their steps ${listed(steps)} and their gates ` +
      `${listed(gates.map(({ name }) => name))}. Correct the id, or publish the flow that has it.`,
  )

const mostSteps = 20

/** Mistakes in the code of a host are told when it starts, not when the first person comes. */
export const declaredSteps = (steps: string | readonly string[]): readonly string[] => {
  const declared = typeof steps === 'string' ? [steps] : steps
  if (
    Array.isArray(declared) &&
    declared.length > 0 &&
    declared.length <= mostSteps &&
    declared.every((id) => typeof id === 'string' && id !== '')
  )
    return declared
  throw new TypeError(
    `requireStep() takes the id of a step, or 1 to ${mostSteps} of them in an array; it was given ${JSON.stringify(steps)}.`,
  )
}

export const declaredCritical = (critical: unknown, what: string): boolean => {
  if (typeof critical === 'boolean') return critical
  throw new TypeError(
    `${what} says critical: ${String(critical)}. Say critical: true when nobody may pass while the check cannot be ` +
      'made, or critical: false when everybody may.',
  )
}

const mostRoute = 500

/** What events and metrics can take as a route. */
export const routeLabel = (route: unknown): string | undefined =>
  typeof route === 'string' && /^\P{Cc}+$/u.test(route) && route.length <= mostRoute ? route : undefined

/** A name that the host gives a route; absent, its pattern. */
export const declaredRoute = (route: unknown): string | undefined => {
  if (route === undefined || routeLabel(route) !== undefined) return routeLabel(route)
  throw new TypeError(
    `A gated route is called ${JSON.stringify(route)}; it takes a text of 1 to ${mostRoute} characters without control characters.`,
  )
}
