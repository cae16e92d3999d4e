import type { Held } from './limit.ts'
import type { Verdict } from './verdict.ts'

/** How a rule stands after some checks: so many bad ones on end, or good ones. */
export type Standing = { readonly bad: number; readonly good: number; readonly firing: boolean }

export const calm: Standing = { bad: 0, good: 0, firing: false }

export type Hysteresis = {
  /** It fires after so many bad checks on end, and clears after so many good ones. */
  readonly fireAfter: number
  readonly clearAfter: number
}

/** A check that found nothing out changes nothing: it clears no alert, and is no part of a row. */
export const standingAfter = (
  { bad, good, firing }: Standing,
  found: Held,
  { fireAfter, clearAfter }: Hysteresis,
): Standing => {
  if (found === 'unknown') return { bad, good, firing }
  if (found === 'broken') return { bad: bad + 1, good: 0, firing: firing || bad + 1 >= fireAfter }
  return { bad: 0, good: good + 1, firing: firing && good + 1 < clearAfter }
}

export type AutomaticRollback = 'on' | 'dry_run' | 'off'

/** What was done about a rule, and not over yet. `overruled`: a person has switched the flow on again since. */
export type OpenIncident = { readonly status: 'open' | 'overruled'; readonly dryRun: boolean }

/** What is to be done about a rule now. Of one incident a flow is rolled back once, and no person is overruled. */
export const nextOfIncident = (
  verdict: Verdict,
  incident: OpenIncident | null,
  flow: { readonly enabled: boolean; readonly mode: AutomaticRollback },
  healthyChecks: number,
  clearAfter: number,
): 'begin' | 'overrule' | 'end' | null => {
  if (incident !== null && verdict === 'healthy' && healthyChecks >= clearAfter) return 'end'
  const mayBegin = verdict === 'rollback' && flow.enabled && flow.mode !== 'off'
  if (incident === null) return mayBegin ? 'begin' : null
  if (incident.dryRun) return mayBegin && flow.mode === 'on' ? 'begin' : null
  return flow.enabled && incident.status === 'open' ? 'overrule' : null
}
