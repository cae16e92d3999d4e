import { parseArgs } from 'node:util'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { plain } from '../plain.ts'
import { progress } from '../progress.ts'
import { sendHistory } from '../send-history.ts'

type Page = {
  readonly people: number
  readonly completed: number
  readonly next?: string
  readonly examples: readonly { readonly userId: string; readonly flow: string; readonly stepId: string }[]
}

const mostExamples = 10

const reconcileRemembered = async (dryRun: boolean): Promise<void> => {
  const shown = progress()
  const examples: Page['examples'][number][] = []
  let [people, completed] = [0, 0]
  let after: string | undefined
  do {
    const page: Page = await callBoardwalk<Page>('POST', '/api/admin/reconcile', { dryRun, after })
    people += page.people
    completed += page.completed
    examples.push(...page.examples.slice(0, mostExamples - examples.length))
    after = page.next
    shown.show(`${people} people, ${completed} steps`)
  } while (after !== undefined)
  shown.end()
  console.log(
    `${people} people of whom events are remembered; ${completed} steps ${dryRun ? 'would be' : 'are'} completed.`,
  )
  for (const { userId, flow, stepId } of examples) console.log(`  ${plain(userId)}: ${flow}, ${stepId}`)
  if (completed > examples.length) console.log(`  and ${completed - examples.length} more`)
}

const reconcileFile = async (file: string, dryRun: boolean): Promise<void> => {
  const { lines, accepted, duplicate, refused, completes } = await sendHistory(file, dryRun, progress())
  console.log(
    `${lines} lines: ${accepted} accepted, ${duplicate} known before, ${refused} refused.${dryRun ? ` ${completes} steps would be completed now; nothing was written.` : ''}`,
  )
  if (refused > 0)
    throw new CommandError(`${refused} line(s) to mend; sending the whole file again does no harm.`)
}

export const reconcile = async (words: string[]): Promise<void> => {
  const options = { 'dry-run': { type: 'boolean' } } as const
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const [file, ...more] = positionals
  if (more.length > 0) throw new CommandError('One file at a time: boardwalk reconcile FILE.ndjson')
  const dryRun = values['dry-run'] ?? false
  await (file === undefined ? reconcileRemembered(dryRun) : reconcileFile(file, dryRun))
}
