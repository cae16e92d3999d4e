import { chiSquareTail } from '../src/statistics/chi-square.ts'
import { alwaysValidInterval, proportionOf, sampleRatio, type Sample } from '../src/statistics/index.ts'

type Looks = {
  readonly runs: number
  readonly looks: number
  /** How many people come between two looks: in each arm, or in all when a split is tried. */
  readonly units: number
  readonly seed: number
}

/** In how many runs each rule saw a difference at any look, though both arms are of the same `rate`. */
export const alarmsWithoutDifference = ({ rate, ...looks }: Looks & { rate: number }) => {
  const alarms = { both: 0, low: 0, plain: 0 }
  const isExcluded = (limits: { low: number | null; high: number | null } | null): boolean =>
    limits !== null && ((limits.low ?? -1) > 0 || (limits.high ?? 1) < 0)
  for (const look of runsOf(looks, [rate, rate])) {
    const hit = { both: false, low: false, plain: false }
    for (const [control, treatment] of look) {
      hit.both ||= isExcluded(alwaysValidInterval(control, treatment))
      hit.low ||= isExcluded(alwaysValidInterval(control, treatment, { side: 'low' }))
      hit.plain ||= isExcluded(plainInterval(control, treatment))
    }
    for (const rule of ['both', 'low', 'plain'] as const) if (hit[rule]) alarms[rule]++
  }
  return alarms
}

/** After how many people over both arms the fall was seen, of each run in which it was. */
export const harmsFound = ({ rates, ...looks }: Looks & { rates: readonly [number, number] }): number[] => {
  const found: number[] = []
  for (const look of runsOf(looks, rates)) {
    for (const [control, treatment] of look) {
      if (alwaysValidInterval(control, treatment, { side: 'high' })!.high! >= 0) continue
      found.push(control.units + treatment.units)
      break
    }
  }
  return found
}

/** In how many runs each rule called a split of two arms wrong at any look, intended 50:50 and come as `share`. */
export const wrongSplitsCalled = ({ runs, looks, units, seed, share }: Looks & { share: number }) => {
  const chance = chanceFrom(seed)
  const alarms = { sequential: 0, plain: 0 }
  for (let run = 0; run < runs; run++) {
    let first = 0
    const hit = { sequential: false, plain: false }
    for (let look = 1; look <= looks; look++) {
      first += successes(chance, units, share)
      const all = look * units
      hit.sequential ||= sampleRatio([first, all - first], [50, 50]).pValue < 0.001
      hit.plain ||= chiSquareTail((2 * first - all) ** 2 / all, 1) < 0.001
    }
    for (const rule of ['sequential', 'plain'] as const) if (hit[rule]) alarms[rule]++
  }
  return alarms
}

/** What most people do by hand: 95 %, as if this were the only look. */
const plainInterval = (control: Sample, treatment: Sample) => {
  const reach = 1.96 * Math.sqrt(control.variance / control.units + treatment.variance / treatment.units)
  const difference = treatment.mean - control.mean
  return { low: difference - reach, high: difference + reach }
}

/** The arms at each look of each run. */
function* runsOf({ runs, looks, units, seed }: Looks, rates: readonly [number, number]) {
  const chance = chanceFrom(seed)
  for (let run = 0; run < runs; run++) {
    const done: [number, number] = [0, 0]
    yield Array.from({ length: looks }, (_, look) => {
      done[0] += successes(chance, units, rates[0])
      done[1] += successes(chance, units, rates[1])
      const came = (look + 1) * units
      return [proportionOf(done[0], came), proportionOf(done[1], came)] as const
    })
  }
}

export const successes = (chance: () => number, units: number, rate: number): number => {
  let count = 0
  for (let unit = 0; unit < units; unit++) if (chance() < rate) count++
  return count
}

/** sfc32 (Chris Doty-Humphrey, public domain): the same numbers from 0 to 1 for the same seed. */
export const chanceFrom = (seed: number): (() => number) => {
  let [a, b, c, counter] = [seed, 0x9e3779b9, 0x243f6a88, 1]
  const next = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let warmUp = 0; warmUp < 12; warmUp++) next()
  return next
}
