import { describe, inject } from 'vitest'
// oxlint-disable-next-line import/no-unassigned-import -- only for the types it declares
import '../provided-context.ts'

/** Runs a suite with the broker of the run, and skips it by name where none can be had. Topics are the suite's own to name. */
export async function forKafka(suite: (brokers: string[]) => void): Promise<void> {
  const answer = await fetch(inject('kafkaDoor'))
  const text = await answer.text()
  if (!answer.ok && process.env['CI'] === 'true') throw new Error(text)
  describe.skipIf(!answer.ok)('on Kafka', () => suite(answer.ok ? (JSON.parse(text) as string[]) : []))
}
