import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export type Child = {
  readonly process: ChildProcess
  /** The next line of its output, or undefined when it ended. */
  line(): Promise<string | undefined>
  /** Its exit code, or the signal that ended it. */
  ended(): Promise<number | string | null>
}

/** Runs TypeScript source as a Node process of its own; `url` is what its relative imports start from. */
export function runSource(source: string, url: string): Child {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module-typescript',
      '--no-warnings',
      '--eval',
      source.replaceAll("from './", `from '${new URL('.', url).href}`),
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const exit = once(child, 'exit')
  return {
    process: child,
    line: async () => ((await lines.next()) as { value?: string }).value,
    async ended() {
      const [code, signal] = (await exit) as [number | null, string | null]
      return code ?? signal
    },
  }
}
