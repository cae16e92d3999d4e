import type { Count, Segment } from './tally.ts'

/** The numbers of a row; what is none of them tells it apart from others. */
const numbers = {
  journey: ['enrolled', 'completed', 'skipped', 'signedUp'],
  step: ['offered', 'reached', 'done', 'skipped', 'inOrder'],
  duration: ['people'],
  value: ['people', 'withinDay', 'withinWeek', 'onDay1', 'onDay7'],
  return: ['people'],
  nudge: ['shown', 'snoozed', 'dismissed'],
  block: ['blocked', 'recovered'],
} satisfies { [Kind in Count['of']]: (keyof Extract<Count, { of: Kind }>)[] }

type Row = { readonly [column: string]: unknown }

const keyOf = (count: Count): string => {
  const { flow, version, arm, market, plan, role, locale } = count.segment
  const { of, begins, stepId, measure, bin, event, day }: Row = count
  return JSON.stringify([
    [flow, version, arm, market, plan, role, locale],
    [of, begins, stepId, measure, bin, event, day],
  ])
}

const withNumbers = (count: Count, numberOf: (column: string) => number): Count => {
  const changed: { [column: string]: number } = {}
  for (const column of numbers[count.of]) changed[column] = numberOf(column)
  return { ...count, ...changed }
}

const plus = (one: Row & Count, other: Row & Count): Count =>
  withNumbers(one, (column) => Number(one[column]) + Number(other[column]))

const minus = (one: Row & Count, other: Row & Count): Count =>
  withNumbers(one, (column) => Number(one[column]) - Number(other[column]))

const isZero = (count: Count): boolean => {
  const row: Row = count
  return numbers[count.of].every((column) => row[column] === 0)
}

/** The rows of one identity as one; without those that come to nothing. */
export const sumCounts = (counts: readonly Count[]): Count[] => {
  const sums = new Map<string, Count>()
  for (const count of counts) {
    const key = keyOf(count)
    const known = sums.get(key)
    sums.set(key, known ? plus(known, count) : count)
  }
  return [...sums.values()].filter((count) => !isZero(count))
}

/** The same taken back. */
export const negated = (counts: readonly (Row & Count)[]): Count[] =>
  counts.map((count) => withNumbers(count, (column) => 0 - Number(count[column])))

const isSame = (one: Row & Count, other: Row & Count): boolean =>
  numbers[one.of].every((column) => one[column] === other[column])

const isSameSegment = (one: Segment, other: Segment): boolean =>
  one === other ||
  (one.flow === other.flow &&
    one.version === other.version &&
    one.arm === other.arm &&
    one.market === other.market &&
    one.plan === other.plan &&
    one.role === other.role &&
    one.locale === other.locale)

const isLike = (one: Row & Count, other: Row & Count): boolean =>
  one.of === other.of &&
  one.begins === other.begins &&
  isSameSegment(one.segment, other.segment) &&
  one['stepId'] === other['stepId'] &&
  one['measure'] === other['measure'] &&
  one['bin'] === other['bin'] &&
  one['event'] === other['event'] &&
  one['day'] === other['day']

/**
 * What has to be added to `before` to get `after`. As counts of one person come in one order, each finds its like a few places
 * on; one that does not is taken back and told again, which sums to the same.
 */
export const difference = (before: readonly Count[], after: readonly Count[]): Count[] => {
  const changes: Count[] = []
  let next = 0
  for (const count of after) {
    let like = next
    while (like < before.length && !isLike(before[like] as Count, count)) like++
    const known = before[like]
    if (known === undefined) {
      changes.push(count)
      continue
    }
    if (like > next) changes.push(...negated(before.slice(next, like)))
    if (!isSame(known, count)) changes.push(minus(count, known))
    next = like + 1
  }
  return next < before.length ? [...changes, ...negated(before.slice(next))] : changes
}
