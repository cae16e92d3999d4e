import type { EventSent } from '@boardwalk/contract'

type Turn = {
  readonly type: EventSent['type']
  /** When those taken together may begin, and when all up to here have ended. */
  readonly begins: Promise<unknown>
  readonly ends: Promise<unknown>
}

/**
 * Takes the events of one person in the order given, those of different people side by side. What people did travels
 * together, and the road keeps its order; who they are decides what they see, so it waits and is waited for.
 */
export const inOrder = <Result>(take: (event: EventSent) => Promise<Result>) => {
  const lastTurns = new Map<string, Turn>()
  return (event: EventSent): Promise<Result> => {
    const { userId, type } = event
    const last = lastTurns.get(userId)
    const together = type === 'track' && last?.type === 'track'
    const begins = (together ? last.begins : last?.ends) ?? Promise.resolve()
    const result = begins.then(() => take(event))
    const ends = Promise.all([last?.ends, result])
    // Whoever waits for the result is told; those behind do not begin.
    ends.catch(() => undefined)
    lastTurns.set(userId, { type, begins, ends })
    return result
  }
}
