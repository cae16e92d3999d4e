import { isInShare } from './assignment/share.ts'
import type { Person } from './person.ts'

/** Who gets a flow at all, and what of it. */
export type Release = {
  /** The switch. Off, nobody has the flow; what they did in it is kept. */
  readonly enabled: boolean
  /** Steps, and the whole flow, may be skipped. */
  readonly skipEnabled: boolean
  /** The reminder may be snoozed. */
  readonly snoozeEnabled: boolean
  /** Gates stop those who have not done what they ask for. */
  readonly guardRailsEnabled: boolean
  /** From 0 to 100, in steps of 2^-32. */
  readonly rolloutPercentage: number
  /** null: every market; an empty list: none. */
  readonly marketWhitelist: readonly string[] | null
  /** User ids that have the flow whatever their market, sign-up and luck. */
  readonly userWhitelist: readonly string[]
  /** Only those who signed up with the host at this moment (ISO 8601) or later; null: all. */
  readonly signedUpAfter: string | null
}

/** Of a flow for which nothing was set. */
export const releasedToAll: Release = {
  enabled: true,
  skipEnabled: true,
  snoozeEnabled: true,
  guardRailsEnabled: true,
  rolloutPercentage: 100,
  marketWhitelist: null,
  userWhitelist: [],
  signedUpAfter: null,
}

/** Which setting decided, and what it was compared with. `found` is absent when the fact is unknown. */
export type ReleaseDecision = {
  readonly on: boolean
  readonly decidedBy: keyof Release
  readonly expected?: unknown
  readonly found?: unknown
}

/** A release as it is asked, over and over. */
export type CompiledRelease = {
  readonly settings: Release
  /** Rises with every change; 0 while nothing was ever set. */
  readonly revision: number
  readonly decide: (person: Pick<Person, 'userId' | 'facts'>) => ReleaseDecision
}

const found = (value: string | undefined) => (value === undefined ? {} : { found: value })

/**
 * Asked at each read, in this order: the switch beats all; whoever is on the list is in; then market, sign-up and
 * percentage have to let them in, and the first that does not is the reason. An unknown fact fits nothing.
 */
export const compileRelease = (
  flow: string,
  settings: Release = releasedToAll,
  revision = 0,
): CompiledRelease => {
  const { enabled, rolloutPercentage, marketWhitelist, signedUpAfter } = settings
  const users = new Set(settings.userWhitelist)
  const markets = marketWhitelist && new Set(marketWhitelist)
  const from = signedUpAfter === null ? -Infinity : Date.parse(signedUpAfter)
  const decide: CompiledRelease['decide'] = ({ userId, facts: { market, createdAt } }) => {
    if (!enabled) return { on: false, decidedBy: 'enabled' }
    if (users.has(userId)) return { on: true, decidedBy: 'userWhitelist', found: userId }
    if (markets && !(market !== undefined && markets.has(market)))
      return { on: false, decidedBy: 'marketWhitelist', expected: marketWhitelist, ...found(market) }
    // Of a sign-up that nobody told, or that is no time, the comparison is false.
    if (signedUpAfter !== null && !(Date.parse(createdAt ?? '') >= from))
      return { on: false, decidedBy: 'signedUpAfter', expected: signedUpAfter, ...found(createdAt) }
    const on = isInShare(`release:${flow}`, userId, rolloutPercentage)
    return { on, decidedBy: 'rolloutPercentage', expected: rolloutPercentage }
  }
  return { settings, revision, decide }
}
