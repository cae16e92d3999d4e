import { createContext, useContext } from 'react'
import type { OnboardingClient } from '@boardwalk/client'
import type { StoreView } from '../../src/store-view.ts'

/** The signed-in person's store, and their onboarding. */
export type SignedInStore = {
  readonly view: StoreView
  readonly show: (view: StoreView) => void
  readonly read: () => Promise<void>
  readonly client: OnboardingClient
  readonly daysAhead: number
  readonly showDaysAhead: (days: number) => void
}

export const StoreContext = createContext<SignedInStore | undefined>(undefined)

/** For pages of members only: the server leads everybody else to the sign-in page. */
export const useStore = (): SignedInStore => {
  const store = useContext(StoreContext)
  if (store === undefined) throw new Error('Nobody is signed in on this page.')
  return store
}
