import {
  commit,
  isChange,
  isConnectionLost,
  isSerializationFailure,
  isTimedOut,
  accountFlowKeys,
  load,
} from '@boardwalk/store'
import type { Asked, Change, Database, Loaded } from '@boardwalk/store'
import type { World } from '@boardwalk/engine'
import { fold } from './fold.ts'
import type { Journey, Outcome } from './journey.ts'
import { createLane } from './lane.ts'
import type { LiveCatalogue } from './live-catalogue.ts'

/** The one way a person's onboarding is read and changed: load, decide, commit; on a lost race again. */
export type Road = {
  readonly travel: (journey: Journey) => Promise<Outcome>
  /** Resolves when every journey under way has arrived. */
  readonly idle: () => Promise<void>
}

type Traveller = {
  readonly journey: Journey
  readonly arrive: (outcome: Outcome) => void
  readonly fail: (error: unknown) => void
  /** Races lost so far. */
  lost: number
  arrived: boolean
}

/** Travellers of one person, and what was decided for them. */
type Group = {
  readonly travellers: readonly Traveller[]
  readonly outcomes: readonly Outcome[]
  readonly change: Change
}

export type RoadOptions = {
  readonly database: Database
  readonly catalogue: LiveCatalogue
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Told what was committed, once, after it was. */
  readonly onCommitted: (change: Change) => void
}

// 500 rows a statement is the knee measured on two cores; beyond, a batch only makes its first member wait.
const batchLimit = 500
// Each lost race means that somebody else of the same person or account won it, so this many are no accident.
const mostLostRaces = 100

const accountAsked = ({ claims }: Journey): string | null | undefined => claims.account

const groupByPerson = (travellers: readonly Traveller[]): Traveller[][] => {
  const groups = new Map<string, Traveller[]>()
  for (const traveller of travellers) {
    const group = groups.get(traveller.journey.userId)
    if (group) group.push(traveller)
    else groups.set(traveller.journey.userId, [traveller])
  }
  return [...groups.values()]
}

/** Those that act for the same account as the first can be decided on one load; the others wait for the next. */
const sameAccount = (group: readonly Traveller[]): [Traveller[], Traveller[]] => {
  const account = group[0] && accountAsked(group[0].journey)
  const fits = (traveller: Traveller): boolean => accountAsked(traveller.journey) === account
  return [group.filter(fits), group.filter((traveller) => !fits(traveller))]
}

const askFor = (group: readonly Traveller[]): Asked => ({
  userId: group[0]?.journey.userId ?? '',
  account: group[0] && accountAsked(group[0].journey),
  keys: group.flatMap(({ journey }) => journey.idempotency?.key ?? []),
})

const arriveAt = (traveller: Traveller, outcome: Outcome): void => {
  traveller.arrived = true
  traveller.arrive(outcome)
}

const failAt = (traveller: Traveller, error: unknown): void => {
  traveller.arrived = true
  traveller.fail(error)
}

const arrive = ({ travellers, outcomes }: Group): void =>
  travellers.forEach((traveller, index) => {
    const outcome = outcomes[index]
    if (outcome) arriveAt(traveller, outcome)
  })

/** Those who may try again; whoever has lost too often is told so. */
const lose = (travellers: readonly Traveller[]): Traveller[] =>
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

export const createRoad = ({ database, catalogue, clock, onCommitted }: RoadOptions): Road => {
  const loadGroups = async (groups: readonly Traveller[][]): Promise<{ people: Loaded[]; world: World }> => {
    const { people, catalogueRevision } = await load(database.query, groups.map(askFor))
    return { people, world: { catalogue: await catalogue.at(catalogueRevision), now: clock() } }
  }

  const decide = (travellers: readonly Traveller[], loaded: Loaded, world: World): Group | undefined => {
    try {
      return {
        travellers,
        ...fold(
          travellers.map(({ journey }) => journey),
          loaded,
          world,
        ),
      }
    } catch (error) {
      // Together they are one change, so that none of it is written.
      travellers.forEach((traveller) => failAt(traveller, error))
      return undefined
    }
  }

  const commitGroups = async (groups: readonly Group[]): Promise<readonly boolean[]> => {
    if (groups.length === 0) return []
    return commit(
      database.query,
      groups.map(({ change }) => change),
    )
  }

  /** One statement each way for all of them. Answers those who have to travel again. */
  const travelTogether = async (travellers: readonly Traveller[]): Promise<Traveller[]> => {
    const split = groupByPerson(travellers).map(sameAccount)
    const later = split.flatMap(([, others]) => others)
    const asked = split.map(([group]) => group)
    const { people, world } = await loadGroups(asked)
    const groups = asked.flatMap((group, index) => {
      const loaded = people[index]
      return (loaded && decide(group, loaded, world)) ?? []
    })
    const [changed, unchanged] = [
      groups.filter(({ change }) => isChange(change)),
      groups.filter(({ change }) => !isChange(change)),
    ]
    unchanged.forEach(arrive)
    const [now, afterwards] = withoutSharedFlows(changed)
    const won = await commitGroups(now)
    now.forEach((group, index) => {
      if (!won[index]) return
      arrive(group)
      onCommitted(group.change)
    })
    const again = now.filter((_, index) => !won[index]).flatMap((group) => lose(group.travellers))
    return [...again, ...later, ...afterwards.flatMap((group) => group.travellers)]
  }

  const run = async (travellers: readonly Traveller[]): Promise<readonly Traveller[]> => {
    try {
      return await travelTogether(travellers)
    } catch (error) {
      const waiting = travellers.filter((traveller) => !traveller.arrived)
      if (isSerializationFailure(error)) return lose(waiting)
      if (waiting.length === 1 || isConnectionLost(error) || isTimedOut(error)) {
        waiting.forEach((traveller) => failAt(traveller, error))
        return []
      }
      // One of them made the statement fail; alone, it fails alone.
      const again: Traveller[] = []
      for (const traveller of waiting) again.push(...(await run([traveller])))
      return again
    }
  }

  const key = ({ journey }: Traveller): string => journey.userId
  const slots = database.kind === 'embedded' ? 1 : 2
  const writing = createLane<Traveller>({ slots, limit: batchLimit, key, run })

  const look = async (travellers: readonly Traveller[]): Promise<readonly Traveller[]> => {
    try {
      const groups = travellers.map((traveller) => [traveller])
      const { people, world } = await loadGroups(groups)
      travellers.forEach((traveller, index) => {
        const loaded = people[index]
        const group = loaded && decide([traveller], loaded, world)
        if (group === undefined) return
        if (isChange(group.change)) writing.push(traveller)
        else arrive(group)
      })
    } catch (error) {
      travellers.forEach((traveller) => failAt(traveller, error))
    }
    return []
  }

  // Reads never wait for the commits of others: most of them find nothing to write.
  const reading = createLane<Traveller>({ slots, limit: batchLimit, run: look })

  const travel = (journey: Journey): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const traveller = { journey, arrive: resolve, fail: reject, lost: 0, arrived: false }
      ;(journey.mayChange ? writing : reading).push(traveller)
    })

  return {
    travel,
    idle: async () => {
      await reading.idle()
      await writing.idle()
    },
  }
}
