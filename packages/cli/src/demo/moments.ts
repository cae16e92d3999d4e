import { chanceOf } from './chance.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

// A batch of the road has one time. So in each hour things happen at five moments, close together first: what somebody
// does after a minute or two stays about that, and all who wait for the next moment travel together. Figures begin with
// the hour.
const offsetsMs = [0, 2, 6, 15, 35].map((minutes) => minutes * minuteMs)
const latestBeginMs = 20 * minuteMs

const beginOf = (hour: number): number =>
  hour * hourMs + Math.floor((chanceOf(0, hour).next() * latestBeginMs) / 1000) * 1000

/** The first moment at which something may happen, at this time or later. */
export const momentFrom = (at: number): number => {
  const hour = Math.floor(at / hourMs)
  const begin = beginOf(hour)
  const offset = offsetsMs.find((one) => begin + one >= at)
  return offset === undefined ? beginOf(hour + 1) : begin + offset
}

/** All moments from one time until another. */
export function* moments(from: number, until: number): Generator<number> {
  for (let at = momentFrom(from); at < until; at = momentFrom(at + 1)) yield at
}
