import { parseArgs } from 'node:util'
import type { Operation } from '@boardwalk/contract'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { told } from '../metric-values.ts'
import { plain } from '../plain.ts'
import { rows } from '../rows.ts'

type Health = Extract<Operation<'getHealth'>['answer'], { status: 200 }>['body']
type Baseline = Extract<Operation<'takeBaseline'>['answer'], { status: 200 }>['body']

const at = (flow: string, more = ''): string => `/api/admin/health/${encodeURIComponent(flow)}${more}`

const options = {
  control: { type: 'string' },
  version: { type: 'string' },
  arm: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  json: { type: 'boolean' },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

const show = async (flow: string, { control, version, arm, json }: Values): Promise<void> => {
  const asked = Object.entries({ control, version, arm }).filter(([, value]) => value !== undefined)
  const query = asked.length === 0 ? '' : `?${new URLSearchParams(asked as [string, string][]).toString()}`
  const health = await callBoardwalk<Health>('GET', at(flow, query))
  if (json) return console.log(JSON.stringify(health, null, 2))
  const { baseline, metrics, rollback, alerts } = health
  const taken = baseline === null ? 'no baseline' : `baseline of ${baseline.since} to ${baseline.until}`
  console.log(`flow "${flow}" since ${health.window.since}; ${health.control ?? taken}`)
  const table = Object.entries(metrics).map(([metric, { value, of, baseline: before, target, status }]) => {
    const side = target.is === 'atLeast' ? 'at least' : 'at most'
    const limit = target.of === undefined ? told(metric, target.limit) : `${target.limit * 100} % of baseline`
    return [
      metric,
      status,
      told(metric, value),
      `of ${of}`,
      `${side} ${limit}`,
      `baseline ${told(metric, before)}`,
    ]
  })
  for (const line of rows(table)) console.log(line)
  console.log(`automatic rollback: ${rollback.automatic}`)
  const findings = rollback.findings.map(({ rule, verdict, reason }) => [plain(rule), verdict, plain(reason)])
  for (const line of rows(findings)) console.log(line)
  for (const { severity, message, firingSince } of alerts)
    console.log(`alert since ${firingSince}: ${severity}, ${plain(message)}`)
}

const takeBaseline = async (flow: string, { from, to, json }: Values): Promise<void> => {
  if (from === undefined || to === undefined)
    throw new CommandError('Say of which time: boardwalk health baseline FLOW --from TIME --to TIME.')
  const taken = await callBoardwalk<Baseline>('POST', at(flow, '/baseline'), { from, to })
  if (json) return console.log(JSON.stringify(taken, null, 2))
  console.log(`baseline of flow "${flow}" of ${taken.since} to ${taken.until}:`)
  const table = Object.entries(taken.metrics).map(([metric, { value, of }]) => [
    plain(metric),
    told(metric, value),
    `of ${of}`,
  ])
  for (const line of rows(table)) console.log(line)
}

const verbs: { readonly [verb: string]: (flow: string, values: Values) => Promise<void> } = {
  show,
  baseline: takeBaseline,
}

export const health = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const [verb = '', flow, ...others] = positionals
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (run === undefined || flow === undefined || others.length > 0)
    throw new CommandError('Say what to do: boardwalk health show or baseline FLOW.')
  await run(flow, values)
}
