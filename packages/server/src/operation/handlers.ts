import { flowJsonSchema, openApiDocument } from '@boardwalk/contract'
import { ping, type Query } from '@boardwalk/store'
import type { Handlers } from '../http/serve-operations.ts'
import type { Metrics } from './metrics.ts'

type Served = Pick<Handlers, 'healthLive' | 'healthReady' | 'metrics' | 'openApi' | 'flowSchema'>

/** Made when somebody first asks for it, and the same for every Boardwalk of the process. */
const once = (make: () => object): (() => string) => {
  let made: string | undefined
  return () => (made ??= JSON.stringify(make()))
}

const openApi = once(openApiDocument)
const flowSchema = once(flowJsonSchema)

const patienceMs = 2_000

const answersInTime = async (query: Query): Promise<boolean> => {
  const timeout = new Promise<boolean>((resolve) => setTimeout(resolve, patienceMs, false).unref())
  const answer = ping(query).then(
    () => true,
    () => false,
  )
  return Promise.race([answer, timeout])
}

/** `isDraining`: the process takes no new work, so a load balancer should send none. */
export const operationHandlers = (query: Query, metrics: Metrics, isDraining: () => boolean): Served => ({
  healthLive: () => ({ status: 200, body: { status: 'ok' } }),
  healthReady: async () => {
    const database = (await answersInTime(query)) ? 'ok' : 'failed'
    const ready = database === 'ok' && !isDraining()
    return {
      status: ready ? 200 : 503,
      body: { status: ready ? 'ok' : 'unavailable', checks: { database } },
    }
  },
  metrics: async () => ({
    status: 200,
    body: await metrics.registry.metrics(),
    headers: { 'content-type': metrics.registry.contentType },
  }),
  openApi: () => ({ status: 200, body: openApi() }),
  flowSchema: () => ({
    status: 200,
    body: flowSchema(),
    headers: { 'content-type': 'application/schema+json' },
  }),
})
