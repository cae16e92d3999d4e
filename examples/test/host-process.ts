import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export type HostProcess = {
  readonly address: string
  /** SIGTERM; answers the exit code. */
  readonly stop: () => Promise<number | null>
}

const { NODE_ENV: _ofVitest, ...environment } = process.env

/** Without what vitest says of itself: a host that hears it is in a test behaves otherwise. */
export const hostEnvironment: NodeJS.ProcessEnv = environment

/** Runs a host with this Node until it prints where it listens. */
export const startHost = async (args: readonly string[], cwd: string): Promise<HostProcess> => {
  const child = spawn(process.execPath, args, {
    cwd,
    env: hostEnvironment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit') as Promise<[number | null]>
  let printed = ''
  child.stderr.on('data', (text) => (printed += text))
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      printed += `${line}\n`
      const found = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(line)?.[0]
      if (found !== undefined) resolve(found)
    })
    void ended.then(([code]) => reject(new Error(`ended with ${code} before it listened:\n${printed}`)))
  })
  return {
    address,
    stop: async () => {
      child.kill('SIGTERM')
      return (await ended)[0]
    },
  }
}
