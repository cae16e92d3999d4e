import type { ImportResult } from '@boardwalk/contract'

/** Something about some rows: how many, and the first of them. */
type Counted = { readonly count: number; readonly firstLine: number }

/** What has come of the rows so far; plain JSON, so that it can be laid down and taken up again. */
export type Tally = {
  /** Rows read, understood or not. */
  rows: number
  /** People, which may have several rows each. */
  imported: number
  unchanged: number
  refused: number
  /** Why rows were refused, the first ten thousand of them. */
  problems: { line: number; reason: string }[]
  /** By the reason and the step. */
  leftOut: Record<string, Record<string, Counted>>
}

const mostProblems = 10_000

export const emptyTally = (): Tally => ({
  rows: 0,
  imported: 0,
  unchanged: 0,
  refused: 0,
  problems: [],
  leftOut: {},
})

export const refuse = (tally: Tally, line: number, reason: string): void => {
  tally.refused += 1
  if (tally.problems.length < mostProblems) tally.problems.push({ line, reason })
}

export const leaveOut = (tally: Tally, line: number, step: string, reason: string): void => {
  const steps = (tally.leftOut[reason] ??= {})
  const known = Object.hasOwn(steps, step) ? steps[step] : undefined
  // The name comes from a file, and may be "__proto__".
  Object.defineProperty(steps, step, {
    value: { count: (known?.count ?? 0) + 1, firstLine: known?.firstLine ?? line },
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

export const note = (tally: Tally, line: number, result: ImportResult): void => {
  if (result.status === 'refused') refuse(tally, line, result.reason ?? 'refused')
  else tally[result.status] += 1
  for (const { step, reason } of result.leftOut ?? []) leaveOut(tally, line, step, reason)
}

const meanings: Readonly<Record<string, string>> = {
  unknown_step: 'is no step of the flow',
  required: 'is required, so nobody can have skipped it',
  no_account: 'belongs to an account, and the person has none',
  in_future: 'was done in the future',
}

const number = (value: number): string => value.toLocaleString('en')

const shownProblems = 20

/** What was done and what was not understood, for a person to read. */
export const summaryOf = (tally: Tally, dryRun: boolean): string => {
  const { rows, imported, unchanged, refused, problems, leftOut } = tally
  const steps = Object.entries(leftOut).flatMap(([reason, byStep]) =>
    Object.entries(byStep).map(
      ([step, { count, firstLine }]) =>
        `  step "${step}" ${meanings[reason] ?? reason}: left out ${number(count)} times, first at line ${firstLine}`,
    ),
  )
  const more = refused - Math.min(shownProblems, problems.length)
  return [
    `${number(rows)} rows: ${number(imported)} people ${dryRun ? 'would be ' : ''}imported, ${number(unchanged)} unchanged, ${number(refused)} refused${dryRun ? ' (dry run: nothing was written)' : ''}`,
    ...steps,
    ...problems.slice(0, shownProblems).map(({ line, reason }) => `  line ${line}: ${reason}`),
    ...(more > 0 ? [`  and ${number(more)} more; --report FILE has them`] : []),
  ].join('\n')
}
