import { readFile } from 'node:fs/promises'
import type { FlowInput } from '@boardwalk/contract'
import { createBoardwalk, databaseOf, logOf, type Boardwalk, type Configuration } from '@boardwalk/server'
import { isAnybodyKnown, migrate, openDatabase, ownMigrations, type Database } from '@boardwalk/store'
import { CommandError } from '../command.ts'
import { progressBar } from '../moving-in/progress-bar.ts'
import { hostOf, identify } from './host.ts'
import { dayMs } from './moments.ts'
import { newcomers } from './newcomers.ts'
import { play } from './play.ts'
import { addressesTold, allCounted, isServed, membersTold } from './quiet.ts'

export type Asked = {
  readonly people: number
  readonly seed: number
  /** When the year ends, in milliseconds since 1970. */
  readonly until: number
  /** Although there are people already. */
  readonly more: boolean
  readonly isStopped: () => boolean
}

export type Seeded = {
  readonly came: number
  /** How far the year was played. */
  readonly until: number
}

const days = 365
/** When the second version comes. */
const improvedAfterMs = 200 * dayMs

const readFlow = async (path: string): Promise<FlowInput> =>
  JSON.parse(await readFile(new URL(`../../../../flows/${path}`, import.meta.url), 'utf8')) as FlowInput

const refuseUnfit = async ({ query }: Database, { seed, more }: Asked): Promise<void> => {
  const elsewhere = 'or take another database (--data FOLDER, or DATABASE_URL)'
  if (await isServed(query))
    throw new CommandError(`Another process serves Boardwalk on this database: stop it first, ${elsewhere}.`)
  const [told] = await addressesTold(query)
  if (told !== undefined)
    throw new CommandError(
      `A webhook to ${told} would be told of the whole year: remove it first, ${elsewhere}.`,
    )
  if (await isAnybodyKnown(query, `demo-${seed}-`))
    throw new CommandError(
      `The people of seed ${seed} are here already: take another one (--seed NUMBER), ${elsewhere}.`,
    )
  if (!more && (await isAnybodyKnown(query)))
    throw new CommandError(`There are people in this database: say --more to add to them, ${elsewhere}.`)
}

const seedIn = async (
  boardwalk: Boardwalk,
  database: Database,
  setClock: (at: number) => void,
  asked: Asked,
) => {
  const { people, seed, until, isStopped } = asked
  const from = until - days * dayMs
  const { verbs } = boardwalk
  const [first, second] = await Promise.all([readFlow('shop.json'), readFlow('next/shop.json')])
  setClock(from)
  if (!(await verbs.hasFlow('shop'))) await verbs.publishFlow(first)
  const bar = progressBar('people')
  let reached = from
  let improved = false
  const onMoment = async (at: number, came: number): Promise<boolean> => {
    if (isStopped()) return false
    if (!improved && at >= from + improvedAfterMs) {
      // Whoever is still told of the first version is told at its time.
      await membersTold(database.query, isStopped)
      setClock(at)
      await verbs.publishFlow(second)
      improved = true
    }
    reached = at
    bar.show(came / people, came)
    return true
  }
  try {
    const stage = {
      host: hostOf(boardwalk),
      newcomers: newcomers(seed, people, from),
      from,
      until,
      setClock,
      onMoment,
    }
    const came = await play(stage)
    if (!isStopped()) {
      await membersTold(database.query, isStopped)
      await allCounted(database.query, isStopped)
      reached = until
    }
    return { came, until: reached }
  } finally {
    bar.end()
  }
}

/** A year of people in the database of the configuration. */
export const seedYear = async (configuration: Configuration, asked: Asked): Promise<Seeded> => {
  const database = await openDatabase(databaseOf(configuration))
  try {
    await migrate(database, await ownMigrations())
    await refuseUnfit(database, asked)
    let now = asked.until
    const { logLevel } = configuration
    const boardwalk = createBoardwalk({
      database,
      identify,
      clock: () => now,
      // Each step that somebody does is a line of level info.
      log: logOf({ logLevel: logLevel === 'info' || logLevel === 'debug' ? 'warn' : logLevel }),
    })
    try {
      await boardwalk.start()
      return await seedIn(boardwalk, database, (at) => (now = at), asked)
    } finally {
      await boardwalk.stop()
    }
  } finally {
    await database.close()
  }
}
