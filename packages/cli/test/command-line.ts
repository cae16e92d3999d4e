import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const entry = fileURLToPath(new URL('../bin/boardwalk.js', import.meta.url))

/** Half of what a command takes is reading its own code: kept from one to the next. */
const quickly = {
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../../node_modules/.cache/compiled', import.meta.url)),
}

export const secrets = {
  BOARDWALK_JWT_SECRET: 'a secret of this test, longer than 32 bytes',
  BOARDWALK_API_KEY: 'an-api-key-of-this-test-longer-than-32-bytes',
}

export type Ended = { readonly code: number; readonly out: string; readonly err: string }

/** The real command, in a process of its own, with no other settings. */
export const runCommand = async (
  folder: string,
  words: readonly string[],
  settings: Record<string, string> = {},
): Promise<Ended> => {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [entry, ...words], {
      cwd: folder,
      env: { ...quickly, ...settings },
    })
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, out: stdout, err: stderr }
  }
}

/** Commands that know the secrets, and these settings. */
export const commandLine =
  (folder: string, settings: Record<string, string> = {}) =>
  (...words: string[]): Promise<Ended> =>
    runCommand(folder, words, { ...secrets, ...settings })

export type Served = {
  readonly address: string
  /** Resolves to the code that it exits with. */
  readonly stop: () => Promise<number | null>
}

/** `boardwalk serve` in this folder, where its embedded database is unless these settings name another. */
export const serveIn = async (folder: string, settings: Record<string, string> = {}): Promise<Served> => {
  const child = spawn(process.execPath, [entry, 'serve', '--port', '0'], {
    cwd: folder,
    env: { ...quickly, ...secrets, BOARDWALK_LOG_LEVEL: 'error', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /listens on (\S+)/.exec(line)?.[1]
      if (found) resolve(found)
    })
    void ended.then(() => reject(new Error('The server ended before it listened')))
  })
  return {
    address,
    stop: async () => {
      child.kill('SIGTERM')
      const [code] = await ended
      return code
    },
  }
}
