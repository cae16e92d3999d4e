import { pino } from 'pino'
import type { Database } from '@boardwalk/store'
import { createBoardwalk, listen, type Boardwalk, type BoardwalkOptions } from '@boardwalk/server'
import type { GatesOptions } from '../src/index.ts'

export const apiKey = 'a-first-api-key-of-more-than-32-bytes'

export const shop = {
  name: 'shop',
  steps: [
    { id: 'profile', title: { en: 'Complete your profile', fr: 'Complétez votre profil' } },
    {
      id: 'payments',
      title: { en: 'Set up payments', fr: 'Configurer les paiements' },
      required: true,
      action: { type: 'open_modal' as const, modal: 'payments_setup', prefill: { country: '$market' } },
      gate: {
        message: {
          en: 'You need to set up payments before you publish your shop',
          fr: 'Vous devez configurer les paiements avant de publier votre boutique',
        },
      },
    },
  ],
  gates: { publish: { steps: ['payments'], critical: true } },
}

export type ServedBoardwalk = {
  readonly boardwalk: Boardwalk
  readonly address: string
  readonly port: number
  /** How a host of this process and one of another reach it. */
  readonly ways: readonly (readonly [name: string, boardwalk: GatesOptions['boardwalk']])[]
  readonly does: (userId: string, ...steps: string[]) => Promise<void>
  readonly stop: () => Promise<void>
}

/** The real thing, with a shop's flow, in this process and over HTTP. */
export const boardwalkWithShop = async (
  database: Database,
  options: Pick<BoardwalkOptions, 'redis' | 'tokens'> = {},
): Promise<ServedBoardwalk> => {
  const boardwalk = createBoardwalk({
    database,
    apiKey,
    // Few people, who do much.
    limits: { requestsPerMinute: 1_000_000, stepUpdatesPerMinute: 1_000_000, snoozesPerDay: 1_000_000 },
    log: pino({ level: 'silent' }),
    ...options,
  })
  await boardwalk.verbs.publishFlow(shop)
  const { address, stop } = await listen(boardwalk.fetch, { port: 0, host: '127.0.0.1' })
  return {
    boardwalk,
    address,
    port: Number(new URL(address).port),
    ways: [
      ['in process', boardwalk],
      ['over HTTP', { url: address, apiKey }],
    ],
    does: async (userId, ...steps) => {
      for (const id of steps) await boardwalk.verbs.changeStep(userId, { id, status: 'done' })
    },
    stop: async () => {
      await stop()
      await boardwalk.stop()
    },
  }
}
