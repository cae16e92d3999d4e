import { pino } from 'pino'
import { createBoardwalk } from '@boardwalk/server'
import type { OpenDatabase } from '@boardwalk/store/test-kit'
import { startFakeBoardwalk } from '../test-kit/index.ts'
import { asking, type Ask } from './ask.ts'

const apiKey = 'a-key-for-both-of-more-than-32-bytes'
const flow = 'shop'

const steps = {
  email: { title: 'Verify your email' },
  payments: {
    title: 'Set up payments',
    message: 'You need to set up payments before you publish your shop',
    action: {
      type: 'open_modal',
      modal: 'payments_setup',
      prefill: { country: '$market', plan: '$tariff', price: '$100', currency: 'EUR' },
    },
  },
  theme: { title: 'Choose a theme', action: { type: 'redirect', url: '/store/theme' } },
} as const

const gates = {
  publish: { steps: ['payments'], critical: true },
  checkout: { steps: ['payments', 'email'], critical: false },
}

export type Peer = {
  /** The host's server. */
  readonly ask: Ask
  readonly askAs: (key: string | undefined) => Ask
  readonly send: (request: Request) => Promise<Response>
  readonly origin: string
  readonly stop: () => Promise<void>
}

/** A Boardwalk with the steps and gates above, as the fake plays it. */
export const startFake = async (): Promise<Peer> => {
  const fake = await startFakeBoardwalk({ apiKey, flow, steps, gates })
  const askAs = (key: string | undefined) => asking(fetch, fake.url, key)
  return { ask: askAs(apiKey), askAs, send: fetch, origin: fake.url, stop: fake.stop }
}

const document = {
  name: flow,
  steps: Object.entries(steps).map(([id, { title, ...step }]) => ({
    id,
    title,
    required: true,
    ...('message' in step && { gate: { message: step.message } }),
    ...('action' in step && { action: step.action }),
  })),
  gates,
}

/** The same, as it really is. */
export const startReal = async (open: OpenDatabase): Promise<Peer> => {
  const log = pino({ level: 'silent' })
  const { start, stop, fetch: send } = createBoardwalk({ database: await open(), apiKey, log })
  await start()
  const origin = 'http://boardwalk.test'
  const askAs = (key: string | undefined) => asking(send, origin, key)
  const ask = askAs(apiKey)
  await ask('createFlow', { body: document })
  await ask('publishFlowVersion', { path: { name: flow, version: '1' } })
  return { ask, askAs, send, origin, stop }
}
