/** Who passed lately. Refusals are never kept: who has just finished a step must pass. */
export type KeptAnswers = {
  /** Milliseconds since the answer was asked for; undefined when there is none young enough. */
  readonly ageOf: (userId: string) => number | undefined
  readonly keep: (userId: string, askedAt: number) => void
}

export type KeptAnswersOptions = {
  /** Milliseconds; 0 keeps nothing. */
  readonly keepMs: number
  /** People; the one kept longest goes first. Default 10,000. */
  readonly most?: number
  /** Milliseconds that only rise. */
  readonly clock: () => number
}

export const keptAnswers = ({ keepMs, most = 10_000, clock }: KeptAnswersOptions): KeptAnswers => {
  const askedAtOf = new Map<string, number>()
  return {
    ageOf: (userId) => {
      const askedAt = askedAtOf.get(userId)
      if (askedAt === undefined) return undefined
      const age = clock() - askedAt
      if (age < keepMs) return age
      askedAtOf.delete(userId)
      return undefined
    },
    keep: (userId, askedAt) => {
      if (keepMs === 0) return
      askedAtOf.delete(userId)
      askedAtOf.set(userId, askedAt)
      if (askedAtOf.size <= most) return
      const [oldest] = askedAtOf.keys()
      if (oldest !== undefined) askedAtOf.delete(oldest)
    },
  }
}
