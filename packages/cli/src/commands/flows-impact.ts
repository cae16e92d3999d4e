import { parseArgs } from 'node:util'
import type { ImpactPart } from '@boardwalk/contract'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { soundFiles } from '../flow-files/check-files.ts'
import { progress } from '../progress.ts'
import { plain } from '../plain.ts'
import { rows } from '../rows.ts'

type Target = { readonly name: string; readonly version: number }

/** A file is stored as a draft first, which changes nothing for anybody. */
const targetOf = async (named: string, version: string | undefined): Promise<Target> => {
  if (named.includes('.')) {
    if (version !== undefined) throw new CommandError('A file is a version of its own. Leave the number out.')
    const [sound] = await soundFiles([named])
    return callBoardwalk<Target>('POST', '/api/admin/flows', sound?.document)
  }
  if (version !== undefined && !/^[1-9]\d{0,8}$/.test(version))
    throw new CommandError(`"${version}" is not the number of a version.`)
  if (version !== undefined) return { name: named, version: Number(version) }
  const path = `/api/admin/flows/${encodeURIComponent(named)}`
  return { name: named, version: (await callBoardwalk<{ newestVersion: number }>('GET', path)).newestVersion }
}

const mostExamples = 20

const counted = ['gain', 'lose', 'redo', 'reopened', 'newlyCompleted', 'percentUp', 'percentDown'] as const

/** Two parts as one. */
const added = (a: ImpactPart, b: ImpactPart): ImpactPart => {
  const sum = { ...b, looked: a.looked + b.looked, unchanged: a.unchanged + b.unchanged }
  for (const kind of counted) sum[kind] = a[kind] + b[kind]
  const gates = new Set([...Object.keys(a.newlyBlocked), ...Object.keys(b.newlyBlocked)])
  sum.newlyBlocked = Object.fromEntries(
    [...gates].map((gate) => [gate, (a.newlyBlocked[gate] ?? 0) + (b.newlyBlocked[gate] ?? 0)]),
  )
  sum.examples = { ...b.examples }
  for (const kind of [...counted, 'newlyBlocked'] as const)
    sum.examples[kind] = [...a.examples[kind], ...b.examples[kind]].slice(0, mostExamples)
  return sum
}

const meanings: readonly (readonly [(typeof counted)[number] | 'unchanged', string])[] = [
  ['unchanged', 'see what they see now'],
  ['gain', 'get a step'],
  ['lose', 'lose a step'],
  ['redo', 'have a step to do again'],
  ['reopened', 'have finished and begin again'],
  ['newlyCompleted', 'are finished by it'],
  ['percentUp', 'rise in percent'],
  ['percentDown', 'fall in percent'],
]

const shownExamples = 3

const exampleText = (userIds: readonly string[]): string =>
  userIds.length === 0 ? '' : `e.g. ${userIds.slice(0, shownExamples).map(plain).join(', ')}`

const report = ({ name, version }: Target, impact: ImpactPart): string => {
  const gates = Object.entries(impact.newlyBlocked)
  return [
    `Publishing version ${version} of "${name}" for the ${impact.looked} people in it:`,
    ...rows([
      ...meanings.map(([kind, meaning]) => [
        String(impact[kind]),
        meaning,
        kind === 'unchanged' ? '' : exampleText(impact.examples[kind]),
      ]),
      ...gates.map(([gate, count]) => [
        String(count),
        `are newly stopped by the gate "${gate}"`,
        exampleText(impact.examples.newlyBlocked),
      ]),
    ]),
  ].join('\n')
}

const options = { policy: { type: 'string' }, reopen: { type: 'boolean' } } as const

export const flowsImpact = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const [named, version, ...more] = positionals
  if (named === undefined || more.length > 0)
    throw new CommandError('Say of which flow: boardwalk flows impact FILE, or NAME [VERSION]')
  const target = await targetOf(named, version)
  const path = `/api/admin/flows/${encodeURIComponent(target.name)}/versions/${target.version}/impact`
  const shown = progress()
  let impact: ImpactPart | undefined
  do {
    const body = { ...values, after: impact?.next }
    const part: ImpactPart = await callBoardwalk<ImpactPart>('POST', path, { ...body, limitMs: 5_000 })
    impact = impact === undefined ? part : added(impact, part)
    shown.show(`${impact.looked} of ${impact.enrolled} people`, impact.looked / Math.max(1, impact.enrolled))
  } while (impact.next !== undefined)
  shown.end()
  console.log(report(target, impact))
}
