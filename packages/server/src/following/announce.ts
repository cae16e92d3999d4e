import { announceHappenings, type Database } from '@boardwalk/store'

// Commits that come fast share one notice.
const restMs = 50

/** Wakes the readers of happenings in all processes, soon after it is called and seldom enough to cost nothing. */
export const announcer = (database: Database): (() => void) => {
  let due = false
  return () => {
    if (due) return
    due = true
    setTimeout(() => {
      due = false
      // Readers also look by themselves; a notice that fails only makes them later.
      announceHappenings(database.query).catch(() => undefined)
    }, restMs).unref()
  }
}
