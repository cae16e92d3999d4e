import { stat, writeFile } from 'node:fs/promises'
import type { ImportResult } from '@boardwalk/contract'
import { reachBoardwalk, type Boardwalk } from '../call-boardwalk.ts'
import { CommandError, messageOf } from '../command.ts'
import { batchesOf, type Batch } from './batches.ts'
import { openCheckpoint, type Checkpoint } from './checkpoint.ts'
import { columnsIn, readMapping, type Mapping } from './mapping.ts'
import { personOf } from './person-of.ts'
import { progressBar } from './progress-bar.ts'
import { readRows } from './read-rows.ts'
import { sendPeople } from './send-people.ts'
import { emptyTally, leaveOut, note, refuse, type Tally } from './tally.ts'

export type ImportAsked = {
  readonly file: string
  readonly mapping: string
  readonly flow: string | undefined
  readonly dryRun: boolean
}

// While one batch is decided and written, the next is read and parsed.
const mostAtOnce = 4

type UnderWay = { readonly batch: Batch; readonly results: Promise<readonly ImportResult[]> }

const noteBatch = (tally: Tally, batch: Batch, results: readonly ImportResult[]): void => {
  tally.rows += batch.rows
  for (const { line, reason } of batch.refused) refuse(tally, line, reason)
  for (const { line, step } of batch.unknown) leaveOut(tally, line, step, 'unknown_step')
  for (const result of results) note(tally, batch.lines[result.index] ?? 0, result)
}

const sendAll = async (
  boardwalk: Boardwalk,
  { file, dryRun }: ImportAsked,
  mapping: Mapping,
  { tally, save }: Pick<Checkpoint, 'tally' | 'save'>,
): Promise<void> => {
  const { size } = await stat(file)
  const bar = progressBar()
  const underWay: UnderWay[] = []
  /** In the order of the file, so that what lies behind the checkpoint is done. */
  const settleFirst = async (): Promise<void> => {
    const first = underWay.shift()
    if (first === undefined) return
    noteBatch(tally, first.batch, await first.results)
    await save()
    bar.show(first.batch.bytes / size, tally.rows)
  }
  const rows = readRows(file, { delimiter: mapping.delimiter, columns: columnsIn(mapping) })
  try {
    for await (const batch of batchesOf(rows, personOf(mapping), tally.rows)) {
      const { flow } = mapping
      const sent = batch.people.length === 0 ? [] : sendPeople(boardwalk, batch.people, { flow, dryRun })
      const results = Promise.resolve(sent)
      // Whoever takes it from the queue is told.
      results.catch(() => undefined)
      underWay.push({ batch, results })
      if (underWay.length >= mostAtOnce) await settleFirst()
    }
    while (underWay.length > 0) await settleFirst()
  } finally {
    bar.end()
  }
}

/** Imports a file from where an earlier try stopped; answers what came of all of it. */
export const runImport = async (asked: ImportAsked): Promise<Tally> => {
  const { file, dryRun } = asked
  const given = await readMapping(asked.mapping)
  const mapping = asked.flow === undefined ? given : { ...given, flow: asked.flow }
  await stat(file).catch((error: unknown) => {
    throw new CommandError(`${file} cannot be read: ${messageOf(error)}`, 2)
  })
  const boardwalk = await reachBoardwalk()
  const checkpoint: Checkpoint = dryRun
    ? { path: '', tally: emptyTally(), save: async () => undefined, remove: async () => undefined }
    : await openCheckpoint(file, asked.mapping, `${boardwalk.url} ${mapping.flow ?? ''}`)
  const { tally } = checkpoint
  if (tally.rows > 0)
    console.error(`Going on after row ${tally.rows.toLocaleString('en')} (${checkpoint.path})`)
  try {
    await sendAll(boardwalk, asked, mapping, checkpoint)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    const { rows } = tally
    const advice =
      rows === 0 ? '' : `\nUp to row ${rows} it is done. Run the same command again to go on from there.`
    throw new CommandError(error.message + advice, rows === 0 ? 2 : 1)
  }
  await checkpoint.remove()
  return tally
}

export const writeReport = (path: string, asked: ImportAsked, tally: Tally): Promise<void> =>
  writeFile(path, `${JSON.stringify({ file: asked.file, dryRun: asked.dryRun, ...tally }, null, 2)}\n`)
