import {
  errorsOf,
  operationRow,
  operations,
  problemDetails,
  type OperationId,
  type OperationRow,
} from '@boardwalk/contract'

export type Told = { readonly status: number; readonly body: any; readonly headers: Headers }
type Question = {
  readonly path?: { readonly [name: string]: string }
  readonly query?: { readonly [name: string]: string }
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown
  readonly headers?: Record<string, string>
}
/** Asks one operation of the contract. An answer that the contract does not declare throws. */
export type Ask = (operation: OperationId, question?: Question) => Promise<Told>

const declared = (id: OperationId, row: OperationRow, { status, body, headers }: Told): void => {
  const schema = row.answers[status]
  if (schema) return void schema.parse(body)
  const { error, correlationId } = problemDetails.parse(body)
  if (!errorsOf(row).includes(error)) throw new Error(`${id} answered ${status} ${error}`)
  if (headers.get('content-type') !== 'application/problem+json') throw new Error(`${id}: no problem`)
  if (headers.get('x-correlation-id') !== correlationId) throw new Error(`${id}: two correlation ids`)
}

/** Through anything that answers requests, with this key. */
export const asking =
  (send: (request: Request) => Promise<Response>, origin: string, key: string | undefined): Ask =>
  async (id, { path = {}, query = {}, body, headers } = {}) => {
    const row = operationRow(id)
    const pathname = row.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(path[name] ?? ''),
    )
    const search = new URLSearchParams(query).toString()
    const response = await send(
      new Request(`${origin}${pathname}${search && `?${search}`}`, {
        method: row.method.toUpperCase(),
        headers: {
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    )
    const told = { status: response.status, body: await response.json(), headers: response.headers }
    declared(id, operations[id], told)
    return told
  }
