import { windowMs, type Operation } from '@boardwalk/contract'
import { readFunnel, type FlowAsked, type Query } from '@boardwalk/store'
import { piecesOfSlices, type Subject } from './question.ts'
import { daysOf, floorHour, slicesOf, wholeOf, type Range, type Slice } from './range.ts'
import { byDay, rate, total, withGroups } from './sums.ts'

type Asked = Operation<'getFunnel'>['query']
type Row = Awaited<ReturnType<typeof readFunnel>>[number]
type JourneyRow = Extract<Row, { of: 'journey' }>
type StepRow = Extract<Row, { of: 'step' }>

/** Beginnings before the limit have had their whole window. */
const matured = 0

const enteredOf = (rows: readonly JourneyRow[], slices: readonly Slice[]) => {
  const young = rows.filter(({ label }) => slices[label]?.part !== matured)
  const enrolled = total(rows, ({ counts }) => counts.enrolled)
  const completed = total(rows, ({ counts }) => counts.completed)
  return {
    enrolled,
    completed,
    skipped: total(rows, ({ counts }) => counts.skipped),
    inWindow: total(young, ({ counts }) => counts.enrolled - counts.completed),
    completionRate: rate(completed, enrolled),
  }
}

const maturedOf = (rows: readonly JourneyRow[], slices: readonly Slice[]) => {
  const old = rows.filter(({ label }) => slices[label]?.part === matured)
  const people = total(old, ({ counts }) => counts.enrolled)
  const completed = total(old, ({ counts }) => counts.completed)
  return { matured: people, completionRateMatured: rate(completed, people) }
}

/** What the step is called, by lineage: those of the version first, in its order. */
export const namesOf = (flow: FlowAsked | null, lineages: readonly (string | null)[]) => {
  const named = (flow?.steps ?? []).map(([id, lineage]) => ({ id, lineage }))
  const known = new Set(named.map(({ lineage }) => lineage))
  const others = [...new Set(lineages)].filter((lineage) => lineage !== null).filter((one) => !known.has(one))
  const removed = others.toSorted((a, b) => (a < b ? -1 : 1))
  return [...named, ...removed.map((id) => ({ id, lineage: id, removed: true as const }))]
}

const stepsOf = (
  rows: readonly StepRow[],
  flow: FlowAsked | null,
  enrolled: number,
  order: Asked['order'],
) => {
  const own = Map.groupBy(rows, ({ key }) => key)
  let before = enrolled
  return namesOf(flow, [...own.keys()]).map(({ lineage, id, ...more }) => {
    const sumOf = (name: keyof StepRow['counts']): number =>
      total(own.get(lineage) ?? [], ({ counts }) => counts[name])
    const [offered, reached, skipped] = [sumOf('offered'), sumOf('reached'), sumOf('skipped')]
    const done = order === 'strict' ? sumOf('inOrder') : sumOf('done')
    // Whoever did it out of order did it.
    const dropped = reached - sumOf('done') - skipped
    const ofPrevious = 'removed' in more ? null : rate(done, before)
    before = done
    return {
      id,
      offered,
      reached,
      done,
      skipped,
      dropOff: rate(dropped, enrolled),
      dropped,
      share: rate(done, enrolled),
      ofPrevious,
      completionRate: rate(done, reached),
      skipRate: rate(skipped, offered),
      ...more,
    }
  })
}

export const funnelOf = async (
  query: Query,
  asked: Asked,
  { flow, whom }: Subject,
  range: Range,
  now: number,
) => {
  const { window, order, by } = asked
  const slices = slicesOf(by === 'day' ? daysOf(range) : [wholeOf(range)], [
    floorHour(now - windowMs(window)),
  ])
  const rows = await readFunnel(query, whom, piecesOfSlices(slices))
  const figuresOf = (own: readonly Row[]) => {
    const journeys = own.filter((row) => row.of === 'journey')
    const steps = own.filter((row) => row.of === 'step')
    const entered = enteredOf(journeys, slices)
    return {
      ...entered,
      ...maturedOf(journeys, slices),
      steps: stepsOf(steps, flow, entered.enrolled, order),
      ...(by === 'day' && { days: byDay(journeys, slices, (some) => enteredOf(some, slices)) }),
    }
  }
  const figures = withGroups(rows, whom.compare !== null, figuresOf, ({ enrolled }) => enrolled)
  return { stepsOfVersion: flow?.version ?? null, window, order, ...figures }
}
