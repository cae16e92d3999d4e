import { parseArgs } from 'node:util'
import { CommandError } from '../command.ts'
import { runImport, writeReport } from '../moving-in/run-import.ts'
import { summaryOf } from '../moving-in/tally.ts'

const options = {
  mapping: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  flow: { type: 'string' },
  report: { type: 'string' },
} as const

export const importPeople = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const [file, ...others] = positionals
  const { mapping, flow, report } = values
  if (file === undefined || others.length > 0 || mapping === undefined) {
    throw new CommandError('Say one file and its mapping: boardwalk import FILE --mapping MAPPING', 2)
  }
  const asked = { file, mapping, flow, dryRun: values['dry-run'] }
  const tally = await runImport(asked)
  if (report !== undefined) await writeReport(report, asked, tally)
  console.log(summaryOf(tally, asked.dryRun))
  const done = tally.imported + tally.unchanged
  if (tally.refused > 0) process.exitCode = done === 0 ? 2 : 1
}
