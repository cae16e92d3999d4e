import type { GateBlocked, Operation } from '@boardwalk/contract'

export type Action = NonNullable<GateBlocked['action']>

export type FakeStep = {
  /** Default: the id. */
  readonly title?: string
  /** What the gate says; default `Finish "<title>" first.` */
  readonly message?: string
  readonly action?: Action
}

export type FakeGate = { readonly steps: readonly string[]; readonly critical: boolean }

type Told = Extract<Operation<'putUser'>['answer'], { status: 200 }>['body']
export type FakePerson = Told & {
  /** Step → when it was done. */
  readonly done: Map<string, string>
}

/** All that the fake knows. Its one flow has every step, for everybody, all required. */
export type FakeState = {
  readonly flow: string
  readonly steps: ReadonlyMap<string, FakeStep>
  readonly gates: ReadonlyMap<string, FakeGate>
  readonly people: Map<string, FakePerson>
  readonly accounts: Map<string, Record<string, unknown>>
  readonly erased: Set<string>
  readonly messageIds: Set<string>
}

/** The person, met for the first time if need be. */
export const personOf = ({ people }: FakeState, userId: string): FakePerson => {
  const known = people.get(userId)
  if (known) return known
  const person = { userId, facts: { attributes: {} }, account: null, done: new Map<string, string>() }
  people.set(userId, person)
  return person
}

type Fields = { readonly [name: string]: unknown }

/** Absent: unchanged. null: forgotten. A value: stored. */
export const merge = (stored: Fields, update: Fields): Record<string, unknown> => {
  const told = Object.fromEntries(Object.entries(update).filter(([, value]) => value !== undefined))
  return Object.fromEntries(Object.entries({ ...stored, ...told }).filter(([, value]) => value !== null))
}

export const tellFacts = (
  state: FakeState,
  userId: string,
  { attributes, account, createdAt, ...named }: Operation<'putUser'>['body'],
): FakePerson => {
  const person = personOf(state, userId)
  const utc = typeof createdAt === 'string' ? new Date(createdAt).toISOString() : createdAt
  const next = {
    ...person,
    facts: {
      ...merge(person.facts, { ...named, createdAt: utc }),
      attributes: merge(person.facts.attributes, attributes ?? {}),
    },
    account: account === undefined ? person.account : account,
  }
  state.people.set(userId, next)
  state.erased.delete(userId)
  return next
}
