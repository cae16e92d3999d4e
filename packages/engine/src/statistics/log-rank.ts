import { chiSquareTail } from './chi-square.ts'
import { groupedByTime, type Observation } from './kaplan-meier.ts'

export type LogRank = {
  /** Null when there is nothing to compare. */
  readonly chiSquare: number | null
  /** The number of groups that are compared, less one; 0 when there are none. */
  readonly degreesOfFreedom: number
  /** How probable a difference of this size is where there is none. Null when there is nothing to compare. */
  readonly pValue: number | null
}

/**
 * The log-rank test (Mantel 1966): whether several groups get there equally fast. At each time at which somebody did, the
 * events of each group are compared with its share of those still on the way; the chi-square is the sum of differences,
 * squared, over its hypergeometric variance. This is `survdiff` of R's package survival, with rho = 0.
 *
 * Groups of which nobody was left at the first event are not compared. For a fixed end: looked at again and again, it finds
 * differences that are not there; always-valid intervals do not.
 */
export const logRank = (groups: readonly (readonly Observation[])[]): LogRank => {
  const { excess, variance, isCompared } = sumUp(groups)
  const compared = [...groups.keys()].filter((group) => isCompared[group])
  const degreesOfFreedom = Math.max(0, compared.length - 1)
  // One group follows from the others.
  const free = compared.slice(1)
  const weights = solve(
    free.map((row) => free.map((column) => variance[row]![column]!)),
    free.map((group) => excess[group]!),
  )
  if (free.length === 0 || weights === null) return { chiSquare: null, degreesOfFreedom, pValue: null }
  const chiSquare = Math.max(
    0,
    free.reduce((sum, group, index) => sum + excess[group]! * weights[index]!, 0),
  )
  return { chiSquare, degreesOfFreedom, pValue: chiSquareTail(chiSquare, degreesOfFreedom) }
}

/** Of each group the events above the expected ones, and the covariance of these differences. */
const sumUp = (groups: readonly (readonly Observation[])[]) => {
  const ofGroup = groups.map((observations) => {
    const times = groupedByTime(observations)
    return new Map(times.map((observation) => [observation.timeMs, observation]))
  })
  const atRisk = groups.map((observations) =>
    observations.reduce((people, { events, censored }) => people + events + censored, 0),
  )
  const excess = groups.map(() => 0)
  const variance = groups.map(() => groups.map(() => 0))
  const isCompared = groups.map(() => false)
  for (const { timeMs, events } of groupedByTime(groups.flat())) {
    const people = atRisk.reduce((sum, one) => sum + one, 0)
    for (const [row, here] of atRisk.entries()) {
      if (events === 0 || here === 0) continue
      isCompared[row] = true
      excess[row]! += (ofGroup[row]!.get(timeMs)?.events ?? 0) - (events * here) / people
      if (people === 1) continue
      const scale = (events * here * (people - events)) / (people * (people - 1))
      variance[row]![row]! += scale
      for (const [column, there] of atRisk.entries()) variance[row]![column]! -= (scale * there) / people
    }
    for (const [group, times] of ofGroup.entries()) {
      const left = times.get(timeMs)
      if (left) atRisk[group]! -= left.events + left.censored
    }
  }
  return { excess, variance, isCompared }
}

/** The x of matrix · x = right, by Gaussian elimination; null when the matrix, of no negative variance, is singular. */
const solve = (matrix: readonly (readonly number[])[], right: readonly number[]): number[] | null => {
  const rows = matrix.map((row, index) => [...row, right[index]!])
  for (const [index, pivot] of rows.entries()) {
    if (!(pivot[index]! > 0)) return null
    for (const row of rows.slice(index + 1)) {
      const factor = row[index]! / pivot[index]!
      for (let column = index; column < row.length; column++) row[column]! -= factor * pivot[column]!
    }
  }
  const x = right.map(() => 0)
  for (let index = rows.length - 1; index >= 0; index--) {
    const row = rows[index]!
    const known = x.reduce((sum, value, column) => sum + value * row[column]!, 0)
    x[index] = (row.at(-1)! - known) / row[index]!
  }
  return x
}
