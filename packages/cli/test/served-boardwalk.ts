import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, vi } from 'vitest'
import { entry, quickly } from './command-line.ts'

const settings = {
  BOARDWALK_JWT_SECRET: 'a secret of this test, longer than 32 bytes',
  BOARDWALK_API_KEY: 'an-api-key-of-this-test-longer-than-32-bytes',
  BOARDWALK_LOG_LEVEL: 'error',
}

type Ended = { readonly code: number; readonly out: string; readonly err: string }

/** `boardwalk serve` with these settings besides the usual ones, and the commands that speak to it. */
export const serveBoardwalk = async (more: Record<string, string>) => {
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-cli-'))
  const env = { ...quickly, ...settings, ...more }
  const child = spawn(process.execPath, [entry, 'serve', '--port', '0'], { cwd: folder, env })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()))
  const listening = vi.waitFor(() => expect(out).toMatch(/listens on/), 60_000)
  await listening.catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  const address = /listens on (\S+)/.exec(out)?.[1] ?? ''
  return {
    address,
    boardwalk: async (...words: string[]): Promise<Ended> => {
      const asked = { ...quickly, ...settings, BOARDWALK_URL: address }
      try {
        const ended = await promisify(execFile)(process.execPath, [entry, ...words], {
          cwd: folder,
          env: asked,
        })
        return { code: 0, out: ended.stdout, err: ended.stderr }
      } catch (error) {
        const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
        return { code, out: stdout, err: stderr }
      }
    },
    call: async (method: string, path: string, body?: object): Promise<any> => {
      const headers = {
        authorization: `Bearer ${settings.BOARDWALK_API_KEY}`,
        'content-type': 'application/json',
      }
      const request = { method, headers, ...(body && { body: JSON.stringify(body) }) }
      return (await fetch(new URL(path, address), request)).json()
    },
    stop: async () => {
      child.kill('SIGTERM')
      await once(child, 'exit')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type Served = Awaited<ReturnType<typeof serveBoardwalk>>
