import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachPostgres, freshSchema, type OpenDatabase } from '@boardwalk/store/test-kit'
import { publishFlow, startServer, type ServerProcess } from './server-process.ts'

const people = Number(process.env['PROOF_PEOPLE'] ?? 20_000)
const callers = 16
const mebibyte = 1024 * 1024
// What the heap of a busy process may wander by; all people together would be far more.
const wanderMebibytes = 96

const step = (id: string, more: object = {}) => ({ id, title: id, ...more })
const required = (id: string, more: object = {}) => step(id, { required: true, ...more })
const gates = (...steps: string[]) => ({ publish: { steps, critical: true } })
const first = { name: 'crowd', steps: [required('a'), required('b'), step('c')], gates: gates('b') }
const second = {
  ...first,
  steps: [required('a', { version: 2, onVersionChange: 'redo' }), required('b'), step('c'), required('d')],
  gates: gates('b', 'd'),
}

// Every third has done a, every fifth has finished; all were offered all.
const seeding = `
  insert into person (user_id, revision, facts, created_at)
  select 'seed-' || n, 1, '{"attributes":{}}', now() from generate_series(1, ${people}) n;
  insert into enrolment (person_id, flow, version, status, started_at, completed_at, publication)
  select p.id, 'crowd', 1, case when n % 5 = 0 then 'completed' else 'in_progress' end, now(),
    case when n % 5 = 0 then now() end, (select max(id) from publication)
  from person p cross join lateral (select substr(p.user_id, 6)::int as n) x where p.user_id like 'seed-%';
  insert into step_state (person_id, flow, step_id, step_version, status, offered_at, reached_at, settled_at, source)
  select p.id, 'crowd', s.step, 1, x.status, now(), now(), case when x.status = 'done' then now() end,
    case when x.status = 'done' then 'api' end
  from person p
  cross join (values ('a'), ('b'), ('c')) s (step)
  cross join lateral (select case
    when s.step = 'a' and (substr(p.user_id, 6)::int % 3 = 0 or substr(p.user_id, 6)::int % 5 = 0) then 'done'
    when s.step = 'b' and substr(p.user_id, 6)::int % 5 = 0 then 'done'
    else 'todo' end as status) x
  where p.user_id like 'seed-%';
  analyze`

const every = (...divisors: number[]): number =>
  Array.from({ length: people }, (_, index) => index + 1).filter((n) => divisors.some((by) => n % by === 0))
    .length

const residentMebibytes = async (pid: number): Promise<number> =>
  Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

forEachPostgres((_, url, open: OpenDatabase) => {
  let server: ServerProcess
  let database: Database
  beforeAll(async () => {
    const schema = freshSchema()
    server = await startServer({ DATABASE_URL: url, BOARDWALK_SCHEMA: schema })
    await publishFlow(server.server, first)
    database = await open({ schema })
    await database.transaction(async ({ script }) => {
      await script('set local statement_timeout = 0')
      await script(seeding)
    })
  }, 1_200_000)
  afterAll(async () => {
    await server.stop()
  })

  const path = (version: number, verb: string): string => `/api/admin/flows/crowd/versions/${version}/${verb}`

  test(`a preview over ${people} people holds a page of them, and counts what is so`, async () => {
    await server.server('POST', '/api/admin/flows', second)
    const sums = { looked: 0, gain: 0, redo: 0, newlyBlocked: 0, unchanged: 0, percentDown: 0 }
    const memory: number[] = []
    const began = performance.now()
    let after: string | undefined
    do {
      const { status, body } = await server.server('POST', path(2, 'impact'), { after, limitMs: 5_000 })
      expect(status).toBe(200)
      for (const kind of ['looked', 'gain', 'redo', 'unchanged', 'percentDown'] as const)
        sums[kind] += body[kind]
      sums.newlyBlocked += body.newlyBlocked.publish ?? 0
      memory.push(await residentMebibytes(server.process.pid!))
      after = body.next
    } while (after !== undefined)
    const seconds = (performance.now() - began) / 1000
    expect(sums).toEqual({
      looked: people,
      gain: people,
      redo: every(3, 5),
      newlyBlocked: every(5),
      unchanged: 0,
      percentDown: every(3, 5),
    })
    const [early, late] = [memory[Math.floor(memory.length / 4)] ?? 0, memory.at(-1) ?? 0]
    console.log(
      `preview: n=${people}, ${Math.round(people / seconds)} people/s in ${memory.length} parts, resident ${early.toFixed(0)} MiB after a quarter, ${late.toFixed(0)} MiB at the end (all as JSON would be about ${Math.round((people * 1500) / mebibyte)} MiB)`,
    )
    expect(late - early).toBeLessThan(wanderMebibytes)
  })

  test(`publishing, going back and pinning in front of ${people} people, with readers and writers at it, fails no request`, async () => {
    const answers = new Map<string, number>()
    const touched = new Set<number>()
    const publishes: { what: string; ms: number; during: number }[] = []
    let [running, requests] = [true, 0]
    const someone = () => 1 + Math.floor(Math.random() * people)
    const visit = async (caller: number): Promise<void> => {
      while (running) {
        const n = someone()
        touched.add(n)
        const me = await server.person(`seed-${n}`)
        const { status, body } =
          caller % 2 === 0
            ? await me('GET', '/api/onboarding')
            : await me('PATCH', '/api/onboarding/steps/c', { status: 'done' })
        requests += 1
        const outcome = status === 200 ? '200' : `${status} ${body.error}`
        answers.set(outcome, (answers.get(outcome) ?? 0) + 1)
      }
    }
    const publish = async (what: string, version: number, verb: string, how: object): Promise<void> => {
      const [before, began] = [requests, performance.now()]
      expect((await server.server('POST', path(version, verb), how)).status).toBe(200)
      publishes.push({ what, ms: performance.now() - began, during: requests - before })
      const reached = requests + 200
      await expect.poll(() => requests, { timeout: 60_000 }).toBeGreaterThan(reached)
    }
    const visiting = Promise.all(Array.from({ length: callers }, (_, caller) => visit(caller)))
    await expect.poll(() => requests, { timeout: 60_000 }).toBeGreaterThan(200)
    await publish('move', 2, 'publish', {})
    await publish('rollback', 1, 'rollback', {})
    const third = { ...first, steps: [...first.steps, step('e')] }
    const { body: stored } = await server.server('POST', '/api/admin/flows', third)
    await publish('pin', stored.version, 'publish', { policy: 'pin' })
    await publish('restart', 2, 'publish', { policy: 'restart' })
    running = false
    await visiting
    const count = { name: 'moved', text: 'select count(*)::int as n from enrolment where version <> 1' }
    const [moved] = await database.query<{ n: number }>(count)
    console.log(
      `publish: n=${people}, ${publishes.map(({ what, ms, during }) => `${what} ${ms.toFixed(0)} ms (${during} requests meanwhile)`).join(', ')}; ${requests} requests by ${callers} callers: ${JSON.stringify(Object.fromEntries(answers))}; ${moved?.n} enrolments moved of ${touched.size} people who came`,
    )
    expect([...answers.keys()]).toEqual(['200'])
    // Nobody's row is touched but those of people who came.
    expect(moved?.n).toBeLessThanOrEqual(touched.size)
  })
})
