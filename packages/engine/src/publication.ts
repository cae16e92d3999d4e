/** What a publication means for people who are in the middle of the flow. */
export type Policy = 'move' | 'pin' | 'restart'

/** One time at which it was decided which version of a flow is in force; a rollback is one, too. */
export type Publication = {
  /** Rises from publication to publication. */
  readonly id: number
  readonly version: number
  readonly policy: Policy
  /** Whoever finished the flow has to do what this version asks of them besides. */
  readonly reopen: boolean
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The versions, of those there were, that people may be in who have caught up with all of these: the last one, and those that pins kept. */
export const versionsServed = (publications: readonly Publication[]): number[] => {
  const served = new Set<number>()
  for (const { version, policy } of publications) {
    if (policy !== 'pin') served.clear()
    served.add(version)
  }
  return [...served]
}
