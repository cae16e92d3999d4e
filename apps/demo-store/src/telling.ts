import type { Boardwalk, Identity } from '@boardwalk/server'
import type { Person, Shop, Shops } from './shops.ts'
import type { Log } from './store.ts'

export type Telling = {
  /** Makes sure that Boardwalk knows the facts of this person; false while it is away. */
  readonly tell: (person: Person) => Promise<boolean>
  /** The person did it, and the store saw it; false while Boardwalk is away. Telling it again changes nothing. */
  readonly prove: (person: Person, step: string) => Promise<boolean>
  /** The facts have changed. */
  readonly forget: (person: Person) => void
}

/** What Boardwalk gets to know of a person. It needs no e-mail address, so it gets none. */
export const identityOf = (person: Person, shop: Shop): Identity => ({
  userId: person.id,
  role: person.role,
  plan: shop.plan,
  market: shop.market,
  locale: person.language,
  createdAt: person.createdAt,
  account: shop.id,
  attributes: { name: person.name },
})

const ours = new Set(['conflict', 'internal', 'SERVICE_UNAVAILABLE'])

/** The flow has no such step for this person (any more): the team may change it whenever they like. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error && error.name === 'Failure' && 'code' in error && !ours.has(String(error.code))

type Options = {
  readonly verbs: Boardwalk['verbs']
  readonly shops: Shops
  readonly log: Log
}

export const createTelling = ({ verbs, shops, log }: Options): Telling => {
  // Of this process only: a database that was changed for another while we were stopped is told anew.
  const told = new Map<string, Promise<boolean>>()

  const put = async (person: Person): Promise<boolean> => {
    const { userId, ...facts } = identityOf(person, shops.shopOf(person))
    try {
      await verbs.putUser(userId, facts)
      return true
    } catch (error) {
      told.delete(userId)
      log.warn({ event: 'store.person_not_told', err: error }, 'Boardwalk is told of this person later')
      return false
    }
  }

  const tell = (person: Person): Promise<boolean> => {
    const telling = told.get(person.id) ?? put(person)
    told.set(person.id, telling)
    return telling
  }

  return {
    tell,
    forget: ({ id }) => void told.delete(id),
    prove: async (person, step) => {
      if (!(await tell(person))) return false
      try {
        await verbs.changeStep(person.id, { id: step, status: 'done' })
        return true
      } catch (error) {
        const refused = isRefusal(error)
        log.warn({ event: 'store.step_not_proved', step, refused, err: error })
        return refused
      }
    },
  }
}
