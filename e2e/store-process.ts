import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export type StoreProcess = {
  readonly address: string
  /** As by a power cut for the process: it gets no chance to say anything. */
  readonly kill: () => Promise<void>
  /** At the same address, on the same data. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const launch = async (folder: string, port: number): Promise<{ child: ChildProcess; address: string }> => {
  const main = at('../apps/demo-store/src/main.ts')
  const child = spawn(process.execPath, [main, '--port', String(port)], {
    cwd: folder,
    env: { PATH: process.env['PATH'], BOARDWALK_LOG_LEVEL: 'silent' },
  })
  child.stderr.pipe(process.stderr)
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /listens on (\S+)/.exec(line)?.[1]
    if (address !== undefined) return { child, address }
  }
  throw new Error('The store ended before it listened.')
}

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** The demo store as `npm start` runs it, in a folder of its own: a process that can be killed. */
export const startStore = async (): Promise<StoreProcess> => {
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-store-'))
  await cp(at('../flows'), join(folder, 'flows'), { recursive: true })
  let { child, address } = await launch(folder, 0)
  const port = Number(new URL(address).port)
  return {
    address,
    kill: () => ended(child),
    start: async () => {
      ;({ child, address } = await launch(folder, port))
    },
    stop: async () => {
      await ended(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
