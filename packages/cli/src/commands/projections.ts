import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { progress } from '../progress.ts'

type Projection = {
  readonly name: string
  readonly at?: string
  readonly waiting: number
  readonly rebuilding: boolean
}

const base = '/api/admin/projections'
const lookMs = 500
const mostTold = 1_000_000

const read = async (): Promise<readonly Projection[]> =>
  (await callBoardwalk<{ items: readonly Projection[] }>('GET', base)).items

const told = (waiting: number): string => `${waiting >= mostTold ? 'at least ' : ''}${waiting} waiting`

const show = async (): Promise<void> => {
  for (const { name, at, waiting, rebuilding } of await read()) {
    const upTo = at === undefined ? 'nothing counted yet' : `counted up to ${at}`
    console.log(`${name}  ${upTo}, ${told(waiting)}${rebuilding ? ', counting anew' : ''}`)
  }
}

/** Until what had happened before is counted; what happens meanwhile never ends. */
const follow = async (): Promise<void> => {
  const shown = progress()
  let most = 1
  for (;;) {
    const rebuilding = (await read()).filter((one) => one.rebuilding)
    if (rebuilding.length === 0) break
    const waiting = rebuilding.reduce((sum, one) => sum + one.waiting, 0)
    most = Math.max(most, waiting)
    shown.show(told(waiting), waiting >= mostTold ? undefined : 1 - waiting / most)
    await sleep(lookMs)
  }
  shown.end()
}

const rebuild = async (waits: boolean): Promise<void> => {
  await callBoardwalk('POST', `${base}/rebuild`)
  if (!waits) {
    console.log('All of history is counted anew. "boardwalk projections" tells how far it is.')
    return
  }
  await follow()
  console.log('All of history is counted anew.')
}

export const projections = async (words: string[]): Promise<void> => {
  const options = { 'no-wait': { type: 'boolean' } } as const
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const [verb, ...more] = positionals
  const noWait = values['no-wait'] ?? false
  if (verb === undefined && !noWait) await show()
  else if (verb === 'rebuild' && more.length === 0) await rebuild(!noWait)
  else throw new CommandError('Say boardwalk projections, or boardwalk projections rebuild [--no-wait].')
}
