import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandLine, secrets, serveIn } from './command-line.ts'

/** `boardwalk serve` in a folder of its own, the commands that speak to it, and its API. */
export const serveBoardwalk = async (settings: Record<string, string> = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-cli-'))
  const { address, stop } = await serveIn(folder, settings)
  return {
    folder,
    address,
    boardwalk: commandLine(folder, { BOARDWALK_URL: address }),
    call: async (method: string, path: string, body?: object): Promise<any> => {
      const headers = {
        authorization: `Bearer ${secrets.BOARDWALK_API_KEY}`,
        'content-type': 'application/json',
      }
      const request = { method, headers, ...(body && { body: JSON.stringify(body) }) }
      return (await fetch(new URL(path, address), request)).json()
    },
    stop: async () => {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type ServedBoardwalk = Awaited<ReturnType<typeof serveBoardwalk>>
