import { createReadStream } from 'node:fs'
import { extname } from 'node:path'
import { parse as parseCsv } from 'csv-parse'
import { CommandError, messageOf } from '../command.ts'
import type { Fields } from './person-of.ts'
import { jsonTexts } from './json-texts.ts'

/** One row of an export. `bytes`: how far into the file it ends, about. */
export type Row = { readonly line: number; readonly bytes: number } & (
  | { readonly fields: Fields }
  | { readonly reason: string }
)

type Options = {
  readonly delimiter: string | undefined
  /** Columns that must be there. */
  readonly columns: readonly string[]
}

type CsvRecord = {
  readonly record: string[]
  readonly info: { readonly lines: number; readonly bytes: number }
}

const mostCharacters = 1_000_000

const missingIn = (
  header: readonly string[],
  { columns }: Options,
  file: string,
): CommandError | undefined => {
  const missing = columns.filter((one) => !header.includes(one))
  if (missing.length === 0) return undefined
  return new CommandError(
    `${file} has no column ${missing.map((one) => `"${one}"`).join(', ')}. It has: ${header.join(', ').slice(0, 1000)}.`,
    2,
  )
}

const csvRow = (header: readonly string[], { record, info }: CsvRecord): Row => {
  const { lines: line, bytes } = info
  if (record.length === header.length)
    return { line, bytes, fields: Object.fromEntries(header.map((column, index) => [column, record[index]])) }
  return { line, bytes, reason: `found ${record.length} values, expected ${header.length} as in the header` }
}

async function* csvRows(file: string, options: Options): AsyncGenerator<Row> {
  const delimiter = options.delimiter ?? (/\.tsv$/i.test(file) ? '\t' : ',')
  const broken: Row[] = []
  const parser = parseCsv({
    bom: true,
    delimiter,
    info: true,
    max_record_size: mostCharacters,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error) broken.push({ line: Number(error['lines'] ?? 0), bytes: 0, reason: error.message })
      return undefined
    },
  })
  const source = createReadStream(file)
  source.on('error', (error) => parser.destroy(error))
  let header: string[] | undefined
  try {
    for await (const one of source.pipe(parser) as AsyncIterable<CsvRecord>) {
      yield* broken.splice(0)
      if (header === undefined) {
        header = one.record
        const missing = missingIn(header, options, file)
        if (missing) throw missing
      } else yield csvRow(header, one)
    }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('CSV_')) throw error
    // What follows cannot be told apart from it.
    broken.push({ line: parser.info.lines, bytes: parser.info.bytes, reason: error.message })
  }
  yield* broken
}

async function* jsonRows(file: string, listed: boolean): AsyncGenerator<Row> {
  for await (const { text, line, bytes } of jsonTexts(createReadStream(file, { encoding: 'utf8' }), listed)) {
    try {
      const fields: unknown = JSON.parse(text)
      const isFields = typeof fields === 'object' && fields !== null && !Array.isArray(fields)
      yield isFields
        ? { line, bytes, fields: fields as Fields }
        : { line, bytes, reason: 'expected an object for each person' }
    } catch (error) {
      yield { line, bytes, reason: messageOf(error) }
    }
  }
}

/** The rows of a CSV, TSV, JSON (an array) or NDJSON file, one by one, so that its size does not matter. */
export const readRows = (file: string, options: Options): AsyncGenerator<Row> => {
  switch (extname(file).toLowerCase()) {
    case '.csv':
    case '.tsv':
      return csvRows(file, options)
    case '.json':
      return jsonRows(file, true)
    case '.ndjson':
    case '.jsonl':
      return jsonRows(file, false)
    default:
      throw new CommandError(`${file}: its name must end in .csv, .tsv, .json, .ndjson or .jsonl.`, 2)
  }
}
