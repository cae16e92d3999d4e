import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openDatabase, type Database } from '@boardwalk/store'
import { forKafka, freshSchema } from '@boardwalk/store/test-kit'
import { openTopics, type Topics } from '../kafka-topics.ts'
import { openHouse } from '../open-house.ts'
import type { IntakeWorker } from './intake-worker.ts'

const total = Number(process.env['PROOF_INTAKE_EVENTS'] ?? 20_000)
const seconds = Number(process.env['PROOF_INTAKE_SECONDS'] ?? 60)
const people = Math.max(50, Math.floor(total / 40))
const partitions = 3
const leaveEveryMs = 5_000
const killEveryMs = 15_000
const worker = fileURLToPath(new URL('./intake-worker.ts', import.meta.url))

const steps = Array.from({ length: 6 }, (_, index) => ({
  id: `step-${index}`,
  title: `Step ${index}`,
  completion: 'proof',
  trigger: { event: `did-${index}`, metadata: { ref: '$.ref' } },
}))

/** Numbers that look random and are the same in each run. */
const seeded = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

type Event = { readonly user: string; readonly value: string }

/** What happened to all, with a fifth of it told again, in no order. */
const makeEvents = (count: number): Event[] => {
  const random = seeded(7)
  const pick = (most: number): number => Math.floor(random() * most)
  const once = Array.from({ length: Math.floor(count / 1.2) }, (_, index): Event => {
    const user = `person-${pick(people)}`
    // Half of them are kept each time they are taken, so that a second time shows.
    const type = pick(2) === 0 ? 'shop.viewed' : `did-${pick(steps.length)}`
    return { user, value: JSON.stringify({ id: `e-${index}`, user_id: user, type, ref: index }) }
  })
  const all = [
    ...once,
    ...Array.from({ length: count - once.length }, () => once[pick(once.length)] as Event),
  ]
  for (let index = all.length - 1; index > 0; index--) {
    const other = pick(index + 1)
    ;[all[index], all[other]] = [all[other] as Event, all[index] as Event]
  }
  return all
}

const partitionOf = ({ user }: Event): number => Number(user.slice('person-'.length)) % partitions

const stateStatement = {
  name: 'state_of_all',
  text: `
    select p.user_id as "user",
      (select json_agg(json_build_array(s.step_id, s.status, s.metadata) order by s.step_id)
       from step_state s where s.person_id = p.id and s.status = 'done') as steps,
      (select count(*) from happening h where h.person_id = p.id and h.type = 'onboarding.step_completed') as completions,
      (select json_agg(h.data->'ref' order by (h.data->>'ref')::int)
       from happening h where h.person_id = p.id and h.type = 'shop.viewed') as viewed
    from person p order by p.user_id`,
}

type State = { user: string; steps: unknown[] | null; completions: number; viewed: number[] | null }

const statesOf = (database: Database): Promise<State[]> => database.query<State>(stateStatement)

type Findings = { readonly lost: number; readonly doubled: number; readonly different: number }

/** All people beside what a single clean pass made of them. */
const compare = (clean: readonly State[], found: readonly State[]): Findings => {
  const findings = { lost: 0, doubled: 0, different: 0 }
  expect(found.map(({ user }) => user)).toEqual(clean.map(({ user }) => user))
  for (const [index, one] of found.entries()) {
    const other = clean[index] as State
    if (JSON.stringify(one.steps) !== JSON.stringify(other.steps)) findings.different += 1
    const [viewed, due] = [one.viewed ?? [], other.viewed ?? []]
    findings.lost += due.filter((ref) => !viewed.includes(ref)).length
    findings.lost += Math.max(0, (other.steps?.length ?? 0) - (one.steps?.length ?? 0))
    findings.doubled += viewed.length - new Set(viewed).size
    findings.doubled += Math.max(0, one.completions - (one.steps?.length ?? 0))
  }
  return findings
}

const nothingWrong: Findings = { lost: 0, doubled: 0, different: 0 }

