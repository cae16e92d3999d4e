import {
  accountFlowKeys,
  commit,
  isChange,
  load,
  type Asked,
  type Change,
  type Loaded,
  type Query,
} from '@boardwalk/store'
import type { Context } from '@opentelemetry/api'
import type { World } from '@boardwalk/engine'
import { here, inSharedSpan } from '../operation/tracing.ts'
import { fold } from './fold.ts'
import type { Journey, Outcome } from './journey.ts'
import type { LiveCatalogue } from './live-catalogue.ts'

export type Traveller = {
  readonly journey: Journey
  readonly arrive: (outcome: Outcome) => void
  readonly fail: (error: unknown) => void
  /** Where it is in a trace. */
  readonly context: Context
  /** When it set out, in milliseconds since 1970. */
  readonly began: number
  /** Races lost so far. */
  lost: number
  arrived: boolean
}

export const setOut = (
  journey: Journey,
  { arrive, fail }: Pick<Traveller, 'arrive' | 'fail'>,
): Traveller => ({
  journey,
  arrive,
  fail,
  context: journey.context ?? here(),
  began: Date.now(),
  lost: 0,
  arrived: false,
})

/** Travellers of one person, and what was decided for them. */
export type Group = {
  readonly travellers: readonly Traveller[]
  readonly outcomes: readonly Outcome[]
  readonly change: Change
}

// Each lost race means that somebody else of the same person or account won it, so this many are no accident.
const mostLostRaces = 100

const accountAsked = ({ claims }: Journey): string | null | undefined => claims.account

export const contextsOf = (groups: readonly (readonly Traveller[])[]): Context[] =>
  groups.flatMap((group) => group.map((traveller) => traveller.context))

const groupByPerson = (travellers: readonly Traveller[]): Traveller[][] => {
  const groups = new Map<string, Traveller[]>()
  for (const traveller of travellers) {
    const group = groups.get(traveller.journey.userId)
    if (group) group.push(traveller)
    else groups.set(traveller.journey.userId, [traveller])
  }
  return [...groups.values()]
}

/**
 * Those that act for the same account as the first can be decided on one load. From the first that does not, all wait for
 * the next: a person's journeys keep their order.
 */
const sameAccount = (group: readonly Traveller[]): [readonly Traveller[], readonly Traveller[]] => {
  const account = group[0] && accountAsked(group[0].journey)
  const other = group.findIndex(({ journey }) => accountAsked(journey) !== account)
  return other === -1 ? [group, []] : [group.slice(0, other), group.slice(other)]
}

export const askFor = (group: readonly Traveller[]): Asked => ({
  userId: group[0]?.journey.userId ?? '',
  account: group[0] && accountAsked(group[0].journey),
  keys: group.flatMap(({ journey }) => journey.idempotency?.key ?? []),
})

export const arriveAt = (traveller: Traveller, outcome: Outcome): void => {
  traveller.arrived = true
  traveller.arrive(outcome)
}

export const failAt = (traveller: Traveller, error: unknown): void => {
  traveller.arrived = true
  traveller.fail(error)
}

export const arrive = ({ travellers, outcomes }: Group): void =>
  travellers.forEach((traveller, index) => {
    const outcome = outcomes[index]
    if (outcome) arriveAt(traveller, outcome)
  })

/** Those who may try again; whoever has lost too often is told so. */
export const lose = (travellers: readonly Traveller[]): Traveller[] =>
  travellers.filter((traveller) => {
    if (traveller.arrived) return false
    traveller.lost += 1
    if (traveller.lost < mostLostRaces) return true
    const message = 'Others changed the same person again and again while this request tried. Repeat it.'
    arriveAt(traveller, { kind: 'refused', refusal: { code: 'conflict', message } })
    return false
  })

/** Changes that share an account's flow with an earlier one of the batch wait for the next. */
const withoutSharedFlows = (groups: readonly Group[]): [Group[], Group[]] => {
  const taken = new Set<string>()
  const now: Group[] = []
  const later: Group[] = []
  for (const group of groups) {
    const keys = accountFlowKeys(group.change)
    const shared = keys.some((key) => taken.has(key))
    keys.forEach((key) => taken.add(key))
    ;(shared ? later : now).push(group)
  }
  return [now, later]
}

export const decide = (travellers: readonly Traveller[], loaded: Change['before'], world: World): Group[] => {
  try {
    const journeys = travellers.map(({ journey }) => journey)
    return [{ travellers, ...fold(journeys, loaded, world) }]
  } catch (error) {
    // Together they are one change, so that none of it is written.
    travellers.forEach((traveller) => failAt(traveller, error))
    return []
  }
}

export type Surroundings = {
  /** Where to load and commit: the database, or a transaction of it. */
  readonly query: Query
  readonly catalogue: LiveCatalogue
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Throws when those who were loaded cannot be changed here. */
  readonly onLoaded?: (userIds: readonly string[]) => Promise<void>
}

/** What the database says of all asked for, and the world to decide in. `isExact`: its catalogue is the one they were read with. */
export const readGroups = async (
  asked: readonly Asked[],
  contexts: readonly Context[],
  { query, catalogue, clock, onLoaded }: Surroundings,
): Promise<{
  readonly people: readonly (Loaded | undefined)[]
  readonly world: World
  readonly isExact: boolean
}> => {
  const { people, catalogueRevision } = await inSharedSpan('boardwalk.load', contexts, () =>
    load(query, asked),
  )
  await onLoaded?.(asked.map(({ userId }) => userId))
  const world = { catalogue: await catalogue.at(catalogueRevision, query), now: clock() }
  return { people, world, isExact: world.catalogue.revision === catalogueRevision }
}

/** Loads each group and decides on it; whoever cannot be decided on has failed. */
const decideGroups = async (
  groups: readonly (readonly Traveller[])[],
  surroundings: Surroundings,
): Promise<Group[]> => {
  const { people, world } = await readGroups(groups.map(askFor), contextsOf(groups), surroundings)
  return groups.flatMap((group, index) => {
    const loaded = people[index]
    return loaded ? decide(group, loaded, world) : []
  })
}

/** One statement each way for all of them: load, decide, commit. Answers those who have to travel again. */
export const travelTogether = async (
  travellers: readonly Traveller[],
  surroundings: Surroundings,
  onWritten: (group: Group) => void,
): Promise<Traveller[]> => {
  const split = groupByPerson(travellers).map(sameAccount)
  const later = split.flatMap(([, others]) => others)
  const groups = await decideGroups(
    split.map(([group]) => group),
    surroundings,
  )
  groups.filter(({ change }) => !isChange(change)).forEach(arrive)
  const [now, afterwards] = withoutSharedFlows(groups.filter(({ change }) => isChange(change)))
  const changes = now.map(({ change }) => change)
  const contexts = contextsOf(now.map((group) => group.travellers))
  const won =
    changes.length === 0
      ? []
      : await inSharedSpan('boardwalk.commit', contexts, () => commit(surroundings.query, changes))
  now.forEach((group, index) => {
    if (!won[index]) return
    arrive(group)
    onWritten(group)
  })
  const again = now.filter((_, index) => !won[index]).flatMap((group) => lose(group.travellers))
  return [...again, ...afterwards.flatMap((group) => group.travellers), ...later]
}
