import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { beginAnalytics, erase, migrate, ownMigrations, type Database } from '@boardwalk/store'
import { forEachPostgres } from '@boardwalk/store/test-kit'
import { figuresStored, keepLedger, notCountedYet, recount, recountLedger, type Figures } from '../recount.ts'
import type { ProjectorWorker } from './projector-worker.ts'

const kills = Number(process.env['PROOF_KILLS'] ?? 12)
const worker = fileURLToPath(new URL('./projector-worker.ts', import.meta.url))
const peopleARound = 100

const people = {
  name: 'make_people',
  text: `
    insert into person (user_id, revision, facts, created_at)
    select $1 || '-' || n, 1, '{}', now() from generate_series(1, $2::int) n`,
}

/** What happens to all of them, one step of their lives after another, so that everybody is in every page. */
const happenings = {
  name: 'make_happenings',
  text: `
    insert into happening (type, person_id, flow, version, step_id, data, at)
    select life.type, p.id, case when life.type like 'merchant.%' then null else 'shop' end, 1, life.step_id,
      case life.type when 'onboarding.enrolled' then jsonb_build_object('facts', jsonb_build_object(
        'market', (array['FR', 'DE', 'IT'])[1 + p.id % 3])) else life.data::jsonb end,
      timestamptz '2026-01-01' + p.id * interval '7 minutes' + life.n * interval '40 minutes'
    from person p
    cross join (values
      (0, 'onboarding.enrolled', null, '{}'),
      (1, 'onboarding.offered', null, '{"steps": ["profile", "payments"]}'),
      (2, 'gating.blocked', 'profile', '{}'),
      (3, 'onboarding.step_completed', 'profile', '{"source": "user"}'),
      (4, 'onboarding.nudge_shown', null, '{}'),
      (5, 'merchant.first_sale', null, '{}'),
      (6, 'onboarding.step_reset', 'profile', '{}'),
      (7, 'onboarding.step_completed', 'payments', '{"source": "user"}'),
      (40, 'merchant.first_sale', null, '{}'),
      (41, 'onboarding.completed', null, '{}')
    ) as life (n, type, step_id, data)
    where p.user_id like $1 || '-%' and life.n = $2::int`,
}
const moments = [0, 1, 2, 3, 4, 5, 6, 7, 40, 41]

const happen = async ({ query }: Database, name: string): Promise<void> => {
  await query(people, [name, peopleARound])
  for (const moment of moments) await query(happenings, [name, moment])
}

type Worker = { readonly process: ChildProcess; readonly pages: () => number }

const startWorker = (settings: ProjectorWorker): Worker => {
  const child = spawn(process.execPath, ['--no-warnings', worker, JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let pages = 0
  createInterface({ input: child.stdout }).on('line', () => (pages += 1))
  return { process: child, pages: () => pages }
}

const kill = async ({ process: child }: Worker): Promise<void> => {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

type Ended = { readonly stored: Figures; readonly lived: Figures; readonly midway: number }

/** Counts a history while it is written, some of it is erased, and the process that counts is killed again and again. */
const countUnderKills = async (
  database: Database,
  settings: ProjectorWorker,
  times: number,
): Promise<Ended> => {
  await migrate(database, await ownMigrations())
  await beginAnalytics(database.query)
  await keepLedger(database)
  let midway = 0
  for (let round = 0; round < times; round++) {
    const name = `round${round}`
    await happen(database, name)
    const counting = startWorker(settings)
    const writing = happen(database, `${name}-late`)
    // Anywhere in a page, and sometimes in the one that has just begun.
    const pages = 1 + Math.floor(Math.random() * 5)
    await vi.waitFor(() => expect(counting.pages()).toBeGreaterThanOrEqual(pages), {
      timeout: 60_000,
      interval: 5,
    })
    const erasing = (async () => {
      for (let person = 1; person <= 5; person++) await erase(database, `${name}-${person}`, randomUUID())
    })()
    await sleep(Math.random() * 150)
    await kill(counting)
    await Promise.all([writing, erasing])
    if ((await notCountedYet(database)) > 0) midway += 1
  }
  const last = startWorker(settings)
  await vi.waitFor(async () => expect(await notCountedYet(database)).toBe(0), {
    timeout: 120_000,
    interval: 200,
  })
  // The cursor may be moved a little later than the counts, where it is moved apart.
  await kill(last)
  return { stored: await figuresStored(database), lived: await recountLedger(database), midway }
}

const wrongRows = ({ stored, lived }: Ended): string[] =>
  [...new Set([...Object.keys(stored), ...Object.keys(lived)])].filter(
    (row) => JSON.stringify(stored[row]) !== JSON.stringify(lived[row]),
  )

forEachPostgres((name, url, open) => {
  test(`${kills} kills of the process that counts lose and double nothing on ${name}`, async () => {
    const database = await open({ connections: 4 })
    const ended = await countUnderKills(database, { url, schema: database.schema, variant: 'sound' }, kills)
    const rows = Object.keys(ended.lived).length
    console.log(
      `kills on ${name}: n=${kills}, ${ended.midway} with work left, ${rows} rows, ${wrongRows(ended).length} wrong`,
    )
    expect(wrongRows(ended)).toEqual([])
    expect(await figuresStored(database, 'not c.erased')).toEqual(await recount(database))
    expect(rows).toBeGreaterThan(100)
    expect(ended.midway).toBeGreaterThan(0)
  })

  test(`a cursor that is moved in another transaction than the counts is found out on ${name}`, async () => {
    const database = await open({ connections: 4 })
    const settings = { url, schema: database.schema, variant: 'cursor after counts' } as const
    const ended = await countUnderKills(database, settings, 5)
    console.log(`spoilt on ${name}: n=5, ${wrongRows(ended).length} rows wrong`)
    expect(wrongRows(ended).length).toBeGreaterThan(0)
  })
})
