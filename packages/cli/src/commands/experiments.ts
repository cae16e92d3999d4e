import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Operation, Sending } from '@boardwalk/contract'
import { allPages } from '../all-pages.ts'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError, messageOf } from '../command.ts'
import { plain } from '../plain.ts'
import { rows } from '../rows.ts'

type Experiment = Extract<Operation<'getExperiment'>['answer'], { status: 200 }>['body']
type Results = Extract<Operation<'getExperimentResults'>['answer'], { status: 200 }>['body']
type Input = Sending<'putExperiment'>['body']

const base = '/api/admin/experiments'
const at = (id: string, ...more: string[]): string => [base, encodeURIComponent(id), ...more].join('/')

const tell = (experiment: Experiment): void => {
  const { id, name, flow, unit, status, arms, allocation, phases, stopReason } = experiment
  const why = stopReason === undefined ? '' : `: ${plain(stopReason)}`
  console.log(`experiment "${id}" (${plain(name)}) is ${status}${why}`)
  const since = phases.at(-1)
  const table: string[][] = [
    ['flow', flow],
    ['unit', unit ?? 'user'],
    ['phase', since === undefined ? 'none yet' : `${since.number} since ${since.since}`],
    ...arms.map((arm) => [
      `arm ${arm.id}`,
      `${allocation[arm.id] ?? 0} %  ${JSON.stringify(arm.config ?? { flow: arm.flow, version: arm.version })}`,
    ]),
  ]
  for (const line of rows(table)) console.log(line)
}

const percent = (rate: number | null): string => (rate === null ? '–' : `${(rate * 100).toFixed(1)} %`)

const tellResults = ({ experiment, status, arms, comparisons, sampleRatio, ...more }: Results): void => {
  console.log(`experiment "${experiment}" is ${status}; within ${more.window} of their exposure:`)
  const head = ['arm', 'people', 'inside', 'completed', 'skipped', 'resumed', 'activated']
  const of = arms.map(({ id, people, inWindow, rates }) => [
    id,
    String(people),
    String(inWindow),
    ...[rates.completed, rates.skipped, rates.resumed, rates.activated].map(percent),
  ])
  for (const line of rows([head, ...of])) console.log(line)
  for (const { arm, metrics } of comparisons)
    for (const [metric, compared] of Object.entries(metrics))
      if (compared !== null)
        console.log(
          `${arm} − ${more.comparedWith}, ${metric}: ${percent(compared.difference)} (${percent(compared.low)} to ${percent(compared.high)})`,
        )
  if (sampleRatio.suspicious) console.log('The split is not the one intended.')
  console.log(plain(more.reason))
}

const readInput = async (file: string): Promise<Input & { readonly id: string }> => {
  try {
    const input = JSON.parse(await readFile(file, 'utf8')) as Partial<Input> | null
    if (typeof input?.id === 'string') return input as Input & { id: string }
  } catch (error) {
    throw new CommandError(`${plain(file)} cannot be read as JSON: ${messageOf(error)}`)
  }
  throw new CommandError(
    `${plain(file)} has no "id". An experiment is an object with "id", "flow", "arms" and more.`,
  )
}

type Values = { readonly reason?: string | undefined; readonly window?: string | undefined }

const list = async (): Promise<void> => {
  const all = await allPages<Experiment>(base)
  const lines = all.map(({ id, status, flow, name }) => [id, status, flow, plain(name)])
  for (const line of rows(lines)) console.log(line)
  if (all.length === 0) console.log('There are no experiments.')
}

const verbs: { readonly [verb: string]: (about: string, values: Values) => Promise<void> } = {
  show: async (id) => tell(await callBoardwalk('GET', at(id))),
  apply: async (file) => {
    const input = await readInput(file)
    tell(await callBoardwalk('PUT', at(input.id), input))
  },
  start: async (id) => tell(await callBoardwalk('POST', at(id, 'start'))),
  stop: async (id, { reason }) => tell(await callBoardwalk('POST', at(id, 'stop'), { reason })),
  results: async (id, { window }) =>
    tellResults(
      await callBoardwalk(
        'GET',
        `${at(id, 'results')}${window === undefined ? '' : `?window=${encodeURIComponent(window)}`}`,
      ),
    ),
}

const options = { reason: { type: 'string' }, window: { type: 'string' } } as const

export const experiments = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const [verb = '', about, ...others] = positionals
  if (verb === 'list' && about === undefined) return list()
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (run === undefined || about === undefined || others.length > 0)
    throw new CommandError(
      'Say what to do: boardwalk experiments list, or show, apply, start, stop or results of one.',
    )
  return run(about, values)
}
