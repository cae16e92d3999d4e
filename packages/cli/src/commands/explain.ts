import { parseArgs } from 'node:util'
import type { Operation } from '@boardwalk/contract'
import { callBoardwalk } from '../call-boardwalk.ts'
import { CommandError } from '../command.ts'
import { plain } from '../plain.ts'
import { rows } from '../rows.ts'

type Explanation = Extract<Operation<'explainUser'>['answer'], { status: 200 }>['body']
type Step = Explanation['steps'][number]
type Rule = Step['rules'][number]

const mostCharacters = 100

const value = (found: unknown): string => {
  const text = plain(JSON.stringify(found) ?? 'unknown')
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters).toWellFormed()}…` : text
}

const verdict = ({ holds, unknown }: Pick<Rule, 'holds' | 'unknown'>): string =>
  holds ? 'yes' : unknown ? 'unknown' : 'no'

/** Rules that the step does not have say nothing, nor does what stands behind its name already. */
const isSaid = ({ rule, expected, clauses, holds }: Rule): boolean => {
  if (clauses !== undefined) return true
  if (rule === 'required' || (rule === 'account' && expected === 'person')) return false
  return !holds || expected !== undefined
}

const clauseRows = ({ clauses = [] }: Rule): string[][] =>
  clauses.map(({ path, operator, expected, found, result }) => [
    '',
    `· ${plain(path)} ${operator}`,
    result === 'unknown' ? 'unknown' : result ? 'yes' : 'no',
    value(expected),
    found === undefined ? '' : value(found),
  ])

const ruleRows = (rule: Rule): string[][] => [
  [
    '',
    rule.rule,
    verdict(rule),
    rule.expected === undefined || rule.clauses ? '' : value(rule.expected),
    rule.clauses || rule.found === undefined ? '' : value(rule.found),
  ],
  ...clauseRows(rule),
]

/** Rules of a step's doing of which nothing was asked: no restriction, no dependency, a click is enough, no trigger. */
const isOrdinary = ({ rule, expected, holds }: Rule): boolean =>
  expected === undefined || (rule === 'completion' && holds)

const stepRows = ({ id, visible, required, status, rules, settling }: Step): string[][] => [
  [id, visible ? (required ? 'required' : 'optional') : 'hidden', status, '', ''],
  ...rules.filter(isSaid).flatMap(ruleRows),
  ...settling.filter((rule) => !isOrdinary(rule)).flatMap(ruleRows),
]

const head = ['step', 'rule', 'holds', 'expected', 'found']

const versionLines = ({ flow, enrolment }: Explanation): string[] => {
  if (flow === null) return ['No flow lets this person in.']
  const { pinnedBy, versionInForce, status } = enrolment ?? {}
  const stays =
    versionInForce === flow.version || versionInForce === undefined
      ? ''
      : pinnedBy
        ? `; stays in version ${flow.version}: pinned by the publication of version ${pinnedBy.version} at ${pinnedBy.at}`
        : `; version ${versionInForce} is in force`
  return [`flow "${flow.name}", version ${flow.version}: ${status ?? 'not enrolled'}${stays}`]
}

/** What a release keeps from the person, or lets them not do; one that is on for all says nothing. */
const experimentLines = ({ experiments }: Explanation): string[] =>
  experiments
    .filter(({ status }) => status !== 'draft')
    .map(({ experiment, arm, decidedBy, exposed }) => {
      const met = exposed ? 'met it' : 'has not met it'
      return `experiment "${experiment}": ${arm === null ? 'no arm' : `arm "${arm}"`} (${decidedBy}), ${met}`
    })

const releaseLines = ({ releases }: Explanation): string[] =>
  releases.flatMap(({ flow, on, decidedBy, expected, found, ...allowed }) => {
    const off = Object.entries(allowed).filter(([, is]) => !is)
    if (on && off.length === 0 && decidedBy === 'rolloutPercentage' && expected === 100) return []
    const compared = [
      ...(expected === undefined ? [] : [`expected ${value(expected)}`]),
      ...(expected === undefined || decidedBy === 'rolloutPercentage' ? [] : [`found ${value(found)}`]),
    ]
    const why = [decidedBy, ...compared].join(', ')
    const without = off.length === 0 ? '' : `; off: ${off.map(([setting]) => setting).join(', ')}`
    return [`release of "${flow}": ${on ? 'on' : 'off'} for this person (${why})${without}`]
  })

const publicationLines = ({ enrolment }: Explanation): string[] =>
  enrolment === undefined
    ? []
    : [
        'published',
        ...rows(
          enrolment.publications
            .slice(-10)
            .map(({ version, at, policy, reopen }) => [
              `version ${version}`,
              at,
              policy,
              reopen ? 'reopens' : '',
            ]),
        ),
      ]

const gateLines = ({ gate }: Explanation): string[] => {
  if (gate === undefined) return []
  const why = gate.missing.map(({ flow, step }) => `${step} (${flow})`).join(', ')
  return [
    `gate "${gate.gate}": ${gate.allowed ? 'lets pass' : `stops, because of ${why}`}`,
    ...rows(
      gate.enrolments.flatMap(({ flow, version, steps }) =>
        steps.length === 0
          ? [[`${flow} ${version}`, 'asks for nothing here']]
          : steps.map(({ id, visible, status }) => [
              `${flow} ${version}`,
              id,
              visible ? (status ?? '') : 'not seen, so no obstacle',
            ]),
      ),
    ),
  ]
}

export const explain = async (words: string[]): Promise<void> => {
  const options = { flow: { type: 'string' }, gate: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const [userId, ...more] = positionals
  if (userId === undefined || more.length > 0)
    throw new CommandError('Say of whom: boardwalk explain USER [--flow NAME] [--gate NAME]')
  const query = new URLSearchParams(values as Record<string, string>).toString()
  const path = `/api/users/${encodeURIComponent(userId)}/explain?${query}`
  const told = await callBoardwalk<Explanation>('GET', path)
  const table = told.steps.length === 0 ? [] : rows([head, ...told.steps.flatMap(stepRows)])
  console.log(
    [
      ...versionLines(told),
      ...releaseLines(told),
      ...experimentLines(told),
      ...table,
      ...publicationLines(told),
      ...gateLines(told),
    ].join('\n'),
  )
}
