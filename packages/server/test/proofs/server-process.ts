import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { caller, apiKey, secret, tokenOf, type Call } from '../open-house.ts'

const ownProgram = fileURLToPath(new URL('../../../cli/bin/boardwalk.js', import.meta.url))

/** For the few people of a proof, who do much. */
export const raisedLimits = {
  BOARDWALK_REQUESTS_PER_MINUTE: '1000000',
  BOARDWALK_STEP_UPDATES_PER_MINUTE: '1000000',
  BOARDWALK_SNOOZES_PER_DAY: '1000000',
}

export type ServerProcess = {
  readonly address: string
  readonly process: ChildProcess
  readonly server: Call
  readonly person: (userId: string, claims?: object) => Promise<Call>
  /** `kill -9`; resolves when the process is gone. */
  readonly kill: () => Promise<void>
  /** SIGTERM; answers the exit code. */
  readonly stop: () => Promise<number | null>
}

/**
 * `boardwalk serve` as a process of its own, on this database; or `words` in its place, as long as it says where it
 * listens.
 */
export const startServer = async (
  settings: Record<string, string>,
  words?: readonly string[],
): Promise<ServerProcess> => {
  const own = [ownProgram, 'serve', '--port', settings['PORT'] ?? '0']
  const child = spawn(process.execPath, words ?? own, {
    env: {
      PATH: process.env['PATH'],
      BOARDWALK_JWT_SECRET: secret,
      BOARDWALK_API_KEY: apiKey,
      BOARDWALK_LOG_LEVEL: 'error',
      // Another program may be a version that refuses what it does not know.
      ...(words === undefined && raisedLimits),
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit') as Promise<[number | null]>
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /listens on (\S+)/.exec(line)?.[1]
      if (found) resolve(found)
      else process.stdout.write(`${line}\n`)
    })
    void ended.then(([code]) => reject(new Error(`The server ended with ${code} before it listened`)))
  })
  const as = (bearer: string): Call => caller(fetch, bearer, address)
  return {
    address,
    process: child,
    server: as(apiKey),
    person: async (userId, claims) => as(await tokenOf(userId, claims)),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    stop: async () => {
      child.kill('SIGTERM')
      return (await ended)[0]
    },
  }
}

export const publishFlow = async (server: Call, document: object): Promise<void> => {
  const { body } = await server('POST', '/api/admin/flows', document)
  const published = await server('POST', `/api/admin/flows/${body.name}/versions/${body.version}/publish`)
  if (published.status !== 200)
    throw new Error(`The flow was not published: ${JSON.stringify(published.body)}`)
}
