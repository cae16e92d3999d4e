import { randomUUID } from 'node:crypto'
import type { Operation } from '@boardwalk/contract'
import { gateCheckProblems, problemsIn, shapes, type Shape } from './fake-bodies.ts'
import { eventProblems, takeEvents } from './fake-events.ts'
import { checkGate, listGates, personErased } from './fake-gate.ts'
import { onboardingOf, standingOf } from './fake-onboarding.ts'
import type { Answer, Problem, Refusal } from './fake-problem.ts'
import { merge, personOf, tellFacts, type FakeState } from './fake-state.ts'

export type Asked = {
  readonly path: { readonly [name: string]: string }
  readonly query: { readonly flow?: string }
  readonly body: unknown
  readonly correlationId: string
}

export type Route = {
  readonly method: string
  readonly path: string
  readonly pathShape?: Shape
  readonly queryShape?: Shape
  readonly bodyProblems?: (body: unknown) => Problem[]
  readonly answer: (state: FakeState, asked: Asked) => Answer
}

const ok = (body: object): Answer => ({ status: 200, body })

const unknownPerson: Refusal = {
  refused: 'person_not_found',
  message: 'Nobody is known by this user id. Send them first with PUT /api/users/{userId}.',
}

const otherFlow = (state: FakeState, { query: { flow } }: Asked): Refusal | undefined =>
  flow === undefined || flow === state.flow
    ? undefined
    : { refused: 'flow_not_found', message: `No published flow is called "${flow}".` }

const readOnboarding = (state: FakeState, asked: Asked): Answer => {
  const person = state.people.get(asked.path['userId']!)
  if (person === undefined) return unknownPerson
  return otherFlow(state, asked) ?? ok(onboardingOf(state, person))
}

const changeStep = (state: FakeState, asked: Asked): Answer => {
  const { userId, stepId: id } = asked.path as { userId: string; stepId: string }
  const { status } = asked.body as Operation<'changeUserStep'>['body']
  if (state.erased.has(userId)) return personErased
  const other = otherFlow(state, asked)
  if (other) return other
  if (!state.steps.has(id)) {
    const message = `There is no step "${id}" for this person now. GET /api/onboarding lists theirs.`
    return { refused: 'step_not_found', message }
  }
  if (status === 'skipped') {
    const message = `Step "${id}" is required and cannot be skipped. Send {"status":"done"} once it is done.`
    return { refused: 'step_required', message }
  }
  const person = personOf(state, userId)
  const updatedAt = person.done.get(id) ?? new Date().toISOString()
  person.done.set(id, updatedAt)
  return ok({ success: true, step: { id, status, updatedAt }, ...standingOf(state, person) })
}

const tellPerson = (state: FakeState, { path, body }: Asked): Answer => {
  const { done: _, ...told } = tellFacts(state, path['userId']!, body as Operation<'putUser'>['body'])
  return ok(told)
}

const tellAccount = ({ accounts }: FakeState, { path, body }: Asked): Answer => {
  const accountId = path['accountId']!
  const { attributes: update = {} } = body as Operation<'putAccount'>['body']
  const attributes = merge(accounts.get(accountId) ?? {}, update)
  accounts.set(accountId, attributes)
  return ok({ accountId, attributes })
}

const erase = ({ people, erased }: FakeState, { path }: Asked): Answer => {
  const userId = path['userId']!
  if (!people.delete(userId)) return unknownPerson
  erased.add(userId)
  return ok({ receipt: { id: randomUUID(), erasedAt: new Date().toISOString() } })
}

const user = '/api/users/{userId}'

export const routes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/gates/check',
    bodyProblems: gateCheckProblems,
    answer: (state, { body, correlationId }) =>
      checkGate(state, body as Operation<'checkGate'>['body'], correlationId),
  },
  { method: 'GET', path: '/api/gates', answer: listGates },
  {
    method: 'PUT',
    path: user,
    pathShape: shapes.userPath,
    bodyProblems: (body) => problemsIn(body, shapes.facts),
    answer: tellPerson,
  },
  { method: 'DELETE', path: user, pathShape: shapes.userPath, answer: erase },
  {
    method: 'GET',
    path: `${user}/onboarding`,
    pathShape: shapes.userPath,
    queryShape: shapes.flowQuery,
    answer: readOnboarding,
  },
  {
    method: 'PATCH',
    path: `${user}/onboarding/steps/{stepId}`,
    pathShape: shapes.stepPath,
    queryShape: shapes.flowQuery,
    bodyProblems: (body) => problemsIn(body, shapes.stepChange),
    answer: changeStep,
  },
  {
    method: 'PUT',
    path: '/api/accounts/{accountId}',
    pathShape: shapes.accountPath,
    bodyProblems: (body) => problemsIn(body, shapes.account),
    answer: tellAccount,
  },
  {
    method: 'POST',
    path: '/api/events',
    bodyProblems: eventProblems,
    answer: (state, { body }) => takeEvents(state, body),
  },
]
