import { dayMs } from './spans.ts'
import type { Doing, Tally, ValueTally } from './tally.ts'

const lastDay = 30
/** Bounds of what is kept of one person, whatever the host sends: of more, the first names, and the earliest times. */
const mostEvents = 50
const mostWaiting = 100

const withDay = (tally: Tally, day: number): Tally =>
  day < 0 || day > lastDay || tally.days.includes(day)
    ? tally
    : { ...tally, days: [...tally.days, day].sort((a, b) => a - b) }

const withValue = (tally: Tally, event: string, at: number, day: number): Tally => {
  const known = tally.values.find((one) => one.event === event)
  if (known === undefined && tally.values.length >= mostEvents) return tally
  const { at: first = at, onDay1 = false, onDay7 = false } = known ?? {}
  const next: ValueTally = {
    event,
    at: Math.min(first, at),
    onDay1: onDay1 || day === 1,
    onDay7: onDay7 || day === 7,
  }
  if (known?.at === next.at && known.onDay1 === next.onDay1 && known.onDay7 === next.onDay7) return tally
  const values = known ? tally.values.map((one) => (one === known ? next : one)) : [...tally.values, next]
  return { ...tally, values }
}

const byTime = (a: Doing, b: Doing): number => a.at - b.at || ((a.event ?? '') < (b.event ?? '') ? -1 : 1)

const waitFor = (tally: Tally, doing: Doing): Tally => {
  const isKnown = tally.waiting.some(({ event, at }) => event === doing.event && at === doing.at)
  return isKnown ? tally : { ...tally, waiting: [...tally.waiting, doing].sort(byTime).slice(0, mostWaiting) }
}

/** Something that the person did themselves. Before they entered any flow it waits: nobody knows yet when they signed up. */
export const foldDoing = (tally: Tally, doing: Doing): Tally => {
  if (tally.signedUpAt === null) return waitFor(tally, doing)
  const { event, at } = doing
  const day = Math.floor((at - tally.signedUpAt) / dayMs)
  const valued = event === null ? tally : withValue(tally, event, at, day)
  return withDay(valued, day)
}
