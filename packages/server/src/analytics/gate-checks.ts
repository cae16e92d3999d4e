import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Segment } from '@boardwalk/engine'
import { addChecks, type Checks, type Database } from '@boardwalk/store'

export type GateChecks = {
  readonly count: (segment: Segment) => void
  /** Writes down what is counted; what cannot be written is kept. */
  readonly flush: () => Promise<void>
  readonly stop: () => Promise<void>
}

const hourMs = 3_600_000
const flushMs = 2_000
// Of more at a time only the flows are told apart: facts are whatever hosts say, and the database may be away for long.
const mostKinds = 5_000

const unknown = { market: '', plan: '', role: '', locale: '' }

/** Counts how often gates were asked, and writes it down every two seconds. */
export const gateChecks = (
  database: Pick<Database, 'query' | 'transaction'>,
  clock: () => number,
  log: Logger,
): GateChecks => {
  const process = randomUUID()
  let counted = new Map<string, Checks>()
  // Perhaps written, if only the answer was lost: it keeps its number until the database says so.
  let writing: readonly Checks[] = []
  let number = 0

  const add = ({ segment, begins, checked }: Checks): void => {
    const kind = JSON.stringify([begins, ...Object.values(segment)])
    const known = counted.get(kind)
    const told = known || counted.size < mostKinds ? segment : { ...segment, ...unknown }
    const key = told === segment ? kind : JSON.stringify([begins, ...Object.values(told)])
    const before = counted.get(key)?.checked ?? 0
    counted.set(key, { segment: told, begins, checked: before + checked })
  }

  const take = (): void => {
    if (writing.length > 0) return
    writing = [...counted.values()]
    counted = new Map()
    number += 1
  }

  const flush = async (): Promise<void> => {
    try {
      while (writing.length + counted.size > 0) {
        take()
        await addChecks(database, { process, number }, writing)
        writing = []
      }
    } catch (error) {
      log.warn({ event: 'onboarding.checks_not_counted', err: error }, 'will try again')
    }
  }

  let flushing = Promise.resolve()
  const timer = setInterval(() => {
    flushing = flushing.then(flush)
  }, flushMs).unref()

  return {
    flush,
    count: (segment) => add({ segment, begins: Math.floor(clock() / hourMs) * hourMs, checked: 1 }),
    stop: async () => {
      clearInterval(timer)
      await flushing
      await flush()
    },
  }
}
