import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { problemDetailsOf, type ErrorCode, type Onboarding } from '@boardwalk/contract'
import { nextStepOf, positionOf, progressOf } from '@boardwalk/engine'

export type Asked = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: any
}

export type Answer = { status: number; headers?: Record<string, string>; body?: string }

const json = { 'content-type': 'application/json' }

export const refusal = (code: ErrorCode, status: number, message = 'No.'): Answer => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify(problemDetailsOf(code, message, 'try-1')),
})

type Step = Onboarding['steps'][number]

export const stepOf = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  version: 1,
  title: id,
  required: true,
  weight: 1,
  status: 'todo',
  allowed: true,
  ...more,
})

export const counted = (onboarding: Onboarding): Onboarding => {
  const steps = onboarding.steps.map((step) => ({ ...step, locked: step.locked === true }))
  return {
    ...onboarding,
    progress: progressOf(steps),
    position: positionOf(steps),
    nextStep: nextStepOf(steps),
    nudge: { ...onboarding.nudge, remainingSteps: steps.filter(({ status }) => status === 'todo').length },
  }
}

export const onboardingOf = (...steps: readonly Step[]): Onboarding =>
  counted({
    flow: { name: 'standard', version: 1 },
    status: 'in_progress',
    progress: 0,
    position: { current: 0, total: 0, completed: 0, skipped: 0 },
    nextStep: null,
    steps: [...steps],
    nudge: { visible: true, remainingSteps: 0, snoozeCount: 0, maxSnoozes: 3, snoozeDays: 7 },
    guide: { dismissed: false },
    welcome: { seen: false },
    features: { enabled: true, skip: true, snooze: true, guardRails: true },
    experiments: {},
    config: {},
  })

const tagOf = (body: string): string => `"${createHash('sha1').update(body).digest('base64url')}"`

/** A server that speaks the contract, whose answers and delays a test holds in its hands. */
export const openFake = async () => {
  const carriedOut = new Map<string, Answer>()
  const streams = new Set<ServerResponse>()

  const fake = {
    url: '',
    onboarding: onboardingOf(stepOf('profile'), stepOf('payments'), stepOf('team', { required: false })),
    got: [] as Asked[],
    streams,
    hasRepresentation: true,
    hasStream: true,
    /** Answers instead of the server, before anything happens. */
    instead: undefined as ((asked: Asked) => Answer | undefined | Promise<Answer | undefined>) | undefined,
    /** What the server answers, after everything has happened; for delays and answers that get lost. */
    deliver: undefined as ((asked: Asked, answer: Answer) => Answer | Promise<Answer>) | undefined,
    change: (change: (onboarding: Onboarding) => Onboarding): void => {
      fake.onboarding = counted(change(fake.onboarding))
    },
    setStep: (id: string, more: Partial<Step>): void =>
      fake.change((onboarding) => ({
        ...onboarding,
        steps: onboarding.steps.map((step) => (step.id === id ? { ...step, ...more } : step)),
      })),
    emit: (raw = 'event: changed\ndata: {}\n\n'): void => {
      for (const stream of streams) stream.write(raw)
    },
    dropStreams: (): void => {
      for (const stream of streams) stream.destroy()
    },
    asked: (method: string, path = '/api/onboarding'): Asked[] =>
      fake.got.filter((one) => one.method === method && one.path === path),
    close: async (): Promise<void> => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }

  const represent = (): Answer => {
    const body = JSON.stringify(fake.onboarding)
    return { status: 200, headers: { ...json, etag: tagOf(body) }, body }
  }

  const verbs: Record<string, (onboarding: Onboarding) => Onboarding> = {
    '/nudge/snooze': (o) => ({
      ...o,
      nudge: {
        ...o.nudge,
        visible: false,
        snoozeCount: o.nudge.snoozeCount + 1,
        snoozedUntil: '2030-01-08T00:00:00.000Z',
        undoUntil: '2030-01-01T00:00:10.000Z',
      },
    }),
    '/nudge/unsnooze': ({ nudge: { snoozedUntil: _, undoUntil: __, ...nudge }, ...o }) => ({
      ...o,
      nudge: { ...nudge, visible: true, snoozeCount: nudge.snoozeCount - 1 },
    }),
    '/nudge/dismiss': (o) => ({ ...o, nudge: { ...o.nudge, visible: false } }),
    '/guide/dismiss': (o) => ({ ...o, guide: { dismissed: true } }),
    '/guide/restore': (o) => ({ ...o, guide: { dismissed: false } }),
    '/welcome/seen': (o) => ({ ...o, welcome: { seen: true } }),
    '/skip': (o) => ({ ...o, status: 'skipped' }),
    '/resume': (o) => ({ ...o, status: 'in_progress' }),
  }

  const carryOut = ({ path, body, headers }: Asked): Answer => {
    const key = String(headers['idempotency-key'])
    const before = carriedOut.get(key)
    if (before) return before
    const [, step] = /^\/api\/onboarding\/steps\/(.+)$/.exec(path) ?? []
    const verb = verbs[path.replace('/api/onboarding', '')]
    if (step !== undefined) {
      const found = fake.onboarding.steps.find(({ id }) => id === decodeURIComponent(step))
      if (!found) return refusal('step_not_found', 404)
      if (found.status === 'done' && body.status === 'skipped') return refusal('step_already_done', 409)
      if (found.required && body.status === 'skipped') return refusal('step_required', 400)
      fake.setStep(found.id, { status: body.status })
    } else if (verb) fake.change(verb)
    else return refusal('route_not_found', 404)
    const { headers: tag, body: representation } = represent()
    const answer: Answer = fake.hasRepresentation
      ? { status: 200, headers: tag!, body: `{"success":true,"onboarding":${representation}}` }
      : { status: 200, headers: json, body: '{"success":true}' }
    carriedOut.set(key, answer)
    return answer
  }

  const answerOf = (asked: Asked): Answer => {
    if (asked.method !== 'GET') return carryOut(asked)
    const answer = represent()
    return asked.headers['if-none-match'] === answer.headers?.['etag'] ? { status: 304 } : answer
  }

  const stream = (outgoing: ServerResponse): void => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' })
    outgoing.write('retry: 1000\n\nevent: changed\ndata: {}\n\n')
    streams.add(outgoing)
    outgoing.on('close', () => streams.delete(outgoing))
  }

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(incoming.url!, 'http://fake')
    const sent = await text(incoming)
    const asked: Asked = {
      method: incoming.method!,
      path: pathname,
      query: searchParams,
      headers: incoming.headers,
      body: sent === '' ? undefined : JSON.parse(sent),
    }
    fake.got.push(asked)
    const instead = await fake.instead?.(asked)
    if (!instead && pathname === '/api/onboarding/stream' && fake.hasStream) return stream(outgoing)
    let answer = instead ?? answerOf(asked)
    if (fake.deliver) answer = await fake.deliver(asked, answer)
    outgoing.writeHead(answer.status, answer.headers).end(answer.body)
  }
  const server = createServer(
    (incoming, outgoing) => void serve(incoming, outgoing).catch(() => outgoing.destroy()),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}

export type Fake = Awaited<ReturnType<typeof openFake>>
