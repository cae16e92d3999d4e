import { readFileSync } from 'node:fs'
import { SignJWT } from 'jose'
import { pino } from 'pino'
import { errorsOf, operationIds, operationRow, problemDetails, type OperationRow } from '@boardwalk/contract'
import type { Database } from '@boardwalk/store'
import { createBoardwalk, type Boardwalk, type BoardwalkOptions } from '../src/index.ts'

export const secret = 'a test secret of more than thirty-two bytes'
/** Far more than any test does as one person, whose limits are not what it is about. */
export const generousLimits = {
  requestsPerMinute: 1_000_000,
  stepUpdatesPerMinute: 1_000_000,
  snoozesPerDay: 1_000_000,
}
/** Nothing is counted before transactions that are older end, and other tests have theirs on the same server. */
const patientMs = 30_000
export const apiKey = 'a-first-api-key-of-more-than-32-bytes'

export const flowFile = (name: 'shop' | 'saas'): Record<string, unknown> & { name: string } =>
  JSON.parse(readFileSync(new URL(`../../../flows/${name}.json`, import.meta.url), 'utf8'))

export const tokenOf = (userId: string, claims: object = {}, expires = '1h'): Promise<string> =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret))

export type Answer = { status: number; body: any; headers: Headers }
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>

const matching = (method: string, path: string): OperationRow | undefined =>
  operationIds
    .map(operationRow)
    .find(
      (row) =>
        row.method === method.toLowerCase() &&
        new RegExp(`^${row.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path.split('?')[0] ?? ''),
    )

/** Every answer a test sees is one that the contract declares, body included. */
const expectContract = (method: string, path: string, { status, body, headers }: Answer): void => {
  const row = matching(method, path)
  if (row === undefined) return
  const [mediaType = ''] = (headers.get('content-type') ?? '').split(';')
  const declared = (status === 200 && row.otherAnswers?.[mediaType]) || row.answers[status]
  if (declared) declared.parse(body)
  else if (declared === undefined) {
    const { error } = problemDetails.parse(body)
    if (!errorsOf(row).includes(error))
      throw new Error(`${method} ${path} answered ${status} ${error}, which the contract does not declare`)
  }
}

/** Calls as the bearer of this token or key, through anything that answers requests. */
export const caller =
  (
    send: (request: Request) => Promise<Response>,
    bearer: string | undefined,
    origin = 'http://boardwalk.test',
  ): Call =>
  async (method, path, body, headers = {}) => {
    const request = new Request(new URL(path, origin), {
      method,
      headers: {
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && {
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      }),
    })
    const response = await send(request)
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    const answer = {
      status: response.status,
      body: isJson && text !== '' ? JSON.parse(text) : text,
      headers: response.headers,
    }
    expectContract(method, path, answer)
    return answer
  }

export type House = {
  readonly boardwalk: Boardwalk
  /** The person, with these claims in their token. */
  readonly person: (userId: string, claims?: object) => Promise<Call>
  /** The host's server, with the first key. */
  readonly server: Call
  readonly as: (bearer: string | undefined) => Call
  /** Stores and publishes a flow; answers its version. */
  readonly publish: (document: { name: string; [field: string]: unknown }) => Promise<number>
}

/** A Boardwalk on this database, with nothing in it. */
export const openHouse = async (
  database: Database,
  options: Partial<BoardwalkOptions> = {},
): Promise<House> => {
  const log = pino({ level: process.env['TEST_LOG'] ?? 'silent' })
  const boardwalk = createBoardwalk({
    database,
    tokens: { secret },
    apiKey,
    log,
    limits: generousLimits,
    figuresWaitMs: patientMs,
    ...options,
  })
  await boardwalk.start()
  const as = (bearer: string | undefined): Call => caller(boardwalk.fetch, bearer)
  const server = as(apiKey)
  return {
    boardwalk,
    as,
    server,
    person: async (userId, claims) => as(await tokenOf(userId, claims)),
    publish: async (document) => {
      const stored = await server('POST', '/api/admin/flows', document)
      if (stored.status > 201) throw new Error(JSON.stringify(stored.body))
      const { name, version } = stored.body
      const published = await server('POST', `/api/admin/flows/${name}/versions/${version}/publish`)
      if (published.status !== 200) throw new Error(JSON.stringify(published.body))
      return version
    },
  }
}
