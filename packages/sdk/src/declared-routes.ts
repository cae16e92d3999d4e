import type { GateList } from '@boardwalk/contract'

/** What a gated route asks for, as its code declares it. */
export type Requirement =
  | { readonly kind: 'steps'; readonly steps: readonly string[] }
  | { readonly kind: 'gate'; readonly gate: string }

/** What no flow knows of this, for a person to read. */
export const unknownIn = (requirement: Requirement, known: GateList): string[] => {
  if (requirement.kind === 'gate') {
    const { gate } = requirement
    return known.gates.some(({ name }) => name === gate) ? [] : [`the gate "${gate}"`]
  }
  return requirement.steps.filter((id) => !known.steps.includes(id)).map((id) => `the step "${id}"`)
}

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '))

export const refuseToStart = (unknown: readonly string[], { gates, steps }: GateList): Error =>
  new Error(
    `Gated routes ask for ${unknown.join(', ')}, and no published flow has that. ` +
      `Published are the steps ${listed(steps)} and the gates ${listed(gates.map(({ name }) => name))}. ` +
      'Correct the id, or publish the flow that has it.',
  )

/** Mistakes in the code of a host are told when it starts, not when the first person comes. */
export const declaredSteps = (steps: string | readonly string[]): readonly string[] => {
  const declared = typeof steps === 'string' ? [steps] : steps
  if (
    Array.isArray(declared) &&
    declared.length > 0 &&
    declared.every((id) => typeof id === 'string' && id !== '')
  )
    return declared
  throw new TypeError(
    `requireStep() takes the id of a step, or several in an array; it was given ${JSON.stringify(steps)}.`,
  )
}

export const declaredCritical = (critical: unknown, what: string): boolean => {
  if (typeof critical === 'boolean') return critical
  throw new TypeError(
    `${what} says critical: ${String(critical)}. Say critical: true when nobody may pass while the check cannot be ` +
      'made, or critical: false when everybody may.',
  )
}
