import type { Arm, Experiment } from './experiment.ts'
import { isInRange, pickShare } from './share.ts'

/** Who is to be put into an arm, and what is known of them. */
export type Asked = {
  /** The id of the experiment's unit: the user's own or their account's; null when they have none. */
  readonly unit: string | null
  readonly userId: string
  /** As conditions see them. */
  readonly facts: Readonly<Record<string, unknown>>
}

/** How a unit came to its arm. */
export type AssignmentSource = 'stored' | 'tester' | 'hash'

export type NotAssigned =
  | 'not_running'
  | 'not_started'
  | 'ended'
  | 'no_account'
  | 'arm_gone'
  | 'other_share_of_group'
  | 'condition'
  | 'entered_before'

export type AssignmentDecision =
  | { readonly arm: Arm; readonly source: AssignmentSource }
  | { readonly arm: null; readonly reason: NotAssigned }

const not = (reason: NotAssigned): AssignmentDecision => ({ arm: null, reason })

/**
 * The arm of a unit now, or why it has none. Whatever was stored decides, so that a new allocation moves nobody who has
 * begun; a tester's entry beats even that. Group, condition and hash are asked of those alone who have not begun.
 * Where a unit stands depends on the experiment's id and the unit's, and on nothing else.
 */
export const assign = (
  { id, document, status, lets, startsAtMs, endsAtMs }: Experiment,
  { unit, userId, facts }: Asked,
  now: number,
  stored?: { readonly arm: string },
): AssignmentDecision => {
  if (status !== 'running') return not('not_running')
  if (now < startsAtMs) return not('not_started')
  if (now >= endsAtMs) return not('ended')
  const { arms, allocation, exclusionGroup, testers = {} } = document
  const placed = (arm: string | undefined, source: AssignmentSource): AssignmentDecision => {
    const found = arms.find((one) => one.id === arm)
    return found ? { arm: found, source } : not('arm_gone')
  }
  if (Object.hasOwn(testers, userId)) return placed(testers[userId], 'tester')
  if (unit === null) return not('no_account')
  if (stored) return placed(stored.arm, 'stored')
  if (exclusionGroup && !isInRange(`group:${exclusionGroup.name}`, unit, exclusionGroup))
    return not('other_share_of_group')
  if (!lets(facts)) return not('condition')
  const shares = arms.map((arm) => allocation[arm.id] ?? 0)
  return placed(arms[pickShare(`experiment:${id}`, unit, shares)]?.id, 'hash')
}
