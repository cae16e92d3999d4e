import type { Operation } from '@boardwalk/contract'
import { problemIn, problemsIn, shapes } from './fake-bodies.ts'
import { personErased } from './fake-gate.ts'
import type { Answer, Problem } from './fake-problem.ts'
import { tellFacts, type FakeState } from './fake-state.ts'

type Outcome = { readonly status: 'accepted' | 'duplicate' | 'refused'; readonly reason?: string }
type Sent =
  | { readonly type: 'track'; readonly userId: string; readonly messageId?: string }
  | {
      readonly type: 'identify'
      readonly userId: string
      readonly messageId?: string
      readonly traits: Readonly<Record<string, unknown>>
    }
  | { readonly type: 'alias'; readonly userId: string; readonly messageId?: string }

const most = 500

/** The events of a body, or what is wrong with all of it. */
const eventsIn = (body: unknown): { readonly events: unknown[] } | { readonly problems: Problem[] } => {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
  if (isObject && 'batch' in body) {
    const { batch } = body
    return Array.isArray(batch) && batch.length >= 1 && batch.length <= most
      ? { events: batch }
      : { problems: [problemIn('batch', batch, `an array of 1 to ${most} events`)] }
  }
  return isObject && 'type' in body
    ? { events: [body] }
    : { problems: [problemIn('', body, 'an event {"type": …}, or {"batch": […]}')] }
}

const refusalOf = (event: unknown): Problem | undefined => {
  if (typeof event !== 'object' || event === null || Array.isArray(event))
    return problemIn('', event, 'an event: {"type": "track", …}')
  const type: unknown = Reflect.get(event, 'type')
  if (type !== 'track' && type !== 'identify' && type !== 'alias')
    return problemIn('type', type, 'one of "track", "identify", "alias"')
  // Senders of this kind add fields of their own, such as `context`.
  const [problem] = problemsIn(event, shapes[type], { open: true })
  const previousId: unknown = Reflect.get(event, 'previousId')
  return problem === undefined && type === 'alias' && previousId === Reflect.get(event, 'userId')
    ? problemIn('previousId', previousId, 'another id than `userId`')
    : problem
}

/** Traits that fit a fact of their name are that fact; all else is attributes. */
const factsOfTraits = (traits: Readonly<Record<string, unknown>>): Operation<'putUser'>['body'] => {
  const { attributes: _, ...facts } = shapes.facts
  const isFact = ([name, value]: [string, unknown]): boolean =>
    Object.hasOwn(facts, name) && facts[name as keyof typeof facts].fits(value)
  const entries = Object.entries(traits)
  return {
    ...Object.fromEntries(entries.filter(isFact)),
    attributes: Object.fromEntries(entries.filter((entry) => !isFact(entry))),
  }
}

const outcomeOf = (state: FakeState, event: unknown): Outcome => {
  const problem = refusalOf(event)
  if (problem) {
    const { path, found, expected } = problem
    return { status: 'refused', reason: `${path || 'the event'}: found ${found}, expected ${expected}` }
  }
  const sent = event as Sent
  if (state.erased.has(sent.userId)) return { status: 'refused', reason: personErased.message }
  const once = JSON.stringify([sent.userId, sent.messageId])
  if (sent.messageId !== undefined && state.messageIds.has(once)) return { status: 'duplicate' }
  state.messageIds.add(once)
  if (sent.type !== 'track')
    tellFacts(state, sent.userId, sent.type === 'identify' ? factsOfTraits(sent.traits) : {})
  return { status: 'accepted' }
}

export const eventProblems = (body: unknown): Problem[] => {
  const found = eventsIn(body)
  return 'problems' in found ? found.problems : []
}

/**
 * Events are answered one by one. `track` completes nothing here: the test says `complete`. Its repeats are duplicates
 * even so; Boardwalk itself forgets those that had no effect.
 */
export const takeEvents = (state: FakeState, body: unknown): Answer => {
  const found = eventsIn(body)
  const events = 'events' in found ? found.events : []
  return {
    status: 200,
    body: { results: events.map((event, index) => ({ index, ...outcomeOf(state, event) })) },
  }
}
