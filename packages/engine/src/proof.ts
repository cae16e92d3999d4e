import type { Flow, Step } from './flow.ts'
import type { Guide } from './guide.ts'
import type { Enrolment, Person, RememberedEvent } from './person.ts'
import { transitionOf, type SeenSettling, type Settling } from './settle-step.ts'
import { askedAnewSince, rowsOf } from './step-state.ts'
import type { CompiledTrigger } from './trigger.ts'

/** The first remembered event that proves the step. One from before the step, or the person's whole flow, was begun anew proves it no more. */
export const proofOf = (
  { step, trigger }: { readonly step: Step; readonly trigger: CompiledTrigger },
  event: string,
  person: Person,
  enrolment: Pick<Enrolment, 'flow' | 'steps' | 'restartedAt'>,
): RememberedEvent | undefined => {
  const restartedAt = step.scope === 'account' ? null : enrolment.restartedAt
  const since = Math.max(askedAnewSince(step, rowsOf(step, person, enrolment)), restartedAt ?? -Infinity)
  return person.remembered.find(
    ({ name, at, properties }) => name === event && at > since && trigger.holds(properties),
  )
}

/** Whether something remembered may prove a step of the flow at all. */
export const mayProve = ({ remembered }: Person, { triggers }: Flow): boolean =>
  remembered.length > 0 && triggers.size > 0

/** Every visible step that is not done but proven by what is remembered. */
export const provenSteps = (person: Person, { flow, enrolment, steps }: Guide): SeenSettling[] => {
  if (!mayProve(person, flow)) return []
  const proof: Settling = { to: 'done', source: 'event', by: person.userId }
  return steps.flatMap((seen) => {
    const { id, step } = seen
    if (step.trigger === undefined || transitionOf(seen, proof).kind !== 'settle') return []
    const { event } = step.trigger
    const trigger = flow.triggers.get(event)?.find(({ stepId }) => stepId === id)
    const found = trigger && proofOf({ step, trigger }, event, person, enrolment)
    return trigger && found ? [{ ...proof, seen, metadata: trigger.metadataOf(found.properties) }] : []
  })
}
