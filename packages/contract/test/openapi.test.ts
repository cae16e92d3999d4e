import { describe, expect, test } from 'vitest'
import {
  errorCodes,
  errors,
  errorsOf,
  flowJsonSchema,
  openApiDocument,
  operationIds,
  operationRow,
  problemDetailsOf,
  scopeNames,
} from '../src/index.ts'

type Described = {
  operationId: string
  security: Record<string, string[]>[]
  parameters: { name: string; in: string; required?: boolean; schema: object }[]
  requestBody?: { required: boolean; content: object }
  responses: Record<string, { description: string; content?: object }>
}

const document = openApiDocument() as {
  openapi: string
  paths: Record<string, Record<string, Described>>
  components: Record<string, Record<string, unknown>>
}

const described = (id: string): Described => {
  const { path, method } = operationRow(id as (typeof operationIds)[number])
  return document.paths[path]![method]!
}

const referencesIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  )
}

const resolves = (root: unknown, reference: string): boolean =>
  reference
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      root,
    ) !== undefined

test('every reference of the documents leads somewhere', () => {
  expect(document.openapi).toMatch(/^3\.1\./)
  for (const whole of [document, flowJsonSchema()]) {
    const references = referencesIn(whole)
    expect(references.length).toBeGreaterThan(0)
    expect(references.filter((reference) => !resolves(whole, reference))).toEqual([])
  }
})

test('no two operations share method and path', () => {
  const places = operationIds.map((id) => `${operationRow(id).method} ${operationRow(id).path}`)
  expect(new Set(places).size).toBe(places.length)
})

describe.each(operationIds)('%s', (id) => {
  const row = operationRow(id)
  const shown = described(id)

  test('declares every parameter of its path, and no other', () => {
    const inPath = [...row.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const declared = shown.parameters.filter((parameter) => parameter.in === 'path')
    expect(declared.map(({ name }) => name)).toEqual(inPath)
    expect(declared.every(({ required }) => required === true)).toBe(true)
  })

  test('says what it answers, each answer and each error', () => {
    expect(shown.operationId).toBe(id)
    const statuses = new Set([
      ...Object.keys(row.answers),
      ...errorsOf(row).map((code) => String(errors[code].status)),
    ])
    expect(new Set(Object.keys(shown.responses))).toEqual(statuses)
    for (const { description } of Object.values(shown.responses)) expect(description).not.toBe('')
  })

  test('says who may call it', () => {
    const { caller } = row
    const server = 'scope' in caller ? [{ server: [caller.scope] }] : []
    const person = caller.kind === 'person' || caller.kind === 'either' ? [{ person: [] }] : []
    expect(shown.security).toEqual([...person, ...server])
  })

  test('shows its body', () => {
    expect(shown.requestBody === undefined).toBe(row.body === undefined)
    expect(shown.requestBody?.required).toBe(row.body === undefined ? undefined : row.bodyOptional !== true)
  })
})

test('every scope is needed by an operation', () => {
  const needed = operationIds.flatMap((id) => {
    const { caller } = operationRow(id)
    return 'scope' in caller ? [caller.scope] : []
  })
  expect(new Set(needed)).toEqual(new Set(scopeNames))
})

test('problem details carry the row of their code', () => {
  for (const code of errorCodes) {
    const { status, title } = errors[code]
    expect(problemDetailsOf(code, 'what happened', 'c-1')).toEqual({
      type: `urn:boardwalk:problem:${code}`,
      title,
      status,
      detail: 'what happened',
      error: code,
      message: 'what happened',
      correlationId: 'c-1',
    })
  }
})
