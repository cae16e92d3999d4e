import { open } from 'node:fs/promises'
import { callBoardwalk } from './call-boardwalk.ts'
import { CommandError } from './command.ts'
import type { Progress } from './progress.ts'

type Result = {
  readonly status: 'accepted' | 'duplicate' | 'refused'
  readonly reason?: string
  readonly completes?: readonly unknown[]
}

type Line = { readonly number: number; readonly text: string; readonly isCloudEvent: boolean }

/** How the lines of a file fared. */
export type History = {
  lines: number
  accepted: number
  duplicate: number
  refused: number
  /** Known of a dry run only. */
  completes: number
}

const mostLines = 100
// Below what a request may have, with room for what stands between the events.
const mostBytes = 480_000

const oneLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ').slice(0, 300)

const read = (text: string, number: number): Line | { readonly reason: string } => {
  if (Buffer.byteLength(text) > mostBytes) return { reason: `the line is longer than ${mostBytes} bytes` }
  try {
    const event: unknown = JSON.parse(text)
    if (typeof event !== 'object' || event === null || Array.isArray(event))
      return { reason: 'it is no JSON object' }
    return { number, text, isCloudEvent: Object.hasOwn(event, 'specversion') }
  } catch (error) {
    return { reason: `it is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** The lines as they stand: what JSON.parse would make of them is not always what was meant. */
const send = async (lines: readonly Line[], dryRun: boolean): Promise<readonly Result[]> => {
  const events = `[${lines.map(({ text }) => text).join(',')}]`
  const [body, type] = lines[0]?.isCloudEvent
    ? ([events, 'application/cloudevents-batch+json'] as const)
    : ([`{"batch":${events}}`, 'application/json'] as const)
  const path = `/api/events${dryRun ? '?dryRun=true' : ''}`
  return (await callBoardwalk<{ results: Result[] }>('POST', path, body, { 'content-type': type })).results
}

/** Sends a file of events, one a line. Events are taken once each, so a file that stopped half-way is sent again whole. */
export const sendHistory = async (file: string, dryRun: boolean, progress: Progress): Promise<History> => {
  const history: History = { lines: 0, accepted: 0, duplicate: 0, refused: 0, completes: 0 }
  const refuse = (number: number, reason: string): void => {
    history.refused += 1
    progress.note(`line ${number}: ${oneLine(reason)}`)
  }

  let waiting: Line[] = []
  let waitingBytes = 0
  const flush = async (): Promise<void> => {
    const [first] = waiting
    if (first === undefined) return
    const results = await send(waiting, dryRun).catch((error: unknown) => {
      if (error instanceof CommandError)
        throw new CommandError(`Stopped before line ${first.number}; run it again. ${error.message}`)
      throw error
    })
    for (const [index, { status, reason = '', completes = [] }] of results.entries()) {
      if (status === 'refused') refuse(waiting[index]?.number ?? 0, reason)
      else history[status] += 1
      history.completes += completes.length
    }
    waiting = []
    waitingBytes = 0
  }

  const handle = await open(file)
  const { size } = await handle.stat()
  let bytes = 0
  // The reader closes the file, also when the loop is left by an error.
  for await (const text of handle.readLines()) {
    history.lines += 1
    const length = Buffer.byteLength(text) + 1
    bytes += length
    if (text.trim() === '') continue
    const line = read(history.lines === 1 ? text.replace(/^\uFEFF/, '') : text, history.lines)
    if ('reason' in line) {
      refuse(history.lines, line.reason)
      continue
    }
    const isFull = waiting.length === mostLines || waitingBytes + length > mostBytes
    if (isFull || (waiting[0] && waiting[0].isCloudEvent !== line.isCloudEvent)) await flush()
    waiting.push(line)
    waitingBytes += length
    if (waiting.length === 1) progress.show(`${history.lines} lines`, size === 0 ? undefined : bytes / size)
  }
  await flush()
  progress.end()
  return history
}
