import { isReleasedTo } from './catalogue.ts'
import type { World } from './decision.ts'
import { enteredInstead } from './exposure.ts'
import { conditionFacts } from './facts.ts'
import type { GateQuestion } from './gate.ts'
import type { Person } from './person.ts'

/** Why a flow's gates let pass: the person does not have the flow now, or they are switched off alone. */
export type Waiver = { readonly flow: string; readonly reason: 'released_off' | 'guard_rails_off' }

/** Whether the flow's release makes its gates let the person pass. */
export const waiverOf = ({ catalogue }: World, person: Person, flow: string): Waiver | undefined => {
  if (!isReleasedTo(catalogue, person, flow)) return { flow, reason: 'released_off' }
  const { guardRailsEnabled = true } = catalogue.flows.get(flow)?.release.settings ?? {}
  return guardRailsEnabled ? undefined : { flow, reason: 'guard_rails_off' }
}

/** A flow that asks for something, and that somebody would be enrolled in but for its release. */
export const keptFrom = (
  world: World,
  person: Person,
  { gate, steps, flow: named }: GateQuestion,
): Waiver | undefined => {
  const entered = named && enteredInstead(world.catalogue, person, named)
  if (person.enrolments.some(({ flow }) => flow === (entered ?? flow))) return undefined
  const facts = conditionFacts(person)
  const asking = world.catalogue.open.find(
    ({ name, gates, stepById, lets }) =>
      (named === undefined || name === named) &&
      (gate === undefined ? steps?.some((id) => stepById.has(id)) : gates.has(gate)) &&
      lets(facts),
  )
  return asking && waiverOf(world, person, asking.name)
}
