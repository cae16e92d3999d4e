import type { StoreView } from './store-view.ts'

/** What a page of somebody who is signed in comes with, so that it need not ask. */
export type PageState<Onboarding = unknown> = {
  readonly view: StoreView
  /** Absent when Boardwalk did not tell it in time: the page asks for it then. */
  readonly onboarding?: Onboarding
  /** How far the clock of the demo is set ahead. */
  readonly daysAhead: number
}

/** As the content of a script element: nothing in it can end the element. */
export const embedded = (state: PageState): string => JSON.stringify(state).replaceAll('<', '\\u003c')
