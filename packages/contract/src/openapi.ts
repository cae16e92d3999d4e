import { z } from 'zod'
import { errors, problemDetails, type ErrorCode } from './errors.ts'
import { limitHeaders } from './limits.ts'
import { errorsOf, headers, limitsOf, type Caller, type HeaderName, type OperationRow } from './operation.ts'
import { operationIds, operationRow, type OperationId } from './operations/table.ts'
import { roleNames, roles, scopesOfRole } from './roles.ts'
import { scopes } from './scopes.ts'

type Json = Record<string, unknown>
type Side = 'input' | 'output'

const reference = (id: string): string => `#/components/schemas/${id}`

/** JSON Schemas of one document: those with an id stand once, under `components`, and are referred to. */
const schemaWriter = () => {
  const components: Record<string, Json> = {}

  const adopt = (definitions: Record<string, Json>, side: Side): void => {
    for (const [id, { $schema: _, $id: _id, id: _own, ...schema }] of Object.entries(definitions)) {
      const name =
        side === 'input' &&
        components[id] !== undefined &&
        JSON.stringify(components[id]) !== JSON.stringify(schema)
          ? `${id}Input`
          : id
      components[name] ??= schema
    }
  }

  const write = (schema: z.ZodType, io: Side): Json => {
    const {
      $schema: _,
      $defs,
      ...json
    } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' }) as Json & {
      $defs?: Record<string, Json>
    }
    const text = JSON.stringify({ json, $defs }).replaceAll('"#/$defs/', `"${reference('')}`)
    const relocated = JSON.parse(text) as { json: Json; $defs?: Record<string, Json> }
    adopt(relocated.$defs ?? {}, io)
    const id = z.globalRegistry.get(schema)?.id
    if (id === undefined) return relocated.json
    const { id: _own, ...own } = relocated.json
    adopt({ [id]: own }, io)
    return { $ref: reference(id) }
  }
  return { components, write }
}

type Writer = ReturnType<typeof schemaWriter>

const parameters = (where: 'path' | 'query', schema: z.ZodObject | undefined, { write }: Writer): Json[] =>
  Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { description, ...json } = write(field as z.ZodType, 'input')
    const required = where === 'path' || !(field as z.ZodType).safeParse(undefined).success
    return { name, in: where, required, schema: json, ...(description !== undefined && { description }) }
  })

const headerParameters = (names: readonly HeaderName[], { write }: Writer): Json[] =>
  names.map((name) => {
    const { description, ...schema } = write(headers[name], 'input')
    return { name, in: 'header', required: false, schema, ...(description !== undefined && { description }) }
  })

const meaningOf = (codes: readonly ErrorCode[]): string =>
  codes.map((code) => `\`${code}\`: ${errors[code].meaning}`).join(' ')

/** Errors that share a status stand under it together. */
const problemResponses = (
  row: OperationRow,
  codes: readonly ErrorCode[],
  taken: ReadonlySet<string>,
  { write }: Writer,
): Json => {
  const byStatus = new Map<string, ErrorCode[]>()
  for (const code of codes) {
    const status = String(errors[code].status)
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const schema = write(row.problem ?? problemDetails, 'output')
  return Object.fromEntries(
    [...byStatus]
      .filter(([status]) => !taken.has(status))
      .map(([status, same]) => [
        status,
        {
          description: meaningOf(same),
          content: { 'application/problem+json': { schema } },
        },
      ]),
  )
}

const mediaTypeOf = (row: OperationRow, status: number): string =>
  status >= 400 && status !== 503 ? 'application/problem+json' : (row.mediaType ?? 'application/json')

const otherAnswers = ({ otherAnswers: others = {} }: OperationRow, write: Writer['write']): Json =>
  Object.fromEntries(
    Object.entries(others).map(([mediaType, schema]) => [mediaType, { schema: write(schema, 'output') }]),
  )

const answers = (row: OperationRow, { write }: Writer): Json =>
  Object.fromEntries(
    Object.entries(row.answers).map(([status, schema]) => [
      status,
      {
        description:
          meaningOf(errorsOf(row).filter((code) => errors[code].status === Number(status))) || row.summary,
        ...(schema && {
          content: {
            [mediaTypeOf(row, Number(status))]: { schema: write(schema, 'output') },
            ...(status === '200' && otherAnswers(row, write)),
          },
        }),
      },
    ]),
  )

/** `Retry-After` comes with whatever passes; the rest tells a person's client how much is left. */
const withHeaders = (responses: Json, row: OperationRow): Json => {
  const ofAll = limitsOf(row).length > 0 ? Object.keys(limitHeaders) : []
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      const names = status === '429' || status === '503' ? ['Retry-After', ...ofAll] : ofAll
      const references = names.map((name) => [name, { $ref: `#/components/headers/${name}` }])
      return [
        status,
        { ...(response as Json), ...(names.length > 0 && { headers: Object.fromEntries(references) }) },
      ]
    }),
  )
}

const security = (caller: Caller): Json[] => {
  if (caller.kind === 'anyone') return []
  if (caller.kind === 'person') return [{ person: [] }]
  const server = { server: [caller.scope] }
  return caller.kind === 'server' ? [server] : [{ person: [] }, server]
}

const operation = (id: OperationId, writer: Writer): Json => {
  const row = operationRow(id)
  const given = answers(row, writer)
  const codes = errorsOf(row)
  return {
    operationId: id,
    summary: row.summary,
    security: security(row.caller),
    parameters: [
      ...parameters('path', row.parameters.path, writer),
      ...parameters('query', row.parameters.query, writer),
      ...headerParameters([...(row.headers ?? []), 'X-Correlation-Id'], writer),
    ],
    ...(row.body && {
      requestBody: {
        required: !row.bodyOptional,
        content: Object.fromEntries(
          Object.entries({ 'application/json': row.body, ...row.otherBodies }).map(([mediaType, schema]) => [
            mediaType,
            { schema: writer.write(schema, 'input') },
          ]),
        ),
      },
    }),
    responses: withHeaders(
      { ...given, ...problemResponses(row, codes, new Set(Object.keys(given)), writer) },
      row,
    ),
  }
}

const scopeHelp = Object.entries(scopes)
  .map(([scope, help]) => `- \`${scope}\`: ${help}`)
  .join('\n')

const roleHelp = roleNames
  .map((role) => `- \`${role}\`: ${roles[role]} (${scopesOfRole(role).join(', ')})`)
  .join('\n')

/** OpenAPI 3.1 of everything that is served, from the table that serves it. */
export const openApiDocument = (): Json => {
  const writer = schemaWriter()
  const paths: Record<string, Json> = {}
  for (const id of operationIds) {
    const { method, path } = operationRow(id)
    paths[path] = { ...paths[path], [method]: operation(id, writer) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Boardwalk', version: '0.1.0', license: { name: 'MIT', identifier: 'MIT' } },
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(writer.components).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      headers: {
        'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } },
        ...Object.fromEntries(
          Object.entries(limitHeaders).map(([name, description]) => [
            name,
            { description, schema: { type: 'string' } },
          ]),
        ),
      },
      securitySchemes: {
        person: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: "A person's token, signed by the host; `sub` is the user id.",
        },
        server: {
          type: 'http',
          scheme: 'bearer',
          description: `An API key. Scopes:\n${scopeHelp}\n\nRoles:\n${roleHelp}`,
        },
      },
    },
  }
}
