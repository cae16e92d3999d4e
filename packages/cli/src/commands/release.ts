import { parseArgs } from 'node:util'
import type { Operation, Sending } from '@boardwalk/contract'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { plain } from '../plain.ts'
import { rows } from '../rows.ts'

type Release = Extract<Operation<'getRelease'>['answer'], { status: 200 }>['body']
type Update = Sending<'putRelease'>['body']

const at = (flow: string, ...more: string[]): string =>
  ['/api/admin/release', encodeURIComponent(flow), ...more].join('/')

const options = {
  percentage: { type: 'string' },
  market: { type: 'string', multiple: true },
  'all-markets': { type: 'boolean' },
  user: { type: 'string', multiple: true },
  'no-users': { type: 'boolean' },
  'signed-up-after': { type: 'string' },
  'signed-up-ever': { type: 'boolean' },
  skip: { type: 'string' },
  snooze: { type: 'string' },
  'guard-rails': { type: 'string' },
  reason: { type: 'string' },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

const switched = (option: 'skip' | 'snooze' | 'guard-rails', value: string | undefined) => {
  if (value === undefined || value === 'on' || value === 'off') return value && value === 'on'
  throw new CommandError(`--${option} is "${plain(value)}", expected on or off.`)
}

const percentageOf = (text: string | undefined): number | undefined => {
  if (text === undefined || /^\d{1,3}(\.\d+)?$/.test(text)) return text === undefined ? text : Number(text)
  throw new CommandError(`--percentage is "${plain(text)}", expected a number from 0 to 100.`)
}

/** `null` where a restriction is taken away; absent is left as it is. */
const updateOf = (values: Values): Update => ({
  rolloutPercentage: percentageOf(values.percentage),
  marketWhitelist: values['all-markets'] ? null : values.market,
  userWhitelist: values['no-users'] ? null : values.user,
  signedUpAfter: values['signed-up-ever'] ? null : values['signed-up-after'],
  skipEnabled: switched('skip', values.skip),
  snoozeEnabled: switched('snooze', values.snooze),
  guardRailsEnabled: switched('guard-rails', values['guard-rails']),
})

const onOff = (is: boolean): string => (is ? 'on' : 'off')

const mostListed = 20

const listed = (ids: readonly string[]): string =>
  [
    ...ids.slice(0, mostListed).map(plain),
    ...(ids.length > mostListed ? [`and ${ids.length - mostListed} more`] : []),
  ].join(', ') || 'none'

const tell = (release: Release): void => {
  const { enabled, killedAt, killReason = '', changedAt, changedBy = '' } = release
  const killed = killedAt === undefined ? '' : `, by the kill switch at ${killedAt}: ${plain(killReason)}`
  console.log(`flow "${release.flow}" is ${onOff(enabled)}${killed}`)
  const table = [
    ['percentage', String(release.rolloutPercentage)],
    ['markets', release.marketWhitelist === null ? 'all' : listed(release.marketWhitelist)],
    ['users', listed(release.userWhitelist)],
    ['signed up after', release.signedUpAfter ?? 'ever'],
    ['skip', onOff(release.skipEnabled)],
    ['snooze', onOff(release.snoozeEnabled)],
    ['guard rails', onOff(release.guardRailsEnabled)],
    ['changed', changedAt === undefined ? 'never' : `${changedAt} by ${plain(changedBy)}`],
  ]
  for (const line of rows(table)) console.log(line)
}

const set = async (flow: string, values: Values): Promise<Release> => {
  const update = updateOf(values)
  if (Object.values(update).every((value) => value === undefined))
    throw new CommandError('Say what to set, such as --percentage 10 or --market FR.')
  return callBoardwalk<Release>('PUT', at(flow), { ...update, reason: values.reason })
}

const off = async (flow: string, { reason }: Values): Promise<Release> => {
  if (reason === undefined)
    throw new CommandError('Say why: boardwalk release off FLOW --reason TEXT. Whoever is on call reads it.')
  return callBoardwalk<Release>('POST', at(flow, 'kill'), { reason })
}

const verbs: { readonly [verb: string]: (flow: string, values: Values) => Promise<Release> } = {
  show: (flow) => callBoardwalk<Release>('GET', at(flow)),
  set,
  on: (flow, { reason }) => callBoardwalk<Release>('PUT', at(flow), { enabled: true, reason }),
  off,
}

export const release = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const [verb = '', flow, ...others] = positionals
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (run === undefined || flow === undefined || others.length > 0)
    throw new CommandError('Say what to do: boardwalk release show, set, on or off FLOW.')
  tell(await run(flow, values))
}
