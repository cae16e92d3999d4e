import type { GateBlocked, GateList, Operation } from '@boardwalk/contract'
import { actionFor } from './fake-onboarding.ts'
import { problemDetails, type Answer, type Refusal } from './fake-problem.ts'
import { personOf, type FakePerson, type FakeState } from './fake-state.ts'
import { isReturnPath } from './return-path.ts'

type Check = Operation<'checkGate'>['body']

/** What the question gets wrong, if anything; a mistake of the caller's is never a pass. */
const mistakeIn = (state: FakeState, { flow, gate, steps }: Check): Refusal | undefined => {
  if (flow !== undefined && flow !== state.flow)
    return { refused: 'flow_not_found', message: `No published flow is called "${flow}".` }
  if (gate !== undefined && !state.gates.has(gate)) {
    const message = `No published flow has a gate "${gate}". Declare it under "gates" and publish.`
    return { refused: 'unknown_gate', message }
  }
  const step = steps?.find((id) => !state.steps.has(id))
  if (step === undefined) return undefined
  const message = `No published flow has a step "${step}". Check the id, or publish the flow that has it.`
  return { refused: 'unknown_step', message }
}

const blocked = (
  state: FakeState,
  person: FakePerson,
  [missingStep, ...others]: [string, ...string[]],
  returnUrl: string | undefined,
  correlationId: string,
): GateBlocked => {
  const { title = missingStep, message = `Finish "${title}" first.`, action } = state.steps.get(missingStep)!
  const extra: Record<string, string> =
    returnUrl !== undefined && isReturnPath(returnUrl) ? { returnUrl } : {}
  return {
    ...problemDetails('PRECONDITION_REQUIRED', message, correlationId),
    error: 'PRECONDITION_REQUIRED',
    missingStep,
    missingSteps: [missingStep, ...others],
    ...(action && { action: actionFor(action, person, extra) }),
  }
}

export const checkGate = (state: FakeState, check: Check, correlationId: string): Answer => {
  if (state.erased.has(check.userId)) return personErased
  const mistake = mistakeIn(state, check)
  if (mistake) return mistake
  const person = personOf(state, check.userId)
  const asked = new Set(check.steps ?? state.gates.get(check.gate ?? '')?.steps)
  // In the order of the flow, not of the question.
  const [first, ...others] = [...state.steps.keys()].filter((id) => asked.has(id) && !person.done.has(id))
  if (first === undefined) return { status: 200, body: { allowed: true } }
  return {
    status: 409,
    body: blocked(state, person, [first, ...others], check.returnUrl, correlationId),
  }
}

export const listGates = ({ flow, gates, steps }: FakeState): Answer => {
  const body: GateList = {
    gates: [...gates].map(([name, gate]) => ({ name, critical: gate.critical, steps: [...gate.steps] })),
    steps: [...steps.keys()],
    flows: [flow],
  }
  return { status: 200, body }
}

export const personErased: Refusal = {
  refused: 'person_erased',
  message: 'The person was erased. Send them again with PUT /api/users/{userId} first.',
}
