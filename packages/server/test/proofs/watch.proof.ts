import { randomUUID } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { changeHealthSettings, readRequests, writeRequests, type Database } from '@boardwalk/store'
import { forEachPostgres, freshSchema, startFaultProxy } from '@boardwalk/store/test-kit'
import { openHouse, tokenOf } from '../open-house.ts'
import { watchedFlow } from '../watched-house.ts'
import { publishFlow, startServer } from './server-process.ts'
import type { WatchWorker } from './watch-worker.ts'

const kills = Number(process.env['PROOF_KILLS'] ?? 12)
const worker = fileURLToPath(new URL('./watch-worker.ts', import.meta.url))
const soon = { timeout: 60_000, interval: 50 }

const startWorker = (settings: WatchWorker) => {
  const child = spawn(process.execPath, ['--no-warnings', worker, JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const statements: string[] = []
  createInterface({ input: child.stdout }).on('line', (name) => statements.push(name))
  return {
    statements,
    kill: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** What stands of a rollback, each as how often. */
const pieces = {
  name: 'pieces_of_rollback',
  text: `
    select (select count(*) from incident where flow = $1) as incidents,
      (select count(*) from release where flow = $1 and killed_at is not null) as killed,
      (select count(*) from release_change where flow = $1 and kind = 'kill') as changes,
      (select count(*) from happening where flow = $1 and type = 'feature.rollback') as happenings,
      (select count(*) from alert where flow = $1 and incident is not null) as alerts,
      (select count(*) from alert_message m join alert a on a.id = m.alert_id where m.flow = $1 and a.incident is not null) as messages`,
}

const standing = async ({ query }: Database, flow: string): Promise<string> => {
  const [row] = await query<{ [piece: string]: number }>(pieces, [flow])
  return Object.values(row ?? {}).join(' ')
}
const nothing = '0 0 0 0 0 0'
const allOnce = '1 1 1 1 1 1'

/** A watch that is killed somewhere in its decision, again and again. Answers what stood after each kill, and in the end. */
const decideUnderKills = async (database: Database, settings: WatchWorker, rounds: number) => {
  const house = await openHouse(database, { watch: { checkMs: 1e9 } })
  const flows = Array.from({ length: rounds }, (_, round) => `flow${round}`)
  for (const flow of flows) {
    await house.publish({ ...watchedFlow(flow), audience: { plan: flow } })
    await house.server('PUT', `/api/admin/health/${flow}/settings`, {
      automaticRollback: 'off',
      alerts: [],
      receivers: [{ id: 'host', kind: 'webhook', to: 'https://192.88.98.1/' }],
    })
  }
  await house.boardwalk.stop()
  const after: string[] = []
  for (const flow of flows) {
    await writeRequests(database.query, randomUUID(), [
      { begins: Date.now() - 60_000, requests: 1000, errors: 500 },
    ])
    await changeHealthSettings(database, flow, 'proof', (before) => ({ ...before, automaticRollback: 'on' }))
    const first = startWorker(settings)
    const begun = (): number => first.statements.indexOf('begin_incident')
    await vi.waitFor(() => expect(begun()).toBeGreaterThan(-1), soon)
    // A decision has some fifteen statements from there on, and the next ones are others'.
    const more = Math.floor(Math.random() * 18)
    await vi.waitFor(() => expect(first.statements.length).toBeGreaterThan(begun() + more), soon)
    await first.kill()
    after.push(await standing(database, flow))
    const second = startWorker(settings)
    await vi.waitFor(async () => expect(await standing(database, flow)).not.toBe(nothing), soon)
    await sleep(500)
    await second.kill()
  }
  return { after, ended: await Promise.all(flows.map((flow) => standing(database, flow))) }
}

forEachPostgres((name, url, open) => {
  test(`${kills} kills of the process that decides leave all of a rollback or nothing, and it is made once, on ${name}`, async () => {
    const database = await open({ connections: 4 })
    const { after, ended } = await decideUnderKills(
      database,
      { url, schema: database.schema, variant: 'sound' },
      kills,
    )
    const none = after.filter((one) => one === nothing).length
    console.log(`kills on ${name}: n=${kills}, nothing stood after ${none}, all of it after ${kills - none}`)
    expect(after.filter((one) => one !== nothing && one !== allOnce)).toEqual([])
    expect(ended).toEqual(ended.map(() => allOnce))
    expect(none).toBeGreaterThan(0)
  })

  test(`a decision that is not one transaction is found out on ${name}`, async () => {
    const database = await open({ connections: 4 })
    const settings = { url, schema: database.schema, variant: 'statement by statement' } as const
    const { after } = await decideUnderKills(database, settings, 6)
    const halves = after.filter((one) => one !== nothing && one !== allOnce)
    console.log(`spoilt on ${name}: n=6, ${halves.length} halves: ${halves.join(', ')}`)
    expect(halves.length).toBeGreaterThan(0)
  })

  test(`8 % of requests fail in one process of two: off in both, on ${name}`, async () => {
    const schema = freshSchema()
    const proxy = await startFaultProxy({ port: Number(new URL(url).port) })
    const through = new URL(url)
    through.hostname = '127.0.0.1'
    through.port = String(proxy.port)
    // First, so that it is the one that watches when its way to the database gets bad.
    const sick = await startServer({
      DATABASE_URL: through.href,
      BOARDWALK_SCHEMA: schema,
      BOARDWALK_LOG_LEVEL: 'silent',
    })
    const well = await startServer({ DATABASE_URL: url, BOARDWALK_SCHEMA: schema })
    await publishFlow(well.server, watchedFlow('shop'))
    const headers = { authorization: `Bearer ${await tokenOf('ada')}` }
    const all = { asked: 0, failed: 0 }
    const ask = async ({ address }: { address: string }): Promise<Response> => {
      const answer = await fetch(`${address}/api/onboarding`, { headers })
      all.asked += 1
      if (answer.status >= 500) all.failed += 1
      return answer
    }
    const isOn = async (process: { address: string }): Promise<boolean> =>
      ((await (await ask(process)).json()) as any).features?.enabled !== false
    const counted = { requests: 0, failed: 0 }
    const send = async (process: { address: string }, requests: number): Promise<void> => {
      const answers = await Promise.all(
        Array.from({ length: requests }, async () => {
          const answer = await ask(process)
          await answer.arrayBuffer()
          return answer.status
        }),
      )
      counted.requests += requests
      counted.failed += answers.filter((status) => status >= 500).length
    }
    /** A hundred requests; those that are to fail are asked while their process cannot reach its database. */
    const hundred = async (failing: number): Promise<void> => {
      await send(well, 50)
      if (failing > 0) {
        await proxy.set({ kind: 'refuse' })
        await send(sick, failing)
        await proxy.set({ kind: 'none' })
      } else await send(sick, 8)
      await send(well, 42)
    }
    const loadFor = async (ms: number, failing: number, goesOn: () => Promise<boolean>): Promise<void> => {
      for (const until = performance.now() + ms; performance.now() < until;) {
        await hundred(failing)
        if (!(await goesOn())) return
      }
    }

    await loadFor(40_000, 0, async () => true)
    expect(await isOn(well)).toBe(true)
    console.log(`without failures: ${counted.requests} requests in 40 s, ${counted.failed} failed, still on`)
    Object.assign(counted, { requests: 0, failed: 0 })
    const began = performance.now()
    await loadFor(300_000, 8, () => isOn(well))
    await vi.waitFor(async () => expect([await isOn(well), await isOn(sick)]).toEqual([false, false]), soon)
    const took = ((performance.now() - began) / 1000).toFixed(1)
    const share = ((100 * counted.failed) / counted.requests).toFixed(1)
    console.log(
      `${counted.failed} of ${counted.requests} requests failed (${share} %): off in both after ${took} s`,
    )
    const { body } = await well.server('GET', '/api/admin/health/shop/incidents')
    console.log(body.items[0]?.reason)
    expect(body.items).toMatchObject([{ rule: 'api-errors', status: 'open', dryRun: false }])
    await Promise.all([well.stop(), sick.stop()])
    await proxy.stop()
    // A process that lost its database, again and again, told of each request once.
    const { query } = await open({ schema })
    const minutes = await readRequests(query, 0, Date.now() + 60_000)
    expect({
      asked: minutes.reduce((sum, { requests }) => sum + requests, 0),
      failed: minutes.reduce((sum, { errors }) => sum + errors, 0),
    }).toEqual(all)
  })
})
