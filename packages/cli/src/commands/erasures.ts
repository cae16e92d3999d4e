import { readFile, rename, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError, messageOf } from '../command.ts'

type Page = { readonly key: string; readonly items: readonly object[]; readonly nextCursor?: string }

const base = '/api/admin/erasures'
const usage = 'Say what to do: boardwalk erasures export --file FILE, or replay --file FILE.'
const mostAtOnce = 1000

/** A first line that tells the key and how many there are, then a line for each erasure. */
const exportTo = async (file: string): Promise<void> => {
  const lines: string[] = []
  let key = ''
  let cursor: string | undefined = ''
  while (cursor !== undefined) {
    const after: string = cursor && `&cursor=${encodeURIComponent(cursor)}`
    const page: Page = await callBoardwalk('GET', `${base}?limit=100${after}`)
    key = page.key
    for (const item of page.items) lines.push(JSON.stringify(item))
    cursor = page.nextCursor
  }
  const head = JSON.stringify({ list: 'erasures', key, count: lines.length })
  // The list of before stands until this one is whole.
  const unfinished = `${file}.unfinished`
  try {
    await writeFile(unfinished, `${[head, ...lines].join('\n')}\n`)
    await rename(unfinished, file)
  } catch (error) {
    throw new CommandError(`${file} cannot be written: ${messageOf(error)}`)
  }
  console.log(`${lines.length} erasure(s) written to ${file}. Keep it where no backup of the database is.`)
}

const readList = async (file: string): Promise<{ readonly key: string; readonly erasures: object[] }> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandError(`${file} cannot be read: ${messageOf(error)}`)
  })
  try {
    const [head, ...erasures] = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { list?: unknown; key?: unknown; count?: unknown })
    // Whoever is in a line that was lost would stay.
    const isWhole = head?.count === undefined || head.count === erasures.length
    if (isWhole && head?.list === 'erasures' && typeof head.key === 'string')
      return { key: head.key, erasures }
  } catch {
    // Told below.
  }
  throw new CommandError(`${file} is no list that "boardwalk erasures export" wrote, or not all of it.`)
}

const replay = async (file: string): Promise<void> => {
  const { key, erasures } = await readList(file)
  let added = 0
  for (let first = 0; first < erasures.length; first += mostAtOnce) {
    const some = erasures.slice(first, first + mostAtOnce)
    added += (await callBoardwalk<{ added: number }>('POST', base, { key, erasures: some })).added
  }
  let erased = 0
  let cursor: string | undefined
  do {
    const part: { erased: number; nextCursor?: string } = await callBoardwalk('POST', `${base}/replay`, {
      cursor,
    })
    erased += part.erased
    cursor = part.nextCursor
  } while (cursor !== undefined)
  console.log(
    `${erasures.length} erasure(s) in the list, ${added} not known here; ${erased} person(s) erased again`,
  )
}

export const erasures = async (words: string[]): Promise<void> => {
  const options = { file: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const [verb, ...more] = positionals
  if (!values.file || more.length > 0) throw new CommandError(usage)
  if (verb === 'export') await exportTo(values.file)
  else if (verb === 'replay') await replay(values.file)
  else throw new CommandError(usage)
}
