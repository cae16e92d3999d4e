import { setTimeout as rest } from 'node:timers/promises'
import type { ImportResult, PersonInput } from '@boardwalk/contract'
import { AwayError, type Boardwalk } from '../call-boardwalk.ts'

type Sending = { readonly flow: string | undefined; readonly dryRun: boolean }

// Together a minute and a half: long enough for a Boardwalk that is started again.
const restsMs = [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000]

/** Sends people, and again while Boardwalk is away: an import that is repeated changes nothing twice. */
export const sendPeople = async (
  { call }: Boardwalk,
  people: readonly PersonInput[],
  { flow, dryRun }: Sending,
  tries: readonly number[] = restsMs,
): Promise<readonly ImportResult[]> => {
  const body = { ...(flow !== undefined && { flow }), dryRun, people }
  for (const restMs of tries) {
    try {
      return (await call<{ results: ImportResult[] }>('POST', '/api/admin/import', body)).body.results
    } catch (error) {
      if (!(error instanceof AwayError)) throw error
      await rest(restMs)
    }
  }
  return (await call<{ results: ImportResult[] }>('POST', '/api/admin/import', body)).body.results
}
