import type { Host } from './host.ts'
import { liveWith } from './life.ts'
import { momentFrom, moments } from './moments.ts'
import type { Newcomer } from './newcomers.ts'

type Playing = { readonly who: Newcomer; readonly life: AsyncGenerator<number, void> }

export type Stage = {
  readonly host: Host
  readonly newcomers: Iterator<Newcomer>
  readonly from: number
  readonly until: number
  /** Milliseconds since 1970: what Boardwalk's clock says from now on. */
  readonly setClock: (at: number) => void
  /** Before anything happens at a moment; `came` so far. False stops. */
  readonly onMoment: (at: number, came: number) => Promise<boolean>
}

const byShop = (playing: readonly Playing[]): Playing[][] => {
  const shops = new Map<string, Playing[]>()
  for (const one of playing) {
    const known = shops.get(one.who.shop.id)
    if (known) known.push(one)
    else shops.set(one.who.shop.id, [one])
  }
  return [...shops.values()]
}

/**
 * Lets everybody live, moment after moment. At one moment all act at once, so that they travel together; members of one
 * shop one after another, so that it comes out the same each time. Answers how many came.
 */
export const play = async ({ host, newcomers, from, until, setClock, onMoment }: Stage): Promise<number> => {
  const due = new Map<number, Playing[]>()
  const later = (at: number, playing: Playing): void => {
    const known = due.get(at)
    if (known) known.push(playing)
    else due.set(at, [playing])
  }
  const actAll = async (playing: readonly Playing[], now: number): Promise<void> => {
    for (const one of playing) {
      const pause = await one.life.next()
      const next = pause.done ? until : momentFrom(now + Math.max(1, pause.value))
      if (next < until) later(next, one)
    }
  }
  let came = 0
  let next = newcomers.next()
  for (const now of moments(from, until)) {
    if (!(await onMoment(now, came))) return came
    while (!next.done && next.value.at <= now) {
      came += 1
      later(now, { who: next.value, life: liveWith(host, next.value) })
      next = newcomers.next()
    }
    const playing = due.get(now)
    if (playing === undefined) continue
    due.delete(now)
    setClock(now)
    // In the order in which they came, whoever was waited for.
    playing.sort((a, b) => (a.who.userId < b.who.userId ? -1 : 1))
    await Promise.all(byShop(playing).map((members) => actAll(members, now)))
  }
  return came
}
