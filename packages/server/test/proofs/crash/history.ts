import { appendFileSync, readFileSync } from 'node:fs'

/** What a client asks for. `key` is the Idempotency-Key; `ref` names one event wherever it shows. */
export type Action =
  | { readonly do: 'read' }
  | { readonly do: 'complete'; readonly step: string; readonly key?: string }
  | {
      readonly do: 'event'
      readonly event: string
      readonly ref: string
      readonly step?: string
      /** Told through Kafka: its answer says that it waits there. */
      readonly waits?: true
    }
  | { readonly do: 'snooze'; readonly key: string }
  | { readonly do: 'gate'; readonly step: string }
  | { readonly do: 'consent' }
  | { readonly do: 'erase' }

export type Invoked = {
  readonly kind: 'invoke'
  readonly op: string
  /** Microseconds of the machine's monotonic clock, the same in all processes. */
  readonly at: number
  readonly userId: string
  readonly accountId: string
  readonly action: Action
}

/** A lost answer is `unknown`, never `fail`: what was asked may have happened, or may yet. */
export type Ended = {
  readonly kind: 'ok' | 'fail' | 'unknown'
  readonly op: string
  readonly at: number
  readonly status?: number
  /** What was read: step → status. */
  readonly seen?: { readonly [step: string]: string }
}

export type Entry = Invoked | Ended

/** One thing asked, with how it ended. */
export type Op = Invoked & { readonly end: Ended }

export const now = (): number => Number(process.hrtime.bigint() / 1000n)

/** Appends to a file outside of what is tested. */
export const recordTo =
  (file: string) =>
  (entry: Entry): void =>
    appendFileSync(file, `${JSON.stringify(entry)}\n`)

/** All that was asked, in the order of asking; what never ended is unknown. */
export const readHistory = (file: string): Op[] => {
  const lines = readFileSync(file, 'utf8').split('\n')
  const entries = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Entry)
  const ends = new Map(entries.flatMap((entry) => (entry.kind === 'invoke' ? [] : [[entry.op, entry]])))
  return entries.flatMap((entry) =>
    entry.kind === 'invoke'
      ? [{ ...entry, end: ends.get(entry.op) ?? { kind: 'unknown', op: entry.op, at: Infinity } }]
      : [],
  )
}
