import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { mount } from 'hono/mount'
import { pino } from 'pino'
import { createGates } from '@boardwalk/sdk'
import { honoGates } from '@boardwalk/sdk/hono'
import { createBoardwalk, listen } from '@boardwalk/server'
import { buildPages, typeOf } from './build-pages.ts'

export type HostModal = {
  readonly address: string
  /** Bodies of the requests that came through a gate. */
  readonly published: readonly string[]
  /** How often this person's requests came as far as a gate. */
  readonly attempts: (user: string) => number
  readonly stop: () => Promise<void>
}

const flow = {
  name: 'host',
  steps: [
    { id: 'terms', title: 'Accept the terms', required: true, gate: { message: 'The terms come first' } },
    {
      id: 'payments',
      title: 'Set up payments',
      required: true,
      completion: 'proof' as const,
      action: { type: 'open_modal' as const, modal: 'payments' },
      gate: { message: 'Payments come first' },
    },
  ],
}

const userOf = (cookie: string | null | undefined): string | undefined =>
  /(?:^|; )user=([^;]+)/.exec(cookie ?? '')?.[1]

/** A host whose forms are in modals of its own, with Boardwalk mounted in it. Who somebody is, their cookie says. */
export const openHostModal = async (): Promise<HostModal> => {
  const directory = await mkdtemp(join(tmpdir(), 'boardwalk-host-'))
  const files = await buildPages(join(import.meta.dirname, 'host-modal'))
  const boardwalk = createBoardwalk({
    database: { directory },
    identify: ({ headers }) => {
      const userId = userOf(headers.get('cookie'))
      return userId === undefined ? undefined : { userId }
    },
    log: pino({ level: 'silent' }),
  })
  await boardwalk.verbs.publishFlow(flow)
  // Long enough for a busy machine: a gate that fails closed answers 503, and opens nothing.
  const gates = createGates({ boardwalk, deadlineMs: 5_000 })
  const { requireStep } = honoGates(gates, { user: ({ req }) => userOf(req.header('cookie')) })
  const published: string[] = []
  const attempts: (string | undefined)[] = []

  const app = new Hono()
  app.all('/boardwalk/*', mount(boardwalk.fetch))
  app.use('/publish/*', (context, next) => {
    attempts.push(userOf(context.req.header('cookie')))
    return next()
  })
  for (const step of ['terms', 'payments'])
    app.post(`/publish/${step}`, requireStep(step, { critical: true }), async (context) => {
      published.push(await context.req.text())
      return context.text((JSON.parse(published.at(-1)!) as { name: string }).name)
    })
  app.post('/payments', async (context) => {
    await boardwalk.verbs.changeStep(userOf(context.req.header('cookie'))!, {
      id: 'payments',
      status: 'done',
    })
    return context.body(null, 204)
  })
  app.get('*', (context) => {
    const path = context.req.path === '/' ? '/index.html' : context.req.path
    const file = files.get(path)
    return file === undefined ? context.notFound() : context.body(file, 200, { 'Content-Type': typeOf(path) })
  })
  await gates.start()
  const { address, stop } = await listen(app.fetch, { port: 0, host: '127.0.0.1' })
  return {
    address,
    published,
    attempts: (user) => attempts.filter((one) => one === user).length,
    stop: async () => {
      boardwalk.drain()
      await stop()
      gates.close()
      await boardwalk.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
