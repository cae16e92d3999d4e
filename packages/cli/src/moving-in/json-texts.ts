import { CommandError } from '../command.ts'

export type JsonText = { readonly text: string; readonly line: number; readonly bytes: number }

/** Members of one array when `listed`, else one value a line; each as text, without reading more than it needs. */
export async function* jsonTexts(chunks: AsyncIterable<string>, listed: boolean): AsyncGenerator<JsonText> {
  const cut = listed ? membersOf() : linesOf()
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += Buffer.byteLength(chunk)
    for (const one of cut.take(chunk)) yield { ...one, bytes }
  }
  for (const one of cut.end()) yield { ...one, bytes }
}

type Cut = { readonly text: string; readonly line: number }
type Cutter = { readonly take: (chunk: string) => Cut[]; readonly end: () => Cut[] }

const kept = (cuts: readonly Cut[]): Cut[] => cuts.filter(({ text }) => text.trim() !== '')

const linesOf = (): Cutter => {
  let rest = ''
  let line = 0
  return {
    take: (chunk) => {
      const texts = (rest + chunk).split('\n')
      rest = texts.pop() ?? ''
      return kept(texts.map((text) => ({ text: text.replace(/^\uFEFF/, ''), line: ++line })))
    },
    end: () => kept([{ text: rest.replace(/^\uFEFF/, ''), line: line + 1 }]),
  }
}

/** Counts brackets outside of texts: a comma at depth 1 ends a member. */
const membersOf = (): Cutter => {
  let depth = 0
  let inText = false
  let escaped = false
  let line = 1
  let began = 1
  let held = ''

  const cutAt = (): Cut => {
    const one = { text: held, line: began }
    held = ''
    return one
  }

  const take = (chunk: string): Cut[] => {
    const cuts: Cut[] = []
    let from = 0
    const hold = (to: number): void => {
      held += chunk.slice(from, to)
      from = to + 1
    }
    for (let index = 0; index < chunk.length; index++) {
      const code = chunk.charCodeAt(index)
      if (code === newline) line += 1
      if (inText) {
        if (escaped) escaped = false
        else if (code === backslash) escaped = true
        else if (code === quote) inText = false
        continue
      }
      if (code === quote) inText = true
      else if (code === openBrace || code === openBracket) {
        depth += 1
        if (depth === 1) {
          if (code === openBrace) throw notListed()
          from = index + 1
        } else if (depth === 2) began = line
      } else if (code === closeBrace || code === closeBracket) {
        depth -= 1
        if (depth === 0) {
          hold(index)
          cuts.push(cutAt())
        }
      } else if (code === comma && depth === 1) {
        hold(index)
        cuts.push(cutAt())
      }
    }
    if (depth > 0) held += chunk.slice(from)
    return kept(cuts)
  }
  return {
    take,
    end: () => {
      if (depth === 0) return []
      throw new CommandError('The JSON file ends in the middle of its array.')
    },
  }
}

const notListed = (): CommandError =>
  new CommandError(
    'The JSON file must be an array of people: [{…}, {…}]. For one a line, name it .ndjson.',
    2,
  )

const [newline, quote, backslash, comma] = [10, 34, 92, 44]
const [openBracket, closeBracket, openBrace, closeBrace] = [91, 93, 123, 125]
