// The clients, as a process of their own: people in pairs, each pair an account, live their onboarding at the address
// given, and every question and answer is written to a file. SIGTERM: all finish the lives they are in.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { apiKey, tokenOf } from '../../open-house.ts'
import { openTopics } from '../../kafka-topics.ts'
import { now, recordTo, type Action, type Ended } from './history.ts'
import { stopWhenOrphaned } from '../../../src/index.ts'

export type Workload = {
  readonly address: string
  readonly file: string
  readonly name: string
  readonly tasks: number
  /** Events also go through this topic. */
  readonly kafka?: { readonly brokers: readonly string[]; readonly topic: string }
}

type Person = { readonly userId: string; readonly accountId: string; readonly token: string }
type Answer = Omit<Ended, 'op' | 'at'>

const { address, file, name, tasks, kafka } = JSON.parse(process.argv[2] ?? '') as Workload
const record = recordTo(file)
const topics = kafka && openTopics(kafka.brokers)
const answerMs = 8_000
const pauseMs = 200
let ending = false
let ops = 0
process.on('SIGTERM', () => (ending = true))
stopWhenOrphaned(async () => process.exit())

type Told = { method: string; path: string; bearer: string; body?: object; key?: string }

const toldBy = ({ userId, token }: Person, action: Exclude<Action, { waits: true }>): Told => {
  switch (action.do) {
    case 'read':
      return { method: 'GET', path: '/api/onboarding', bearer: token }
    case 'complete': {
      const path = `/api/onboarding/steps/${action.step}`
      const key = action.key === undefined ? {} : { key: action.key }
      return { method: 'PATCH', path, bearer: token, body: { status: 'done' }, ...key }
    }
    case 'snooze': {
      const path = '/api/onboarding/nudge/snooze'
      return { method: 'POST', path, bearer: token, body: {}, key: action.key }
    }
    case 'consent':
      return { method: 'PUT', path: '/api/onboarding/consent', bearer: token, body: { analytics: true } }
    case 'erase':
      return { method: 'DELETE', path: `/api/users/${userId}`, bearer: apiKey }
    case 'gate': {
      const body = { userId, steps: [action.step], route: '/publish', flow: 'crash' }
      return { method: 'POST', path: '/api/gates/check', bearer: apiKey, body }
    }
    case 'event': {
      const { event, ref: messageId } = action
      const body = { type: 'track', userId, event, messageId, properties: { ref: messageId } }
      return { method: 'POST', path: '/api/events', bearer: apiKey, body }
    }
  }
}

const kindOf = (status: number): Answer['kind'] => {
  if (status < 400) return 'ok'
  return status < 500 ? 'fail' : 'unknown'
}

const seenIn = (body: any): { [step: string]: string } =>
  Object.fromEntries(body.steps.map((step: any) => [step.id, step.status]))

const ask = async (person: Person, action: Action): Promise<Answer> => {
  if (action.do === 'event' && action.waits) {
    const { ref, event } = action
    const value = JSON.stringify({ id: ref, user_id: person.userId, type: event, ref })
    const partition = (createHash('sha256').update(person.userId).digest()[0] ?? 0) % 3
    await topics?.send({ topic: kafka?.topic ?? '', partition, value })
    return { kind: 'ok' }
  }
  const { method, path, bearer, body, key } = toldBy(person, action)
  const response = await fetch(address + path, {
    method,
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(body && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(answerMs),
  })
  const { status } = response
  const said = (await response.json()) as any
  if (status === 200 && action.do === 'event' && said.results[0].status === 'refused')
    return { kind: 'fail', status }
  return {
    kind: kindOf(status),
    status,
    ...(status === 200 && action.do === 'read' && { seen: seenIn(said) }),
  }
}

const once = async (person: Person, action: Action): Promise<Answer['kind']> => {
  const op = `${name}-${(ops += 1)}`
  const { userId, accountId } = person
  record({ kind: 'invoke', op, at: now(), userId, accountId, action })
  const answer = await ask(person, action).catch((): Answer => ({ kind: 'unknown' }))
  record({ ...answer, op, at: now() })
  return answer.kind
}

const chance = (share: number): boolean => Math.random() < share

/** Again until it is known what became of it; a few give up, as people do. */
const persist = async (person: Person, action: Action, mayGiveUp = true): Promise<Answer['kind']> => {
  for (;;) {
    const kind = await once(person, action)
    if (kind !== 'unknown' || (mayGiveUp && chance(0.1))) return kind
    await sleep(pauseMs)
  }
}

type Deed = () => Promise<unknown>

/** In any order, three at a time. */
const doAll = async (deeds: Deed[]): Promise<void> => {
  const waiting = deeds.map((deed) => [Math.random(), deed] as const).toSorted(([a], [b]) => a - b)
  const worker = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await next[1]()
  }
  await Promise.all([worker(), worker(), worker()])
}

/** A fifth of the events are told twice. */
const event = (person: Person, ref: string, name: string, step?: string): Deed[] => {
  const waits = topics !== undefined && chance(0.7)
  const action: Action = {
    do: 'event',
    event: name,
    ref,
    ...(step !== undefined && { step }),
    ...(waits && { waits }),
  }
  const tell: Deed = () => persist(person, action)
  return chance(0.2) ? [tell, tell] : [tell]
}

const complete = (person: Person, step: string): Deed => {
  const key = chance(0.5) ? { key: `${person.userId}-${step}` } : {}
  return () => persist(person, { do: 'complete', step, ...key })
}

const liveTogether = async (id: string): Promise<void> => {
  const accountId = `account-${id}`
  const meet = async (userId: string): Promise<Person> => ({
    userId,
    accountId,
    token: await tokenOf(userId, { account: accountId }),
  })
  const [first, second] = [await meet(`${id}a`), await meet(`${id}b`)]
  for (const person of [first, second]) {
    await persist(person, { do: 'read' }, false)
    await persist(person, { do: 'consent' }, false)
    await persist(person, { do: 'gate', step: 'first' })
  }
  const views = [1, 2, 3].flatMap((n) => event(first, `${id}-view-${n}`, 'shop.viewed'))
  await doAll([
    complete(first, 'first'),
    complete(first, 'second'),
    complete(first, 'shared'),
    complete(second, 'first'),
    complete(second, 'shared'),
    () => persist(first, { do: 'snooze', key: `${id}-snooze` }),
    () => persist(first, { do: 'read' }),
    () => persist(second, { do: 'gate', step: 'first' }),
    ...event(first, `${id}-proof`, 'did.prove', 'proven'),
    ...event(second, `${id}-proof-b`, 'did.prove', 'proven'),
    ...views,
  ])
  for (const person of [first, second]) {
    await persist(person, { do: 'read' })
    await persist(person, { do: 'gate', step: 'first' })
  }
  if (!chance(0.2)) return
  await persist(second, { do: 'erase' }, false)
  await persist(second, { do: 'read' })
  await persist(second, { do: 'gate', step: 'first' })
  await doAll(event(second, `${id}-late`, 'shop.viewed'))
}

const task = async (number: number): Promise<void> => {
  for (let index = 0; !ending; index++) await liveTogether(`${name}-${number}-${index}`)
}
await Promise.all(Array.from({ length: tasks }, (_, number) => task(number)))
await topics?.close()
