import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openDatabase, type Database } from '@boardwalk/store'
import { freshSchema } from '@boardwalk/store/test-kit'
import { commandLine, entry, serveIn, type Ended } from './command-line.ts'

const people = 200
const seed = ['demo', 'seed', '--people', String(people), '--until', '2026-03-31']

type Figures = {
  readonly happenings: Record<string, number>
  readonly counted: Record<string, number>
  readonly done: Record<string, number>
  readonly versions: Record<string, number>
  readonly months: string[]
  readonly durations: number[]
}

const figuresOf = async ({ query }: Database): Promise<Figures> => {
  const counts = async (name: string, text: string): Promise<Record<string, number>> => {
    const rows = await query<{ name: string; n: number | string }>({ name, text })
    return Object.fromEntries(rows.map((row) => [row.name, Number(row.n)]))
  }
  return {
    happenings: await counts(
      'demo_happenings',
      `select concat(type, ' ', version, ' ', step_id, ' ', to_char(at at time zone 'UTC', 'YYYY-MM-DD')) as name, count(*) as n
       from happening group by 1 order by 1`,
    ),
    counted: await counts(
      'demo_counted',
      `select concat(s.version, ' ', s.market, ' ', s.plan, ' ', c.begins, ' ', c.step_id) as name, sum(c.done) as n
       from step_count c join segment s on s.id = c.segment_id where span = 'day' and not s.is_total group by 1 order by 1`,
    ),
    done: await counts(
      'demo_done',
      `select step_id as name, sum(done) as n from step_count c join segment s on s.id = c.segment_id
       where span = 'month' and s.is_total group by 1 order by 1`,
    ),
    versions: await counts(
      'demo_versions',
      `select s.version::text as name, sum(c.enrolled) as n from journey_count c join segment s on s.id = c.segment_id
       where span = 'month' and s.flow = 'shop' and s.is_total group by 1 order by 1`,
    ),
    months: Object.keys(
      await counts(
        'demo_months',
        `select to_char(created_at at time zone 'UTC', 'YYYY-MM') as name, count(*) as n from person group by 1 order by 1`,
      ),
    ),
    durations: Object.keys(
      await counts(
        'demo_durations',
        `select bin::text as name, sum(people) as n from duration_count
         where span = 'month' and measure = 'complete' group by 1 having sum(people) > 0 order by 1`,
      ),
    ).map(Number),
  }
}

const sum = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((all, one) => all + one, 0)

