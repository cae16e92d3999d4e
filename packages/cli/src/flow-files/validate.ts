import { parseArgs } from 'node:util'
import { checkFiles, problemLines, type CheckedFile } from './check-files.ts'
import { validateForm } from './forms.ts'
import { filesIn } from './words.ts'

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const summaryOf = (checked: readonly CheckedFile[], problems: number): string => {
  const bad = checked.filter((one) => 'problems' in one).length
  return `${counted(problems, 'problem')} in ${counted(bad, 'file')} of ${checked.length}.`
}

const asJson = (one: CheckedFile): object =>
  'document' in one
    ? {
        file: one.file,
        sound: true,
        flow: one.document.name,
        steps: one.document.steps.map(({ id }) => id),
        problems: [],
      }
    : { file: one.file, sound: false, problems: one.problems }

/** Says every problem of every file; the process then ends with 1. */
export const validate = async (words: string[]): Promise<void> => {
  const options = { json: { type: 'boolean' } } as const
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const checked = await checkFiles(filesIn(positionals, validateForm))
  const problems = checked.flatMap((one) => ('problems' in one ? one.problems : []))
  if (problems.length > 0) process.exitCode = 1
  if (values.json) {
    console.log(JSON.stringify({ files: checked.map(asJson) }, null, 2))
    return
  }
  for (const one of checked) {
    if (!('document' in one)) continue
    const { name, steps } = one.document
    console.log(`${one.file}: flow "${name}" with ${counted(steps.length, 'step')} is sound`)
  }
  for (const line of problemLines(checked)) console.error(line)
  if (problems.length > 0) console.error(summaryOf(checked, problems.length))
}
