import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../../cli/bin/boardwalk.js', import.meta.url))
export const apiKey = 'an-api-key-of-a-proof-longer-than-32-bytes'
export const secret = 'a secret of a proof, longer than thirty-two bytes'

export type Served = { readonly address: string; readonly stop: () => Promise<void> }

/** `boardwalk serve` as a process of its own. */
export const serve = async (url: string, schema: string): Promise<Served> => {
  const child = spawn(process.execPath, [entry, 'serve', '--port', '0'], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: url,
      BOARDWALK_SCHEMA: schema,
      BOARDWALK_DATABASE_CONNECTIONS: '4',
      BOARDWALK_API_KEY: apiKey,
      BOARDWALK_JWT_SECRET: secret,
      BOARDWALK_LOG_LEVEL: 'silent',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  for await (const line of createInterface({ input: child.stdout })) {
    const [, address] = /listens on (\S+)/.exec(line) ?? []
    if (address !== undefined) return { address, stop }
  }
  throw new Error('The server ended before it listened')
}

/** Calls as the team does, with the first key. */
export const asTeam = async (
  { address }: Served,
  method: string,
  path: string,
  body?: object,
): Promise<number> => {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
  const response = await fetch(`${address}${path}`, { method, headers, body: JSON.stringify(body) ?? null })
  await response.body?.cancel()
  return response.status
}