describe('a year of made-up people', () => {
  const url = inject('postgresUrl')
  const schema = freshSchema()
  let folder: string
  let embedded: (...words: string[]) => Promise<Ended>
  let filled: Ended
  let figures: Figures
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boardwalk-demo-'))
    embedded = commandLine(folder, { BOARDWALK_DATA: join(folder, 'data'), BOARDWALK_LOG_LEVEL: 'error' })
    filled = await embedded(...seed)
    expect(filled).toMatchObject({ code: 0 })
    const database = await openDatabase({ directory: join(folder, 'data') })
    try {
      figures = await figuresOf(database)
    } finally {
      await database.close()
    }
  }, 300_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('all of them come, are counted, and the command says what to look at next', () => {
    expect(filled).toMatchObject({
      code: 0,
      err: expect.stringContaining('200 people of seed 1, from 2025-04-01 to 2026-03-31'),
    })
    expect(filled.out).toContain('200 people came within the year')
    expect(filled.out).toContain('boardwalk analytics funnel --flow shop')
    expect(sum(figures.versions)).toBe(people)
  })

  test('they come all the year round, more of them in the end, and nobody later', () => {
    const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2025, 3 + month)).toISOString())
    expect(figures.months).toEqual(months.map((month) => month.slice(0, 7)))
    const days = Object.keys(figures.happenings).map((name) => name.slice(-10))
    expect(days.toSorted().at(-1)! <= '2026-03-31').toBe(true)
    const early = days.filter((day) => day < '2025-10').length
    expect(days.length - early).toBeGreaterThan(early)
  })

  test('fewer finish each of the first steps, and both versions have people', () => {
    const {
      email_verification: email = 0,
      payments = 0,
      domain = 0,
      connect_integration: last = 0,
    } = figures.done
    expect(people).toBeGreaterThan(email)
    expect(email).toBeGreaterThan(payments)
    expect(payments).toBeGreaterThan(domain)
    expect(domain).toBeGreaterThan(last)
    expect(last).toBeGreaterThan(0)
    expect(Object.keys(figures.versions)).toEqual(['1', '2'])
    expect(Math.min(...Object.values(figures.versions))).toBeGreaterThan(people / 5)
  })

  test('some finish within the hour and some after days', () => {
    const binOf = (ms: number): number => Math.log(ms) / Math.log(1.01)
    expect(Math.min(...figures.durations)).toBeLessThan(binOf(3_600_000))
    expect(Math.max(...figures.durations)).toBeGreaterThan(binOf(2 * 86_400_000))
  })

  test.skipIf(url === null)(
    'the same seed gives the same figures, on PostgreSQL as on the embedded database',
    async () => {
      const settings = { DATABASE_URL: url ?? '', BOARDWALK_SCHEMA: schema, BOARDWALK_LOG_LEVEL: 'error' }
      expect((await commandLine(folder, settings)(...seed)).code).toBe(0)
      const database = await openDatabase({ url: url ?? '', schema })
      try {
        expect(await figuresOf(database)).toEqual(figures)
      } finally {
        await database.transaction(({ script }) =>
          script(`drop schema "${schema}" cascade; drop schema if exists "${schema}_reports" cascade`),
        )
        await database.close()
      }
    },
    300_000,
  )

  test('people who are here already are not mixed with others unawares, and nobody comes twice', async () => {
    const again = await embedded(...seed)
    expect(again).toMatchObject({
      code: 1,
      err: expect.stringContaining('The people of seed 1 are here already'),
    })
    const others = await embedded(...seed, '--seed', '2')
    expect(others).toMatchObject({ code: 1, err: expect.stringContaining('say --more') })
    const more = await embedded(
      'demo',
      'seed',
      '--people',
      '3',
      '--until',
      '2026-03-31',
      '--seed',
      '2',
      '--more',
    )
    expect(more).toMatchObject({ code: 0, out: expect.stringContaining('3 people came') })
  })

  test('a database that another process serves, or that tells a webhook, is left alone', async () => {
    const place = join(folder, 'served')
    const served = await serveIn(folder)
    const inPlace = commandLine(folder, { BOARDWALK_URL: served.address })
    // Nothing happens there, so nobody is told.
    try {
      expect(await inPlace(...seed)).toMatchObject({
        code: 1,
        err: expect.stringContaining('is in use by process'),
      })
      expect(await inPlace('webhooks', 'add', 'https://9.9.9.9/hooks')).toMatchObject({ code: 0 })
    } finally {
      await served.stop()
    }
    const told = await inPlace(...seed)
    expect(told).toMatchObject({
      code: 1,
      err: expect.stringContaining('A webhook to https://9.9.9.9/hooks'),
    })
    expect((await inPlace('demo', 'seed', '--people', '2', '--data', place)).code).toBe(0)
  }, 300_000)

  test('interrupted, it says how far it came, and lets go of the database', async () => {
    const place = join(folder, 'interrupted')
    const words = ['demo', 'seed', '--until', '2026-03-31', '--data', place]
    const child = spawn(process.execPath, [entry, ...words], { env: { PATH: process.env['PATH'] } })
    let err = ''
    child.stderr.on('data', (chunk: Buffer) => {
      if (err === '') {
        // As a terminal does, and npx once more.
        child.kill('SIGINT')
        child.kill('SIGINT')
      }
      err += chunk.toString()
    })
    expect(await once(child, 'exit')).toEqual([130, null])
    expect(err).toMatch(/Stopped at 2025-04-01: [\d,]+ people came until then/)
    const more = await embedded(...words, '--people', '2', '--seed', '2', '--more')
    expect(more).toMatchObject({ code: 0, out: expect.stringContaining('2 people came') })
  })

  test.each([
    [['--people', '0'], '--people is "0", expected a whole number from 1 to 1,000,000.'],
    [['--people', '1000001'], 'expected a whole number from 1 to 1,000,000.'],
    [['--people', '1e3'], 'expected a whole number'],
    [['--seed', 'x'], '--seed is "x"'],
    [['--until', '2026-02-30'], '--until is "2026-02-30", expected a past day'],
    [['--until', '9999-01-01'], 'expected a past day'],
  ])('%s is refused', async (words, message) => {
    expect(await embedded('demo', 'seed', ...words)).toMatchObject({
      code: 1,
      err: expect.stringContaining(message),
    })
  })
})
