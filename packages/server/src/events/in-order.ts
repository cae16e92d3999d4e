import type { EventSent } from '@boardwalk/contract'

type Turn = {
  readonly type: EventSent['type']
  /** When those taken together may begin, and when all up to here have ended. */
  readonly begins: Promise<unknown>
  readonly ends: Promise<unknown>
}

/** In whose lines an event waits; no person has the id ''. */
const linesOf = (event: EventSent): string[] =>
  event.type === 'alias' ? [event.userId, event.previousId, ''] : [event.userId]

/**
 * Takes the events of one person in the order given, those of different people side by side. What people did travels
 * together, and the road keeps its order; who they are decides what they see, so it waits and is waited for. An alias is
 * both people's; and one waits for the other, because each has a transaction, and connections are few.
 */
export const inOrder = <Result>(take: (event: EventSent) => Promise<Result>) => {
  const lastTurns = new Map<string, Turn>()
  return (event: EventSent): Promise<Result> => {
    const { type } = event
    const lines = linesOf(event)
    const lasts = lines.flatMap((line) => lastTurns.get(line) ?? [])
    const [last] = lasts
    const together = type === 'track' && last?.type === 'track'
    // The same promise, so that those who travel together begin in the same moment.
    const begins = together ? last.begins : Promise.all(lasts.map((one) => one.ends))
    const result = begins.then(() => take(event))
    const ends = Promise.all([...lasts.map((one) => one.ends), result])
    // Whoever waits for the result is told; those behind do not begin.
    ends.catch(() => undefined)
    for (const line of lines) lastTurns.set(line, { type, begins, ends })
    return result
  }
}
