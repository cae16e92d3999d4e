import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'

// PGlite blocks its thread, so it has its own. In: whole groups of wire messages, each ended by its Sync. Out: the server's bytes.

const startup = 0x00
const terminate = 0x58 // X
const authenticationOkAndReady = new Uint8Array([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49])

if (parentPort === null) throw new Error('embedded-worker.ts runs as a worker thread only')
const port = parentPort
const { directory, template } = workerData as { directory?: string; template?: string }
const database = directory === undefined ? await openInMemory(template) : await openDirectory(directory)

port.on('message', (bytes: Uint8Array) => void answer(bytes))
port.postMessage('ready')

async function answer(bytes: Uint8Array): Promise<void> {
  if (bytes[0] === terminate) {
    await database.close()
    return port.close()
  }
  if (bytes[0] === startup) return port.postMessage(authenticationOkAndReady)
  const parts: Uint8Array[] = []
  // What PGlite hands over is a view of its memory, overwritten by what comes next.
  await database.execProtocolRawStream(bytes, {
    syncToFs: false,
    onRawData: (part) => parts.push(part.slice()),
  })
  const reply = parts.length === 1 && parts[0] !== undefined ? parts[0] : new Uint8Array(Buffer.concat(parts))
  port.postMessage(reply, [reply.buffer as ArrayBuffer])
}

async function openInMemory(dump: string | undefined): Promise<PGlite> {
  return PGlite.create(dump === undefined ? {} : { loadDataDir: new Blob([readFileSync(dump)]) })
}

/** A process killed while it creates the database must not leave half of one, which PGlite would take for whole: create aside, then rename. */
async function openDirectory(path: string): Promise<PGlite> {
  const data = join(path, 'postgres')
  if (!existsSync(data)) {
    const unfinished = join(path, 'postgres.unfinished')
    rmSync(unfinished, { recursive: true, force: true })
    mkdirSync(unfinished, { recursive: true, mode: 0o700 })
    const created = await PGlite.create(unfinished)
    await created.close()
    renameSync(unfinished, data)
  }
  return PGlite.create(data)
}
