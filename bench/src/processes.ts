import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export type Process = { readonly address: string; readonly pid: number; readonly stop: () => Promise<void> }

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const start = async (words: string[], settings: Record<string, string>): Promise<Process> => {
  const child = spawn(process.execPath, words, {
    env: { PATH: process.env['PATH'], ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /listens on (\S+)/.exec(line)?.[1]
      if (found) resolve(found)
    })
    void ended.then(() => reject(new Error('The process ended before it listened')))
  })
  return {
    address,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

export const startBoardwalk = (settings: Record<string, string>): Promise<Process> =>
  start([path('../../packages/cli/bin/boardwalk.js'), 'serve', '--port', '0'], {
    BOARDWALK_LOG_LEVEL: 'error',
    // The few people of a benchmark do much.
    BOARDWALK_REQUESTS_PER_MINUTE: '1000000',
    BOARDWALK_STEP_UPDATES_PER_MINUTE: '1000000',
    BOARDWALK_SNOOZES_PER_DAY: '1000000',
    ...settings,
  })

export const startPeer = (kind: string, ...words: string[]): Promise<Process> =>
  start([path('./peers.ts'), kind, ...words], {})

export const startGatedHost = (
  framework: string,
  state: string,
  url: string,
  apiKey: string,
): Promise<Process> => start([path('./gated-host.ts'), framework, state, url, apiKey], {})