const url = inject('postgresUrl')
await forKafka((brokers) => {
  describe.skipIf(url === null)('on PostgreSQL', () => {
    let topics: Topics
    const opened: Database[] = []
    beforeAll(() => {
      topics = openTopics(brokers)
    })
    afterAll(async () => {
      await topics.close()
      await Promise.all(opened.map((database) => database.close()))
    })

    /** A schema in which everybody is enrolled and agreed to be observed. */
    const prepare = async (): Promise<{ schema: string; database: Database }> => {
      const schema = freshSchema()
      const database = await openDatabase({ url: url ?? '', schema, connections: 4 })
      opened.push(database)
      const house = await openHouse(database)
      await house.publish({ name: 'start', steps })
      for (let from = 0; from < people; from += 50) {
        const some = Array.from({ length: Math.min(50, people - from) }, (_, index) => from + index)
        await Promise.all(
          some.map(async (index) => (await house.person(`person-${index}`))('GET', '/api/onboarding')),
        )
      }
      await house.boardwalk.stop()
      await database.transaction(({ script }) =>
        script(`update person set consent = '{"analytics": true, "at": 0}'`),
      )
      return { schema, database }
    }

    const send = async (topic: string, events: readonly Event[], overSeconds: number): Promise<void> => {
      const length = 200
      const began = performance.now()
      for (let from = 0; from < events.length; from += length) {
        const due = (from / events.length) * overSeconds * 1000
        await sleep(Math.max(0, due - (performance.now() - began)))
        const some = events.slice(from, from + length)
        await topics.send(
          ...some.map((event) => ({ topic, partition: partitionOf(event), value: event.value })),
        )
      }
    }

    const countTaken = async (database: Database, groupId: string): Promise<number> => {
      const text =
        'select coalesce(sum(next_offset), 0)::bigint as taken from kafka_position where group_id = $1'
      const [row] = await database.query<{ taken: number }>({ name: 'count_taken', text }, [groupId])
      return row?.taken ?? 0
    }

    const untilTaken = async (database: Database, groupId: string, count: number): Promise<void> => {
      const deadline = performance.now() + 600_000
      while ((await countTaken(database, groupId)) < count) {
        if (performance.now() > deadline) throw new Error('The records were not taken')
        await sleep(200)
      }
    }

    const start = (settings: IntakeWorker): ChildProcess =>
      spawn(process.execPath, [worker, JSON.stringify(settings)], {
        env: { PATH: process.env['PATH'] },
        stdio: ['ignore', 'ignore', 'inherit'],
      })

    const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    }

    type Run = { findings: Findings; left: number; killed: number; tookMs: number }

    /** Three processes take all, while they leave, join and are killed. */
    const runWith = async (
      variant: IntakeWorker['variant'],
      events: readonly Event[],
      overSeconds: number,
      clean: readonly State[],
    ): Promise<Run> => {
      const { schema, database } = await prepare()
      const topic = await topics.make(variant.replaceAll(' ', '-'), partitions)
      const settings = { url: url ?? '', schema, brokers, groupId: topic, topic, variant }
      let members = Array.from({ length: 3 }, () => start(settings))
      const [run, stopping] = [{ left: 0, killed: 0 }, new AbortController()]
      const change = async (everyMs: number, signal: NodeJS.Signals, count: () => void): Promise<void> => {
        for (;;) {
          await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined)
          if (stopping.signal.aborted) return
          const [first, ...others] = members
          if (first === undefined) continue
          members = [...others, start(settings)]
          await end(first, signal)
          count()
        }
      }
      const began = performance.now()
      const changing = [
        change(leaveEveryMs, 'SIGTERM', () => (run.left += 1)),
        change(killEveryMs, 'SIGKILL', () => (run.killed += 1)),
      ]
      await send(topic, events, overSeconds)
      await untilTaken(database, topic, events.length)
      const tookMs = performance.now() - began
      stopping.abort()
      await Promise.all(changing)
      await Promise.all(members.map((member) => end(member, 'SIGTERM')))
      return { ...run, tookMs, findings: compare(clean, await statesOf(database)) }
    }

    const cleanPass = async (events: readonly Event[]): Promise<State[]> => {
      const { schema, database } = await prepare()
      const topic = await topics.make('clean', partitions)
      await send(topic, events, 0)
      const settings = { url: url ?? '', schema, brokers, groupId: topic, topic }
      const member = start({ ...settings, variant: 'sound' })
      await untilTaken(database, topic, events.length)
      await end(member, 'SIGTERM')
      return statesOf(database)
    }

    const report = (name: string, count: number, { findings, left, killed, tookMs }: Run): void =>
      console.log(
        `${name}: n=${count} events of ${people} people in ${Math.round(tookMs / 1000)} s, ${left} left, ${killed} killed: ${JSON.stringify(findings)}`,
      )

    test(`${total} events have one effect each, while processes leave, join and are killed`, async () => {
      const events = makeEvents(total)
      const clean = await cleanPass(events)
      expect(clean.reduce((sum, { viewed }) => sum + (viewed?.length ?? 0), 0)).toBeGreaterThan(total / 4)
      const run = await runWith('sound', events, seconds, clean)
      report('intake', total, run)
      expect(run.findings).toEqual(nothingWrong)
      expect(run.killed).toBeGreaterThan(0)
    })

    test('the same proof finds effects that are lost when the position is stored before them', async () => {
      const events = makeEvents(Math.min(total, 10_000))
      const clean = await cleanPass(events)
      const run = await runWith('offset before effect', events, 40, clean)
      report('control, offset before effect', events.length, run)
      // Where a later event did what the lost one would have done, the state differs instead.
      expect(run.findings.lost + run.findings.different).toBeGreaterThan(0)
    })

    test('the same proof finds effects that are doubled when ids are not kept', async () => {
      const events = makeEvents(Math.min(total, 5_000))
      const clean = await cleanPass(events)
      const run = await runWith('no ids', events, 5, clean)
      report('control, no ids', events.length, run)
      expect(run.findings.doubled).toBeGreaterThan(0)
    })
  })
})
