import type pg from 'pg'
import type { Measured } from './measured.ts'
import { startBoardwalk, type Process } from './processes.ts'

export const schema = 'bench'
export const apiKey = 'a-benchmark-api-key-of-more-than-32-bytes'
export const secret = 'a benchmark secret of more than thirty-two bytes'

/** A database with people in it. */
export type Stage = {
  readonly admin: pg.Client
  readonly url: string
  readonly folder: string
  readonly people: number
  readonly days: number
  /** Where the days end. */
  readonly until: Date
}

export const serve = (url: string): Promise<Process> =>
  startBoardwalk({
    DATABASE_URL: url,
    BOARDWALK_SCHEMA: schema,
    BOARDWALK_JWT_SECRET: secret,
    BOARDWALK_API_KEY: apiKey,
  })

export const numberOf = async ({ admin }: Stage, sql: string): Promise<number> =>
  Number(Object.values((await admin.query(sql)).rows[0])[0])

/** A figure that no other stands beside. */
export const line = (name: string, ours: number, unit: string, aim = '–', note?: string): Measured => ({
  name,
  ours,
  peer: Number.NaN,
  peerName: '–',
  unit,
  ratio: Number.NaN,
  aim,
  n: 1,
  ...(note !== undefined && { note }),
})
