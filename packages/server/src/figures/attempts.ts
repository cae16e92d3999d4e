import type { Operation } from '@boardwalk/contract'
import { readBlocks, readGates, readNudges, type Query } from '@boardwalk/store'
import { namesOf } from './funnel.ts'
import { piecesOfSlices, type Subject } from './question.ts'
import { daysOf, floorHour, hourMs, slicesOf, wholeOf, type Range, type Slice } from './range.ts'
import { byDay, rate, total, withGroups } from './sums.ts'

type Asked = Pick<Operation<'getAbandonment'>['query'], 'by'>

const slicesAsked = (range: Range, { by }: Asked, limits: readonly number[] = []): Slice[] =>
  slicesOf(by === 'day' ? daysOf(range) : [wholeOf(range)], limits)

type BlockRow = Awaited<ReturnType<typeof readBlocks>>[number]

/** Attempts before the limit have had their hour. */
const stoppedOf = (rows: readonly BlockRow[], slices: readonly Slice[]) => {
  const young = rows.filter(({ label }) => slices[label]?.part !== 0)
  const old = rows.filter(({ label }) => slices[label]?.part === 0)
  const blocked = total(old, ({ counts }) => counts.blocked)
  const recovered = total(old, ({ counts }) => counts.recovered)
  const abandoned = blocked - recovered
  const inWindow = total(young, ({ counts }) => counts.blocked)
  return { blocked, recovered, abandoned, rate: rate(abandoned, blocked), inWindow }
}

export const abandonmentOf = async (
  query: Query,
  asked: Asked,
  { flow, whom }: Subject,
  range: Range,
  now: number,
) => {
  const slices = slicesAsked(range, asked, [floorHour(now) - hourMs])
  const rows = await readBlocks(query, whom, piecesOfSlices(slices))
  const figuresOf = (all: readonly BlockRow[]) => {
    const own = Map.groupBy(all, ({ key }) => key)
    const steps = namesOf(flow, [...own.keys()]).filter(({ lineage }) => own.has(lineage))
    return {
      ...stoppedOf(all, slices),
      steps: steps.map(({ lineage, id, ...more }) => ({
        id,
        ...stoppedOf(own.get(lineage) ?? [], slices),
        ...more,
      })),
      ...(asked.by === 'day' && { days: byDay(all, slices, (some) => stoppedOf(some, slices)) }),
    }
  }
  return withGroups(rows, whom.compare !== null, figuresOf, ({ blocked, inWindow }) => blocked + inWindow)
}

type GateRow = Awaited<ReturnType<typeof readGates>>[number]

const checkedOf = (rows: readonly GateRow[]) => {
  const checked = total(rows, (row) => (row.of === 'check' ? row.counts.checked : 0))
  const blocked = total(rows, (row) => (row.of === 'block' ? row.counts.blocked : 0))
  return { checked, blocked, share: rate(blocked, checked) }
}

export const gatesOf = async (query: Query, asked: Asked, { flow, whom }: Subject, range: Range) => {
  const slices = slicesAsked(range, asked)
  const rows = await readGates(query, whom, piecesOfSlices(slices))
  const figuresOf = (all: readonly GateRow[]) => {
    const own = Map.groupBy(all, ({ key }) => key)
    const steps = namesOf(flow, [...own.keys()]).filter(({ lineage }) => own.has(lineage))
    return {
      ...checkedOf(all),
      steps: steps.map(({ lineage, id, ...more }) => ({
        id,
        blocked: checkedOf(own.get(lineage) ?? []).blocked,
        ...more,
      })),
      ...(asked.by === 'day' && { days: byDay(all, slices, checkedOf) }),
    }
  }
  return withGroups(rows, whom.compare !== null, figuresOf, ({ checked, blocked }) => checked + blocked)
}

type NudgeRow = Awaited<ReturnType<typeof readNudges>>[number]

const nudgedOf = (rows: readonly NudgeRow[]) => {
  const shown = total(rows, ({ counts }) => counts.shown)
  const snoozed = total(rows, ({ counts }) => counts.snoozed)
  const dismissed = total(rows, ({ counts }) => counts.dismissed)
  return { shown, snoozed, dismissed, snoozeRate: rate(snoozed, shown), dismissRate: rate(dismissed, shown) }
}

export const nudgesOf = async (query: Query, asked: Asked, { whom }: Subject, range: Range) => {
  const slices = slicesAsked(range, asked)
  const rows = await readNudges(query, whom, piecesOfSlices(slices))
  const figuresOf = (own: readonly NudgeRow[]) => ({
    ...nudgedOf(own),
    ...(asked.by === 'day' && { days: byDay(own, slices, nudgedOf) }),
  })
  const sizeOf = ({ shown, snoozed, dismissed }: ReturnType<typeof nudgedOf>): number =>
    shown + snoozed + dismissed
  return withGroups(rows, whom.compare !== null, figuresOf, sizeOf)
}
