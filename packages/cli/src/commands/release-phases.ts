import { parseArgs } from 'node:util'
import type { Operation } from '@boardwalk/contract'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { told } from '../metric-values.ts'
import { plain } from '../plain.ts'
import { rows } from '../rows.ts'

type Phases = Extract<Operation<'getReleasePhases'>['answer'], { status: 200 }>['body']
type Advanced = Extract<Operation<'advanceRelease'>['answer'], { status: 200 }>['body']

const at = (flow: string, more = ''): string => `/api/admin/release/${encodeURIComponent(flow)}/phases${more}`

const tellCriteria = (criteria: Phases['criteria']): void => {
  const table = criteria.map(({ metric, outcome, value, n, is, at: limit }) => [
    plain(metric),
    outcome === 'not_met' ? 'not met' : outcome,
    `${told(metric, value)} of ${n}`,
    `${is === 'atLeast' ? 'at least' : 'at most'} ${limit === null ? 'a baseline that nobody took' : told(metric, limit)}`,
  ])
  for (const line of rows(table)) console.log(line)
}

export const releasePhases = async (words: string[]): Promise<void> => {
  const { positionals } = parseArgs({ args: words, options: {}, allowPositionals: true })
  const [flow, ...others] = positionals
  if (flow === undefined || others.length > 0)
    throw new CommandError('Say of which flow: boardwalk release phases FLOW.')
  const { phases, current, next, enteredAt, criteria } = await callBoardwalk<Phases>('GET', at(flow))
  const since = enteredAt === undefined ? '' : ` since ${enteredAt}`
  console.log(
    current === null
      ? `flow "${flow}" is in no phase yet`
      : `flow "${flow}" is in phase "${current}"${since}`,
  )
  const table = phases.map(({ name, settings, startsAt }) => [
    name === current ? '*' : ' ',
    plain(name),
    plain(JSON.stringify(settings)),
    startsAt === undefined ? '' : `from ${startsAt} on`,
  ])
  for (const line of rows(table)) console.log(line)
  if (next === null) return
  console.log(criteria.length === 0 ? `"${next}" asks for nothing` : `what "${next}" waits for:`)
  tellCriteria(criteria)
}

const options = { any: { type: 'boolean' }, to: { type: 'string' }, reason: { type: 'string' } } as const

const reasons: { readonly [Refused in NonNullable<Advanced['refused']>]: string } = {
  criteria: 'its criteria are not met. Wait, or say --any.',
  last_phase: 'it was the last phase.',
  not_next: 'that is not the next phase.',
  killed: 'the flow is off by the kill switch. Switch it on first.',
  changed: 'somebody changed the phases meanwhile. Look again.',
}

export const releaseAdvance = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const [flow, ...others] = positionals
  if (flow === undefined || others.length > 0)
    throw new CommandError(
      'Say which flow: boardwalk release advance FLOW [--to PHASE] [--any] [--reason TEXT].',
    )
  const { any, ...more } = values
  const body = { ifCriteria: any ? 'any' : 'met', ...more }
  const { advanced, current, criteria, refused } = await callBoardwalk<Advanced>(
    'POST',
    at(flow, '/advance'),
    body,
  )
  const where = current === null ? 'in no phase yet' : `in phase "${current}"`
  if (advanced) console.log(`flow "${flow}" is ${where} now`)
  tellCriteria(criteria)
  if (!advanced)
    throw new CommandError(
      `flow "${flow}" is still ${where}: ${refused === undefined ? 'it did not go on.' : reasons[refused]}`,
    )
}
