import type { IncomingHttpHeaders } from 'node:http'
import { problemsIn } from './fake-bodies.ts'
import type { Answer, Problem } from './fake-problem.ts'
import { routes, type Route } from './fake-routes.ts'
import type { FakeState } from './fake-state.ts'

export type Received = {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

const invalid = (where: string, problems: readonly Problem[]): Answer => ({
  refused: 'invalid_request',
  message: `The ${where} does not fit. ${problems[0]?.message ?? ''}`,
  problems,
})

const partsOf = (path: string): string[] => path.split('/')

const matches = (route: Route, method: string, parts: readonly string[]): boolean => {
  const own = partsOf(route.path)
  return (
    route.method === method &&
    own.length === parts.length &&
    own.every((part, index) => (part.startsWith('{') ? parts[index] !== '' : part === parts[index]))
  )
}

const decoded = (part: string): string | undefined => {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

/** The named parts of the path; `undefined` when it is not percent-encoded UTF-8. */
const parametersOf = (
  route: Route,
  parts: readonly string[],
): { readonly [name: string]: string } | undefined => {
  const named = partsOf(route.path).flatMap((part, index) =>
    part.startsWith('{') ? [[part.slice(1, -1), decoded(parts[index]!)] as const] : [],
  )
  return named.every((entry): entry is readonly [string, string] => entry[1] !== undefined)
    ? Object.fromEntries(named)
    : undefined
}

const bearer = ({ authorization = '' }: IncomingHttpHeaders): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(authorization)?.[1]

const notJson: Answer = {
  refused: 'malformed_json',
  message: 'The body is not JSON. Send one JSON value in UTF-8.',
}

const parsed = (text: string): { readonly json: unknown } | undefined => {
  try {
    return { json: text === '' ? undefined : JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Judged in the order of the real server: who calls, then path, query and body. */
export const answerTo = (
  state: FakeState,
  apiKey: string,
  { method, path: address, headers, text }: Received,
  correlationId: string,
): Answer => {
  const [path = ''] = address.split('?', 1)
  const search = address.slice(path.length)
  const parts = partsOf(path)
  const route = routes.find((one) => matches(one, method, parts))
  if (route === undefined)
    return { refused: 'route_not_found', message: `The fake serves nothing at ${method} ${path}.` }
  if (bearer(headers) !== apiKey)
    return { refused: 'unauthenticated', message: 'The API key is unknown, expired or revoked.' }
  const parameters = parametersOf(route, parts)
  if (parameters === undefined)
    return { refused: 'invalid_request', message: 'The path is not percent-encoded UTF-8.' }
  if (
    text !== '' &&
    route.bodyProblems &&
    !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(headers['content-type'] ?? '')
  )
    return {
      refused: 'unsupported_media_type',
      message: 'Send the body with the header Content-Type: application/json.',
    }
  const body = route.bodyProblems ? parsed(text) : { json: undefined }
  if (body === undefined) return notJson
  const query = Object.fromEntries(new URLSearchParams(search))
  const wrong = [
    ['path', route.pathShape ? problemsIn(parameters, route.pathShape) : []],
    ['query', route.queryShape ? problemsIn(query, route.queryShape) : []],
    ['body', route.bodyProblems?.(body.json) ?? []],
  ] as const
  for (const [where, problems] of wrong) if (problems.length > 0) return invalid(where, problems)
  return route.answer(state, { path: parameters, query, body: body.json, correlationId })
}
