/** Who passed lately. Refusals are never kept: who has just finished a step must pass. */
export type KeptAnswers = {
  /** Milliseconds since the answer was asked for; undefined when there is none young enough for this person in this account. */
  readonly ageOf: (userId: string, account?: string) => number | undefined
  readonly keep: (userId: string, askedAt: number, account?: string) => void
}

export type KeptAnswersOptions = {
  /** Milliseconds; 0 keeps nothing. */
  readonly keepMs: number
  /** People; the one kept longest goes first. Default 10,000. */
  readonly most?: number
  /** Milliseconds that only rise. */
  readonly clock: () => number
}

type Kept = { readonly askedAt: number; readonly account: string | undefined }

export const keptAnswers = ({ keepMs, most = 10_000, clock }: KeptAnswersOptions): KeptAnswers => {
  const keptOf = new Map<string, Kept>()
  return {
    ageOf: (userId, account) => {
      const kept = keptOf.get(userId)
      if (kept === undefined || kept.account !== account) return undefined
      const age = clock() - kept.askedAt
      if (age < keepMs) return age
      keptOf.delete(userId)
      return undefined
    },
    keep: (userId, askedAt, account) => {
      if (keepMs === 0) return
      keptOf.delete(userId)
      keptOf.set(userId, { askedAt, account })
      if (keptOf.size <= most) return
      const [oldest] = keptOf.keys()
      if (oldest !== undefined) keptOf.delete(oldest)
    },
  }
}
