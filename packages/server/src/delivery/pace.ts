import type { Tried } from './attempt.ts'

/** How many deliveries a webhook may have under way from this process: more and more while it answers quickly. */
export type Pace = {
  readonly note: (tried: Tried) => void
  readonly of: (webhookId: string) => number
  /** The webhooks that have shown more than what any may have. */
  readonly known: () => Iterable<string>
}

/** What any webhook may have under way. */
export const fewest = 8
const most = 64
const quickMs = 250

export const createPace = (): Pace => {
  const paces = new Map<string, number>()
  const of = (webhookId: string): number => paces.get(webhookId) ?? fewest
  return {
    of,
    known: () => paces.keys(),
    note: ({ head: { claim }, settled, receiver }) => {
      const { webhookId } = claim
      const isQuick = receiver === 'answered' && (settled.durationMs ?? Infinity) <= quickMs
      if (isQuick) paces.set(webhookId, Math.min(most, of(webhookId) + 1))
      else if (receiver !== 'unknown') paces.delete(webhookId)
    },
  }
}
