import { chanceOf, type Chance } from './chance.ts'
import { dayMs, hourMs, momentFrom } from './moments.ts'

/** What the members of an account share. */
export type Shop = {
  readonly id: string
  /** Those who have been here, by user id. */
  readonly members: string[]
}

export type Newcomer = {
  readonly userId: string
  readonly at: number
  readonly shop: Shop
  readonly role: 'owner' | 'staff'
  readonly market: Market
  readonly plan: 'free' | 'team' | 'business'
  readonly locale: string
  /** They agree to be observed. */
  readonly agrees: boolean
  /** How much they want a shop: around 0, mostly between -1.5 and 1.5. */
  readonly drive: number
  readonly chance: Chance
}

type Market = keyof typeof markets

/** How many come from where, what they speak, how far their clock is from UTC, and how keen they are. */
const markets = {
  FR: { weight: 32, locale: 'fr', hoursAhead: 1, drive: 0 },
  DE: { weight: 24, locale: 'de', hoursAhead: 1, drive: 0.2 },
  US: { weight: 16, locale: 'en', hoursAhead: -6, drive: 0.1 },
  ES: { weight: 14, locale: 'es', hoursAhead: 1, drive: -0.3 },
  GB: { weight: 8, locale: 'en', hoursAhead: 0, drive: 0.05 },
  IT: { weight: 6, locale: 'it', hoursAhead: 1, drive: -0.2 },
} as const
const marketWeights = { FR: 32, DE: 24, US: 16, ES: 14, GB: 8, IT: 6 } as const satisfies Record<
  Market,
  number
>

const planWeights = { free: 62, team: 28, business: 10 } as const
const planDrive = { free: -0.25, team: 0.35, business: 0.6 } as const

/** From Sunday on. */
const weekdays = [0.6, 1.15, 1.2, 1.15, 1.1, 0.95, 0.55]
const hours = [2, 1, 1, 1, 1, 2, 4, 7, 12, 16, 18, 17, 14, 15, 17, 17, 15, 13, 12, 13, 14, 12, 8, 4]

const sums = (weights: readonly number[]): number[] => {
  let sum = 0
  return weights.map((weight) => (sum += weight))
}

/** Which of them it is, at this share of all. */
const at = (summed: readonly number[], share: number): number => {
  const sought = share * (summed.at(-1) ?? 0)
  let [low, high] = [0, summed.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((summed[middle] ?? 0) > sought) high = middle
    else low = middle + 1
  }
  return low
}

const days = 365
/** Nobody comes in the last two hours, so that the next moment is one of the year. */
const comingMs = days * dayMs - 2 * hourMs
const hoursSummed = sums(hours)

/** When each of them comes, by what `chanceOf(seed, number)` draws first: four times as many at the end as at the beginning. */
const timesOf = (seed: number, people: number, from: number): { number: number; at: number }[] => {
  const daysSummed = sums(
    Array.from({ length: days }, (_, day) => {
      const weekday = new Date(from + day * dayMs).getUTCDay()
      return (0.4 + (1.2 * day) / days) * (weekdays[weekday] ?? 1)
    }),
  )
  const times = Array.from({ length: people }, (_, number) => {
    const chance = chanceOf(seed, number)
    const { hoursAhead } = markets[chance.oneOf(marketWeights)]
    const day = Math.floor(from / dayMs) * dayMs - from + at(daysSummed, chance.next()) * dayMs
    const hour = (at(hoursSummed, chance.next()) + chance.next() - hoursAhead) * hourMs
    // What is beyond one end of the year is at the other.
    const within = (((day + hour) % comingMs) + comingMs) % comingMs
    return { number, at: momentFrom(from + within) }
  })
  return times.sort((a, b) => a.at - b.at || a.number - b.number)
}

const staffShare = 0.12
/** Who is invited is invited by one of the last shops. */
const recentShops = 300

/** Everybody who signs up within the year that begins then, in the order of time. */
export function* newcomers(seed: number, people: number, from: number): Generator<Newcomer> {
  const recent: Pick<Newcomer, 'shop' | 'market' | 'plan' | 'locale'>[] = []
  let [count, shops] = [0, 0]
  for (const { number, at: time } of timesOf(seed, people, from)) {
    count += 1
    const chance = chanceOf(seed, number)
    const market = chance.oneOf(marketWeights)
    const named = String(count).padStart(7, '0')
    // Drawn already: the day, the hour and the minute.
    for (let drawn = 0; drawn < 3; drawn++) chance.next()
    const inviter = chance.is(staffShare)
      ? recent[Math.floor(chance.next() * Math.min(recent.length, recentShops))]
      : undefined
    const own = {
      shop: { id: `demo-${seed}-shop-${named}`, members: [] },
      market,
      plan: chance.oneOf(planWeights),
      locale: markets[market].locale,
    }
    const here = inviter ?? own
    if (inviter === undefined) recent[shops++ % recentShops] = own
    yield {
      ...here,
      userId: `demo-${seed}-${named}`,
      at: time,
      role: inviter ? 'staff' : 'owner',
      agrees: chance.is(0.7),
      drive: markets[here.market].drive + planDrive[here.plan] + 0.8 * chance.normal(),
      chance,
    }
  }
}
