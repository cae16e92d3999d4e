import { randomUUID } from 'node:crypto'
import {
  deleteWebhook,
  insertWebhook,
  listDeliveries,
  listWebhooks,
  mostWebhooks,
  noteAnswer,
} from '@boardwalk/store'
import { readSigning, readWebhook, resendDelivery, rotateWebhook, updateWebhook } from '@boardwalk/store'
import type { Database, Delivery, Webhook } from '@boardwalk/store'
import { pageOf, positionAfter } from '../http/cursor.ts'
import { Failure } from '../http/reply.ts'
import type { Handlers } from '../http/serve-operations.ts'
import type { Outbound } from '../outbound/outbound.ts'
import { newSecret, signedHeaders } from './message.ts'

type Served = Pick<
  Handlers,
  | 'createWebhook'
  | 'listWebhooks'
  | 'getWebhook'
  | 'updateWebhook'
  | 'deleteWebhook'
  | 'rotateWebhookSecret'
  | 'testWebhook'
  | 'listDeliveries'
  | 'resendDelivery'
>

type Parts = {
  readonly database: Database
  readonly outbound: Outbound
  readonly clock: () => number
  /** There may be something to send. */
  readonly wake: () => void
}

const dayMs = 86_400_000
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const number = /^\d{1,18}$/
const afterAll = '9223372036854775807'

const known = <Row extends object>(row: Row) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))

const present = ({ types, ...webhook }: Webhook): object => ({ ...known(webhook), types })
const presentDelivery = (delivery: Delivery): object => known(delivery)

const noWebhook = (id: string): Failure =>
  new Failure(
    'webhook_not_found',
    `There is no webhook "${id}". GET /api/admin/webhooks lists those there are.`,
  )

const tooMany = (): Failure =>
  new Failure(
    'too_many_webhooks',
    `There are ${mostWebhooks} webhooks, the most there may be. Delete one first.`,
  )

export const webhookHandlers = ({ database, outbound, clock, wake }: Parts): Served => {
  const { query } = database

  /** An id as the database takes it. */
  const idOf = (id: string): string => {
    if (uuid.test(id)) return id
    throw noWebhook(id)
  }

  const found = async (id: string): Promise<Webhook> => {
    const webhook = await readWebhook(query, idOf(id))
    if (webhook === undefined) throw noWebhook(id)
    return webhook
  }

  const fitting = async (url: string): Promise<void> => {
    const refusal = await outbound.refusal(url)
    if (refusal !== undefined) throw new Failure('url_refused', `The URL ${refusal}.`)
  }

  return {
    createWebhook: async ({ body: { url, types = null } }) => {
      await fitting(url)
      const made = { id: randomUUID(), secret: newSecret() }
      if (!(await insertWebhook(query, { ...made, url, types }, clock()))) throw tooMany()
      return { status: 201, body: made }
    },
    listWebhooks: async ({ query: { limit, cursor } }) => {
      const rows = await listWebhooks(query, positionAfter(cursor, uuid) ?? null, limit + 1)
      const page = pageOf(rows, limit, (row) => row.id)
      return { status: 200, body: { ...page, items: page.items.map(present) } }
    },
    getWebhook: async ({ path }) => ({ status: 200, body: present(await found(path.id)) }),
    updateWebhook: async ({ path, body }) => {
      await found(path.id)
      if (body.url !== undefined) await fitting(body.url)
      if (!(await updateWebhook(query, path.id, body, clock()))) throw noWebhook(path.id)
      wake()
      return { status: 200, body: present(await found(path.id)) }
    },
    deleteWebhook: async ({ path }) => {
      if (await deleteWebhook(database, idOf(path.id))) return { status: 204, body: null }
      throw noWebhook(path.id)
    },
    rotateWebhookSecret: async ({ path }) => {
      const secret = newSecret()
      if (await rotateWebhook(query, idOf(path.id), secret, clock() + dayMs))
        return { status: 200, body: { secret } }
      throw noWebhook(path.id)
    },
    testWebhook: async ({ path }) => {
      const target = await readSigning(query, idOf(path.id), clock())
      if (target === undefined) throw noWebhook(path.id)
      const timestamp = new Date(clock()).toISOString()
      const body = JSON.stringify({ type: 'boardwalk.test', timestamp, data: { webhookId: path.id } })
      const begun = performance.now()
      const sent = await outbound.post(target.url, signedHeaders(target, randomUUID(), body, clock()), body)
      const ms = Math.round(performance.now() - begun)
      if (sent.kind === 'failed') return { status: 200, body: { ok: false, ms, error: sent.reason } }
      const ok = sent.status >= 200 && sent.status < 300
      if (ok) await noteAnswer(query, path.id, true, clock())
      if (ok) wake()
      return { status: 200, body: { ok, status: sent.status, ms } }
    },
    listDeliveries: async ({ path, query: { limit, cursor, status = null } }) => {
      await found(path.id)
      const before = positionAfter(cursor, number) ?? afterAll
      const rows = await listDeliveries(query, { webhookId: path.id, before, status, limit: limit + 1 })
      const page = pageOf(rows, limit, (row) => row.id)
      return { status: 200, body: { ...page, items: page.items.map(presentDelivery) } }
    },
    resendDelivery: async ({ path: { id, deliveryId } }) => {
      await found(id)
      if (!number.test(deliveryId) || !(await resendDelivery(database, id, deliveryId, clock())))
        throw new Failure('delivery_not_found', `The webhook has no delivery "${deliveryId}".`)
      wake()
      return { status: 202, body: null }
    },
  }
}
