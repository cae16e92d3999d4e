import type { Boardwalk, Identity } from '@boardwalk/server'
import type { Person, Shop, Shops } from './shops.ts'
import type { Log } from './store.ts'

export type Telling = {
  /** Makes sure that Boardwalk knows the facts of this person; false while it is away. */
  readonly tell: (person: Person) => Promise<boolean>
  /** The person did it, and the store saw it; false while Boardwalk is away. Telling it again changes nothing. */
  readonly prove: (person: Person, step: string) => Promise<boolean>
  /** Boardwalk knows other facts than ours, or none any more; false while it is away. */
  readonly tellAgain: (person: Person) => Promise<boolean>
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

const codeOf = (error: unknown): unknown =>
  error instanceof Error && error.name === 'Failure' && 'code' in error ? error.code : undefined

// All that can be said against a proof: it overrides roles, order and clicks, and we name no flow.
const noSuchStep: ReadonlySet<unknown> = new Set(['step_not_found', 'not_enrolled'])

type Options = {
  readonly verbs: Boardwalk['verbs']
  readonly shops: Shops
  readonly log: Log
}

/** Whom the team erased is a customer still, and signed in: told again they come back, as a stranger to Boardwalk. */
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

  const tellAgain = (person: Person): Promise<boolean> => {
    told.delete(person.id)
    return tell(person)
  }

  const changeStep = async (person: Person, step: string): Promise<void> => {
    const done = () => verbs.changeStep(person.id, { id: step, status: 'done' })
    try {
      await done()
    } catch (error) {
      if (codeOf(error) !== 'person_erased' || !(await tellAgain(person))) throw error
      await done()
    }
  }

  return {
    tell,
    tellAgain,
    prove: async (person, step) => {
      if (!(await tell(person))) return false
      try {
        await changeStep(person, step)
        return true
      } catch (error) {
        // The team may take a step out of the flow whenever they like; there is nothing left to prove then.
        const gone = noSuchStep.has(codeOf(error))
        log.warn({ event: 'store.step_not_proved', step, gone, err: error })
        return gone
      }
    },
  }
}
