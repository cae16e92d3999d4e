import { measureCriterion, phaseStart, type MeasuredCriterion, type Phase } from '@boardwalk/engine/health'
import {
  appendAuditOf,
  changeReleaseIn,
  lockWatch,
  lockWatched,
  readPlan,
  readRelease,
  writePlan,
  type Database,
  type Plan,
  type Query,
  type ReleaseRequest,
  type StoredRelease,
  type Watch,
  type WatchedFlow,
} from '@boardwalk/store'
import { baselineOf, currentFigures } from './findings.ts'

export type Advancing = {
  readonly by: string
  /** `any`: whatever the figures say. */
  readonly ifCriteria: 'met' | 'any'
  /** Only if this is the next phase. */
  readonly to?: string | undefined
  readonly reason?: string | undefined
  /** By whom it is done by itself: only while the watch is theirs. */
  readonly watch?: Watch
}

export type Advanced = {
  readonly criteria: readonly MeasuredCriterion[]
  readonly plan: Plan
} & (
  | { readonly refused: 'criteria' | 'last_phase' | 'not_next' | 'killed' | 'changed' }
  | { readonly release: StoredRelease }
)

const phaseAt = ({ phases }: Plan, place: number | null): Phase | null =>
  place === null ? null : (phases[place] ?? null)

export const currentPhase = (plan: Plan): Phase | null => phaseAt(plan, plan.current)
export const nextPhase = (plan: Plan): Phase | null =>
  phaseAt(plan, plan.current === null ? 0 : plan.current + 1)

/** The criteria of the phase that the release is in, measured of those who came since it was entered. */
export const measureCriteria = async (
  query: Query,
  watched: WatchedFlow,
  plan: Plan,
  now: number,
): Promise<MeasuredCriterion[]> => {
  const criteria = currentPhase(plan)?.criteria ?? []
  if (criteria.length === 0) return []
  const wanted = criteria.map(({ metric }) => metric)
  const since = Date.parse(plan.enteredAt ?? '') || 0
  const figures = await currentFigures(query, watched, wanted, now, { since })
  return criteria.map((criterion) => {
    const { value, of } = figures[criterion.metric] ?? { value: null, of: 0 }
    const baseline = baselineOf(watched, criterion.metric)
    return measureCriterion(criterion, { value, of }, baseline, watched.settings.minimumSample)
  })
}

const updateOf = ({ settings }: Phase, now: number) => {
  const { signedUpAfter } = settings
  return {
    ...settings,
    signedUpAfter: signedUpAfter === phaseStart ? new Date(now).toISOString() : signedUpAfter,
  }
}

/** Enters the next phase: what it sets, and where the plan stands, in one transaction. */
export const advance = async (
  database: Database,
  watched: WatchedFlow,
  plan: Plan,
  { by, ifCriteria, to, reason, watch }: Advancing,
  now: number,
): Promise<Advanced> => {
  const criteria = await measureCriteria(database.query, watched, plan, now)
  const answer = { criteria, plan }
  const next = nextPhase(plan)
  if (next === null) return { ...answer, refused: 'last_phase' }
  if (to !== undefined && to !== next.name) return { ...answer, refused: 'not_next' }
  if (ifCriteria === 'met' && criteria.some(({ outcome }) => outcome !== 'met'))
    return { ...answer, refused: 'criteria' }
  const { flow } = watched
  return database.transaction(async ({ query }): Promise<Advanced> => {
    if (watch && !(await lockWatch(query, watch))) return { ...answer, refused: 'changed' }
    await lockWatched(query, flow)
    if ((await readPlan(query, flow))?.revision !== plan.revision) return { ...answer, refused: 'changed' }
    const before = await readRelease(query, flow)
    if (before === undefined || before.killedAt !== null) return { ...answer, refused: 'killed' }
    const said = `phase "${next.name}"${reason === undefined ? '' : `: ${reason}`}`
    const update = updateOf(next, now)
    const request: ReleaseRequest = { kind: 'set', flow, by, reason: said, update }
    await changeReleaseIn(query, request)
    const current = plan.current === null ? 0 : plan.current + 1
    const entered = { phases: plan.phases, current, enteredAt: new Date(now).toISOString() }
    await writePlan(query, flow, entered, by)
    if (watch) await appendAuditOf(query, 'automaticAdvance', { kind: 'flow', id: flow })
    return {
      criteria,
      plan: (await readPlan(query, flow)) ?? plan,
      release: (await readRelease(query, flow)) ?? before,
    }
  })
}
