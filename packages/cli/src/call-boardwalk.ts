import type { ProblemDetails } from '@boardwalk/contract'
import { CommandError } from './command.ts'
import { configured } from './configured.ts'
import { readDevelopmentSecrets } from '@boardwalk/server'

const apiKey = async (configuredKey: string | undefined): Promise<string> => {
  const key = configuredKey ?? (await readDevelopmentSecrets())?.apiKey
  if (key !== undefined) return key
  throw new CommandError('There is no API key. Set BOARDWALK_API_KEY, or run "npm start" here once.')
}

/**
 * Calls the running Boardwalk at BOARDWALK_URL. A refusal becomes an error that tells what the server said. A body that
 * is a text is JSON already.
 */
export const callBoardwalk = async <Answer>(
  method: string,
  path: string,
  body?: object | string,
  type = 'application/json',
): Promise<Answer> => {
  const configuration = configured()
  const { url = `http://127.0.0.1:${configuration.port}` } = configuration
  const headers = {
    authorization: `Bearer ${await apiKey(configuration.apiKey)}`,
    'content-type': type,
  }
  const sent = typeof body === 'string' ? body : JSON.stringify(body)
  const request = { method, headers, ...(body !== undefined && { body: sent }) }
  const response = await fetch(new URL(path, url), request).catch((error: unknown) => {
    const reason =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new CommandError(`Boardwalk does not answer at ${url} (${reason}). Start it, or set BOARDWALK_URL.`)
  })
  if (response.ok) return (response.status === 202 ? undefined : await response.json()) as Answer
  const problem = (await response
    .json()
    .catch(() => ({ message: response.statusText }))) as Partial<ProblemDetails>
  throw new CommandError(
    `Boardwalk refused (${response.status} ${problem.error ?? ''}): ${problem.message ?? ''}`,
  )
}
