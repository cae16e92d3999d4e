import type { ProblemDetails } from '@boardwalk/contract'
import type { Problem } from '@boardwalk/engine'
import { readDevelopmentSecrets } from '@boardwalk/server/development-secrets'
import { CommandError } from './command.ts'
import { configured } from './configured.ts'

/** Boardwalk answered, but with a refusal. */
export class RefusedError extends CommandError {
  readonly status: number
  readonly code: string
  readonly problems: readonly Problem[]

  constructor(status: number, { error, message = '', problems = [] }: Partial<ProblemDetails>) {
    super(`Boardwalk refused (${status}${error === undefined ? '' : ` ${error}`}): ${message}`)
    this.status = status
    this.code = error ?? ''
    this.problems = problems
  }
}

/** Boardwalk does not answer, or says that it cannot now: the same call may well succeed later. */
export class AwayError extends CommandError {}

type HeadersOf = Readonly<Record<string, string>>

export type Answered<Body> = { readonly body: Body; readonly etag: string | null }

/** The running Boardwalk that the commands of this process speak to. */
export type Boardwalk = {
  readonly url: string
  /** An answer that is not JSON is told as its text. */
  readonly call: <Body>(
    method: string,
    path: string,
    /** A text is JSON already. */
    body?: object | string,
    headers?: HeadersOf,
  ) => Promise<Answered<Body>>
}

const apiKey = async (configuredKey: string | undefined): Promise<string> => {
  const key = configuredKey ?? (await readDevelopmentSecrets())?.apiKey
  if (key !== undefined) return key
  throw new CommandError('There is no API key. Set BOARDWALK_API_KEY, or run "npm start" here once.')
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)

/** Boardwalk at BOARDWALK_URL. A refusal becomes an error that tells what the server said. */
export const reachBoardwalk = async (): Promise<Boardwalk> => {
  const configuration = configured()
  const { url = `http://127.0.0.1:${configuration.port}` } = configuration
  const authorization = `Bearer ${await apiKey(configuration.apiKey)}`
  const away = (reason: string): never => {
    throw new AwayError(`Boardwalk does not answer at ${url} (${reason}). Start it, or set BOARDWALK_URL.`)
  }
  return {
    url,
    call: async <Body>(method: string, path: string, body?: object | string, more?: HeadersOf) => {
      const headers = { authorization, 'content-type': 'application/json', ...more }
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const request = { method, headers, ...(body !== undefined && { body: text }) }
      const response = await fetch(url.replace(/\/$/, '') + path, request).catch((error: unknown) =>
        away(reasonOf(error)),
      )
      const answered = await response.text().catch((error: unknown) => away(reasonOf(error)))
      if (response.ok) {
        const isJson = /json/.test(response.headers.get('content-type') ?? '')
        const answer: unknown = answered === '' ? undefined : isJson ? JSON.parse(answered) : answered
        return { body: answer as Body, etag: response.headers.get('etag') }
      }
      if (response.status === 503) away('503, not available now')
      throw new RefusedError(response.status, problemIn(answered, response.statusText))
    },
  }
}

const problemIn = (text: string, statusText: string): Partial<ProblemDetails> => {
  try {
    return JSON.parse(text) as Partial<ProblemDetails>
  } catch {
    return { message: statusText }
  }
}

/** One call of it, when only the answer's body counts. */
export const callBoardwalk = async <Body>(...asked: Parameters<Boardwalk['call']>): Promise<Body> =>
  (await (await reachBoardwalk()).call<Body>(...asked)).body
