import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Database } from '@boardwalk/store'
import type { Receiver } from '../../receiver.ts'
import type { ServerProcess } from '../server-process.ts'
import { checkHistory, summaryOf, type Violation } from './check-history.ts'
import { finalState } from './final-state.ts'
import { readHistory, type Op } from './history.ts'
import type { Workload } from './workload.ts'

const workload = fileURLToPath(new URL('./workload.ts', import.meta.url))

/** Waits until so many more questions than before are answered well. */
export const answersIn = (file: string): ((more: number) => Promise<void>) => {
  let from = 0
  let answered = 0
  let wanted = 0
  const look = async (): Promise<number> => {
    // What is there grows to many megabytes, and is read again and again.
    const written = existsSync(file) ? await readFrom(file, from) : ''
    from += Buffer.byteLength(written)
    answered += written.split('"kind":"ok"').length - 1
    return answered
  }
  return async (more) => {
    wanted = (await look()) + more
    await until(async () => (await look()) >= wanted, 'people are answered')
  }
}

const readFrom = async (file: string, start: number): Promise<string> => {
  const pieces = await createReadStream(file, { start, encoding: 'utf8' }).toArray()
  const text = pieces.join('')
  // Up to the last whole line.
  return text.slice(0, text.lastIndexOf('\n') + 1)
}

/** What people live through. */
export const crashFlow = {
  name: 'crash',
  nudge: { maxSnoozes: 100 },
  steps: [
    { id: 'first', title: 'First', required: true },
    { id: 'second', title: 'Second' },
    {
      id: 'proven',
      title: 'Proven',
      required: true,
      completion: 'proof',
      trigger: { event: 'did.prove' },
    },
    { id: 'shared', title: 'Shared', required: true, scope: 'account' },
  ],
}

const left = {
  name: 'left_to_tell',
  text: `
    select (select count(*) from happening h, reader r where r.name = 'webhooks' and (h.xid, h.seq) > (r.xid, r.seq))
      + (select count(*) from delivery where status = 'pending') as left`,
}
export const until = async (isSo: () => Promise<boolean>, what: string): Promise<void> => {
  // Only for what will never be: beside much other work all of it takes minutes.
  const deadline = performance.now() + 600_000
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Not in time: ${what}`)
    await sleep(200)
  }
}

export const startWorkload = (
  settings: Workload,
): { readonly finish: () => Promise<void>; readonly kill: () => void } => {
  const child = spawn(process.execPath, ['--no-warnings', workload, JSON.stringify(settings)], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const ended = once(child, 'exit') as Promise<[number | null]>
  return {
    finish: async () => {
      child.kill('SIGTERM')
      const [code] = await ended
      if (code !== 0) throw new Error(`The workload ended with ${code}`)
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

const timelinesOf = async (
  server: ServerProcess,
  people: readonly string[],
): Promise<Map<string, string[]>> => {
  const timelines = new Map<string, string[]>()
  for (const userId of people) {
    const { status, body } = await server.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)
    if (status === 200)
      timelines.set(
        userId,
        body.events.map((event: any) => event.id),
      )
  }
  return timelines
}

export type Judged = {
  readonly violations: readonly Violation[]
  readonly ops: readonly Op[]
  readonly received: number
  readonly happened: number
}

/** When all that happened is told, compares the histories with what is there. */
export const judge = async (
  files: readonly string[],
  stage: { readonly database: Database; readonly receiver: Receiver; readonly server: ServerProcess },
): Promise<Judged> => {
  const { database, receiver, server } = stage
  await until(async () => (await database.query<{ left: number }>(left))[0]?.left === 0, 'all is told')
  const ops = files.flatMap(readHistory)
  const some = [...new Set(ops.map(({ userId }) => userId))].filter((_, index) => index % 5 === 0)
  const final = await finalState(database, receiver.received, await timelinesOf(server, some))
  return {
    violations: checkHistory(ops, final),
    ops,
    received: receiver.received.length,
    happened: final.happenings.length,
  }
}

/** What was seen, with n. */
export const reportOf = (
  name: string,
  { hits, ops, received, happened, violations }: Judged & { readonly hits: ReadonlyMap<string, number> },
): string => {
  const n = [...hits.values()].reduce((sum, count) => sum + count, 0)
  const kinds = Object.entries(Object.groupBy(ops, ({ end }) => end.kind)).map(
    ([kind, all]) => `${all?.length} ${kind}`,
  )
  const told = `${ops.length} operations (${kinds.join(', ')}), ${happened} happenings, ${received} messages received`
  const times = [...hits].map(([point, count]) => `  ${point}: ${count}`)
  return [`${name}: n=${n} crashes, ${told}: ${summaryOf(violations)}`, ...times].join('\n')
}
