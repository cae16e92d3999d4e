import { parseArgs } from 'node:util'
import { allPages } from '../all-pages.ts'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { plain } from '../plain.ts'

type Letter = { readonly id: string; readonly source: string; readonly reason: string; readonly at: string }

const base = '/api/admin/dead-letters'
const usage = 'Say what to do: boardwalk dead-letters list, show ID, replay ID or replay --all.'

const all = (): Promise<Letter[]> => allPages<Letter>(base)

const list = async (): Promise<void> => {
  const letters = await all()
  for (const { id, at, source, reason } of letters)
    console.log(`${id}  ${at}  ${plain(source)}\n    ${plain(reason)}`)
  console.log(letters.length === 0 ? 'There are no dead letters' : `${letters.length} dead letter(s)`)
}

const replay = async (id: string): Promise<void> => {
  const { outcome } = await callBoardwalk<{ outcome: string }>(
    'POST',
    `${base}/${encodeURIComponent(id)}/replay`,
  )
  console.log(`${id}: ${outcome}`)
}

/** One that is refused again does not keep the others from being taken. */
const replayAll = async (): Promise<void> => {
  let refused = 0
  for (const { id } of await all()) {
    try {
      await replay(id)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      refused += 1
      console.log(`${id}: ${plain(error.message)}`)
    }
  }
  if (refused > 0) throw new CommandError(`${refused} dead letter(s) could not be taken.`)
}

export const deadLetters = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({
    args: words,
    options: { all: { type: 'boolean' } },
    allowPositionals: true,
  })
  const [verb, id] = positionals
  if (verb === 'list') await list()
  else if (verb === 'show' && id !== undefined)
    console.log(JSON.stringify(await callBoardwalk('GET', `${base}/${encodeURIComponent(id)}`), null, 2))
  else if (verb === 'replay' && values.all) await replayAll()
  else if (verb === 'replay' && id !== undefined) await replay(id)
  else throw new CommandError(usage)
}
