import { readHappenings, type Happened } from '@boardwalk/store'
import type { Follower } from '../following/follow-happenings.ts'

/** Hears of happenings in the host's own process. */
export type Listener = {
  /** 1 to 64 lower-case letters, digits, `_` or `-`. How far it came is kept under this name: a new name begins with what happens from then on. */
  readonly name: string
  /** Such as `onboarding.step_completed`; absent: all. */
  readonly types?: readonly string[]
  /**
   * Called with one happening after the other, those of a person in order, and in one process at a time. Called again
   * with the same after a crash or when it throws (after 1, 2, 4 … 30 seconds), so it must not mind: `id` tells whether
   * it has seen it. Until it succeeds it hears of nothing else; other listeners, webhooks and people go on.
   */
  readonly handle: (happened: Omit<Happened, 'cursor'>) => Promise<void> | void
}

const nameShape = /^[a-z][a-z0-9_-]{0,63}$/

/** Throws a TypeError when names are unfit or stand twice. */
export const checkListeners = (listeners: readonly Listener[]): void => {
  const names = listeners.map(({ name }) => name)
  const unfit = names.find((name, index) => !nameShape.test(name) || names.indexOf(name) !== index)
  if (unfit !== undefined)
    throw new TypeError(
      `listeners has the name ${JSON.stringify(unfit)}, expected a name of its own: a lower-case letter, then up to 63 lower-case letters, digits, "_" or "-".`,
    )
}

export const listenerFollower = ({ name, types, handle }: Listener): Follower => ({
  name: `listener:${name}`,
  read: readHappenings,
  handle: async (page, done) => {
    for (const { cursor, ...happened } of page) {
      if (types === undefined || types.includes(happened.type)) await handle(happened)
      done(cursor)
    }
  },
})
