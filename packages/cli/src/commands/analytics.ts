import { parseArgs } from 'node:util'
import {
  analyticsDefinitions,
  analyticsQuestions,
  definitionsOf,
  type AnalyticsQuestion,
} from '@boardwalk/contract/analytics-definitions'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { figureLines } from '../figures.ts'
import { plain } from '../plain.ts'

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

/** Each is the parameter of that name, in kebab-case. */
const parameters = {
  flow: text,
  event: text,
  version: text,
  arm: text,
  market: text,
  plan: text,
  role: text,
  locale: text,
  from: text,
  to: text,
  'time-zone': text,
  compare: text,
  by: text,
  window: text,
  order: text,
} as const

const usage = `Say what is asked: boardwalk analytics ${analyticsQuestions.join(', ')} or definitions.`

/** Those that need an event, and what it may be. */
const eventQuestions: { readonly [Question in AnalyticsQuestion]?: string } = {
  conversion: 'an event of value',
  'time-to-value': 'an event of value or "activation"',
}

const isQuestion = (word: string | undefined): word is AnalyticsQuestion =>
  word !== undefined && Object.hasOwn(analyticsDefinitions, word)

const tellDefinitions = (): void => {
  for (const question of analyticsQuestions) {
    console.log(question)
    for (const [figure, words] of Object.entries(definitionsOf(question)))
      console.log(`  ${figure}: ${words}`)
  }
}

type Answer = {
  readonly flow: string | null
  readonly asOf: string | null
  readonly isCurrent: boolean
  readonly range: { readonly from: string; readonly to: string; readonly timeZone: string }
  readonly notes: readonly string[]
  readonly groupsLeftOut?: number
}

const tell = ({ flow, asOf, isCurrent, range, notes, groupsLeftOut = 0, ...figures }: Answer): void => {
  const { from, to, timeZone } = range
  const left = groupsLeftOut > 0 ? [`${groupsLeftOut} smaller group(s) are not listed.`] : []
  const late = isCurrent
    ? []
    : [`Counting is behind: what happened after ${asOf ?? 'the beginning'} is not all in yet.`]
  const lines = [
    `${flow === null ? 'everybody' : `flow ${plain(flow)}`}, ${from} to ${to}, ${timeZone}`,
    ...figureLines(figures),
    ...[...notes, ...left, ...late].map(plain),
  ]
  console.log(lines.join('\n'))
}

export const analytics = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({
    args: words,
    options: { ...parameters, json: flag, csv: flag },
    allowPositionals: true,
  })
  const [question, ...more] = positionals
  if (question === 'definitions' && more.length === 0) return tellDefinitions()
  if (!isQuestion(question) || more.length > 0) throw new CommandError(usage)
  const ofEvent = eventQuestions[question]
  if (ofEvent !== undefined && values.event === undefined)
    throw new CommandError(`Say of what: boardwalk analytics ${question} --event NAME, ${ofEvent}.`)
  const { json, csv, 'time-zone': timeZone, ...given } = values
  const asked = { ...given, ...(timeZone !== undefined && { timeZone }), format: csv ? 'csv' : 'json' }
  const path = `/api/admin/analytics/${question}?${new URLSearchParams(asked).toString()}`
  const answer = await callBoardwalk<Answer | string>('GET', path)
  if (typeof answer === 'string') process.stdout.write(answer)
  else if (json) console.log(JSON.stringify(answer, null, 2))
  else tell(answer)
}
