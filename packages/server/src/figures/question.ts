import { definitionsOf, type AnalyticsQuery, type AnalyticsQuestion } from '@boardwalk/contract'
import { piecesOf, readFlowsAsked } from '@boardwalk/store'
import type { FlowAsked, LabelledPiece, Query, Whom } from '@boardwalk/store'
import type { CaughtUp } from '../analytics/caught-up.ts'
import { Failure } from '../http/reply.ts'
import { refuseQuery, zoneNotes, type Range, type Slice } from './range.ts'

/** Whom the question is about: people of one flow, or (null) people as a whole. */
const flowOf = async (query: Query, asked: AnalyticsQuery): Promise<FlowAsked> => {
  const { flow: name = null, version = null } = asked
  const flows = await readFlowsAsked(query, name, version)
  const entered = flows.filter(({ hasEntries }) => hasEntries)
  const [flow, other] = entered.length > 0 ? entered : flows
  if (flow === undefined)
    throw new Failure(
      'flow_not_found',
      name === null
        ? 'There is no flow yet.'
        : `There is no flow "${name}". GET /api/admin/flows lists those there are.`,
    )
  if (other !== undefined) {
    const names = (entered.length > 0 ? entered : flows).map((one) => `"${one.name}"`)
    throw refuseQuery(asked, 'flow', `one of ${names.join(', ')}`)
  }
  if (version !== null && flow.version === null)
    throw new Failure('version_not_found', `Flow "${flow.name}" has no version ${version}.`)
  return flow
}

const ofFlowsOnly = (asked: AnalyticsQuery): void => {
  for (const name of ['version', 'arm'] as const)
    if (asked[name] !== undefined) throw refuseQuery(asked, name, 'nothing without a flow: name one, too')
  if (asked.compare === 'version' || asked.compare === 'arm')
    throw refuseQuery(asked, 'compare', 'a fact, or a flow besides')
}

export type Subject = { readonly flow: FlowAsked | null; readonly whom: Whom }

export const subjectOf = async (
  query: Query,
  asked: AnalyticsQuery,
  needsFlow: boolean,
): Promise<Subject> => {
  const ofFlow = needsFlow || asked.flow !== undefined
  if (!ofFlow) ofFlowsOnly(asked)
  const flow = ofFlow ? await flowOf(query, asked) : null
  const { version, arm, market, plan, role, locale, compare } = asked
  return {
    flow,
    whom: {
      flow: flow?.name ?? '',
      version: version ?? null,
      arm: arm ?? null,
      market: market ?? null,
      plan: plan ?? null,
      role: role ?? null,
      locale: locale ?? null,
      compare: compare ?? null,
    },
  }
}

/** Labelled with the place of their slice. */
export const piecesOfSlices = (slices: readonly Slice[]): LabelledPiece[] =>
  slices.flatMap(({ since, until }, label) => piecesOf(since, until).map((piece) => ({ ...piece, label })))

const iso = (ms: number): string => new Date(ms).toISOString()

/** What every answer says besides its figures. */
export const envelopeOf = (
  question: AnalyticsQuestion,
  { flow }: Subject,
  range: Range,
  { asOf, isCurrent }: CaughtUp,
  notes: readonly string[],
) => ({
  definitions: definitionsOf(question),
  flow: flow?.name ?? null,
  asOf,
  isCurrent,
  range: {
    from: range.from,
    to: range.to,
    timeZone: range.timeZone,
    begins: iso(range.begins),
    ends: iso(range.ends),
  },
  notes: [...zoneNotes(range), ...notes],
})
