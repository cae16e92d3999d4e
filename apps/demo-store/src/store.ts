import { join } from 'node:path'
import { createBoardwalk, type Boardwalk, type BoardwalkOptions } from '@boardwalk/server'
import { createGates } from '@boardwalk/sdk'
import { parse } from 'hono/utils/cookie'
import { buildPages, type Pages } from './build-pages.ts'
import { lockFolder, type FolderLock } from './folder-lock.ts'
import { movableClock } from './movable-clock.ts'
import { hookPath } from './messages.ts'
import { startMissing, type ExperimentFile } from './own-experiments.ts'
import { ownWebhook, type OwnWebhook } from './own-webhook.ts'
import { storeRoutes } from './routes.ts'
import { openShops, type Shops } from './shops.ts'
import { storeEvents, withOwnTopic, type StoreEvents } from './store-events.ts'
import { sessionCookie } from './store-context.ts'
import { identityOf } from './telling.ts'

type Flow = Parameters<Boardwalk['verbs']['publishFlow']>[0]

export type Log = NonNullable<BoardwalkOptions['log']>

export type StoreOptions = Omit<BoardwalkOptions, 'identify' | 'log'> & {
  /** Of the store and of Boardwalk in it. */
  readonly log: Log
  /** Where the store keeps its own data. One process at a time may use it. */
  readonly dataFolder: string
  /** Published at the start unless Boardwalk has a flow of that name; what a team changed since is left alone. */
  readonly flows?: readonly Flow[]
  /** Made and started with them, unless there is one of that id. */
  readonly experiments?: readonly ExperimentFile[]
  /** Default: built from `browser/`. */
  readonly pages?: () => Promise<Pages>
}

export type Store = {
  /** The store's pages and routes, and all of Boardwalk. Only after `start()`. */
  readonly fetch: (request: Request) => Promise<Response>
  /** Answers the names of the flows that it published. */
  readonly start: () => Promise<readonly string[]>
  /** Where the store is served, once it is: Boardwalk tells it there what happens. `webhooks.allow` must let it. */
  readonly receiveAt: (address: string) => Promise<void>
  /** Readiness turns to 503; requests are answered still. */
  readonly drain: () => void
  readonly stop: () => Promise<void>
}

// The embedded database shares its process with everything else; nobody wants a 503 for a pause of 50 ms.
const gateDeadlineMs = 2000

const publishMissing = async ({ verbs }: Boardwalk, flows: readonly Flow[]): Promise<string[]> => {
  const published: string[] = []
  for (const flow of flows) {
    if (await verbs.hasFlow(flow.name)) continue
    await verbs.publishFlow(flow, 'First start')
    published.push(flow.name)
  }
  return published
}

/** A shop platform as one web-standard handler, with Boardwalk inside. */
export const createStore = ({
  dataFolder,
  flows = [],
  experiments = [],
  pages = buildPages,
  ...options
}: StoreOptions): Store => {
  const { log, clock: realClock = Date.now } = options
  const clock = movableClock(realClock)
  let lock: FolderLock | undefined
  let shops: Shops | undefined
  let events: StoreEvents | undefined
  let webhook: OwnWebhook | undefined
  let serve: Store['fetch'] | undefined

  const boardwalk = createBoardwalk({
    ...options,
    ...(options.kafka && { kafka: withOwnTopic(options.kafka) }),
    // Only Boardwalk travels in time: sessions and dates of the store's own stay where they are.
    clock: clock.now,
    identify: ({ headers }) => {
      const secret = parse(headers.get('cookie') ?? '', sessionCookie)[sessionCookie] ?? ''
      const person = shops?.signedIn(secret)
      return person && shops && identityOf(person, shops.shopOf(person))
    },
  })
  const gates = createGates({ boardwalk, deadlineMs: gateDeadlineMs, log })

  const stop = async (): Promise<void> => {
    gates.close()
    await events?.stop()
    await boardwalk.stop().finally(() => lock?.release())
  }

  return {
    fetch: async (request) => {
      if (serve === undefined) throw new Error('The store is not started: call start() first.')
      return serve(request)
    },
    start: async () => {
      lock = lockFolder(dataFolder)
      try {
        shops = await openShops(join(dataFolder, 'store.json'), realClock)
        const [built] = await Promise.all([pages(), boardwalk.start()])
        const published = await publishMissing(boardwalk, flows)
        await startMissing(boardwalk, options.apiKey, experiments)
        events = storeEvents(options.kafka, boardwalk.verbs, log)
        const hook = ownWebhook({ boardwalk, apiKey: options.apiKey, shops, log })
        webhook = hook
        const app = storeRoutes({
          shops,
          pages: built,
          boardwalk,
          gates,
          events,
          hookSecret: hook.secret,
          log,
          realClock,
          clock,
        })
        serve = async (request) => app.fetch(request)
        await gates.start()
        return published
      } catch (error) {
        await stop()
        throw error
      }
    },
    receiveAt: async (address) => webhook?.register(new URL(hookPath, address).href),
    drain: boardwalk.drain,
    stop,
  }
}
