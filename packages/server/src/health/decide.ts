import { randomUUID } from 'node:crypto'
import {
  calm,
  nextOfIncident,
  standingAfter,
  type Held,
  type HealthSettings,
  type Verdict,
} from '@boardwalk/engine/health'
import {
  appendAuditOf,
  changeReleaseIn,
  clearAlert,
  clearAlertOf,
  endIncident,
  forgetOtherRules,
  insertAlert,
  insertIncident,
  lockWatch,
  lockWatched,
  overruleIncident,
  queueMessages,
  readOpenIncidents,
  readRules,
  untoldAlerts,
  writeRule,
  type Alert,
  type Database,
  type Query,
  type Watch,
  type WatchedFlow,
} from '@boardwalk/store'
import { alertMessage, nameOfMetric, saidOf } from './alert-message.ts'
import type { AlertFinding, RuleFinding } from './findings.ts'

export type Found = {
  readonly watched: WatchedFlow
  readonly rollbacks: readonly RuleFinding[]
  readonly alerts: readonly AlertFinding[]
}

/** `lost`: another process watches now. `moved`: somebody changed the flow meanwhile; the next check sees to it. */
export type Decided =
  | 'lost'
  | 'moved'
  | { readonly rolledBack: { readonly reason: string; readonly incident: string } | null }

const heldOf: { readonly [Name in Verdict]: Held } = {
  healthy: 'held',
  hold: 'broken',
  rollback: 'broken',
  unknown: 'unknown',
}

const evidenceOf = ({ rule, finding, baseline, pieces, since }: RuleFinding, settings: HealthSettings) => {
  const { minimumSample, windowMinutes, windowDays, automaticRollback } = settings
  return {
    rule,
    finding,
    baseline,
    pieces,
    since: since === 0 ? null : new Date(since).toISOString(),
    settings: { minimumSample, windowMinutes, windowDays, automaticRollback },
  }
}

/** Switches the flow off and writes down why, or only writes it down. Answers what is told of it. */
const begin = async (query: Query, watched: WatchedFlow, found: RuleFinding) => {
  const { flow, settings } = watched
  const { rule, finding } = found
  const incident = randomUUID()
  const dryRun = settings.automaticRollback !== 'on'
  const reason = `${nameOfMetric(rule.metric)}: ${finding.reason}`
  const evidence = evidenceOf(found, settings)
  if (!(await insertIncident(query, { id: incident, flow, rule: rule.id, dryRun, reason, evidence })))
    return null
  if (!dryRun) {
    await changeReleaseIn(query, {
      kind: 'kill',
      flow,
      by: 'watch',
      reason: reason.slice(0, 500),
      correlationId: incident,
      told: { automatic: true, incident, evidence },
    })
    await appendAuditOf(query, 'automaticRollback', { kind: 'flow', id: flow }, { correlationId: incident })
  }
  const message = dryRun ? `would be switched off (dry run): ${reason}` : `is switched off: ${reason}`
  await insertAlert(query, { id: randomUUID(), flow, rule: rule.id, incident, severity: 'critical', message })
  return dryRun ? null : { reason, incident }
}

const seeToRollbacks = async (query: Query, watched: WatchedFlow, rollbacks: readonly RuleFinding[]) => {
  const { flow, settings } = watched
  const states = (await readRules(query, flow)).filter(({ kind }) => kind === 'rollback')
  const incidents = await readOpenIncidents(query, flow)
  const ended: Alert[] = []
  const metricOf = (id: string) => rollbacks.find(({ rule }) => rule.id === id)?.rule.metric
  let { enabled } = watched
  let rolledBack: { readonly reason: string; readonly incident: string } | null = null
  for (const found of rollbacks) {
    const { rule, finding } = found
    const before = states.find((state) => state.rule === rule.id)?.standing ?? calm
    const standing = standingAfter(before, heldOf[finding.verdict], settings)
    await writeRule(query, flow, { kind: 'rollback', rule: rule.id, standing }, finding)
    const incident = incidents.find((one) => one.rule === rule.id) ?? null
    const mode = settings.automaticRollback
    const next = nextOfIncident(
      finding.verdict,
      incident,
      { enabled, mode },
      standing.good,
      settings.clearAfter,
    )
    // Who kept the flow on in spite of what one rule says is not overruled by another one about the same.
    const isDecided = incidents.some(
      (one) => !one.dryRun && one.rule !== rule.id && metricOf(one.rule) === rule.metric,
    )
    if (incident !== null && next === 'overrule') await overruleIncident(query, incident.id)
    if (next === 'begin' && isDecided) continue
    if (incident !== null && (next === 'end' || next === 'begin')) {
      await endIncident(query, incident.id)
      const cleared = await clearAlertOf(query, incident.id)
      if (cleared) ended.push(cleared)
    }
    if (next !== 'begin') continue
    const begun = await begin(query, watched, found)
    if (begun === null) continue
    rolledBack = begun
    enabled = false
  }
  return { rolledBack, ended }
}

const seeToAlerts = async (
  query: Query,
  { flow, settings }: WatchedFlow,
  alerts: readonly AlertFinding[],
) => {
  const states = (await readRules(query, flow)).filter(({ kind }) => kind === 'alert')
  const ended: Alert[] = []
  for (const { rule, held, finding } of alerts) {
    const before = states.find((state) => state.rule === rule.id)?.standing ?? calm
    const standing = standingAfter(before, held, settings)
    await writeRule(query, flow, { kind: 'alert', rule: rule.id, standing }, finding)
    if (standing.firing && !before.firing) {
      const { id, severity } = rule
      const message = saidOf(rule, finding)
      await insertAlert(query, { id: randomUUID(), flow, rule: id, incident: null, severity, message })
    }
    if (!standing.firing && before.firing) {
      const cleared = await clearAlert(query, flow, rule.id)
      if (cleared) ended.push(cleared)
    }
  }
  return ended
}

/** Rollbacks are told whatever is silenced. */
const tell = async (
  query: Query,
  { flow, settings }: WatchedFlow,
  ended: readonly Alert[],
  now: number,
): Promise<void> => {
  const silent = settings.silencedUntil !== null && Date.parse(settings.silencedUntil) > now
  const isTold = ({ incident }: Alert): boolean => !silent || incident !== null
  const receivers = settings.receivers.map(({ id }) => id)
  for (const alert of await untoldAlerts(query, flow))
    if (isTold(alert)) await queueMessages(query, alert.id, flow, receivers, alertMessage('firing', alert))
  for (const alert of ended)
    if (isTold(alert)) await queueMessages(query, alert.id, flow, receivers, alertMessage('cleared', alert))
}

/** All that follows from one check of a flow, or nothing of it: and only while the watch is still this one's. */
export const decide = (
  database: Database,
  watch: Watch,
  { watched: seen, rollbacks, alerts }: Found,
  now: number,
): Promise<Decided> =>
  database.transaction(async ({ query }) => {
    if (!(await lockWatch(query, watch))) return 'lost'
    const { flow } = seen
    const watched = await lockWatched(query, flow)
    // Whoever switched it on or off, or changed the rules, while the figures were read has not been judged by them.
    if (JSON.stringify(watched) !== JSON.stringify(seen) || watched === undefined) return 'moved'
    const { settings } = watched
    const idsOf = (rules: readonly { readonly id: string }[]): string[] => rules.map(({ id }) => id)
    await forgetOtherRules(query, flow, idsOf(settings.alerts), idsOf(settings.rollbacks))
    const { rolledBack, ended } = await seeToRollbacks(query, watched, rollbacks)
    const cleared = await seeToAlerts(query, watched, alerts)
    await tell(query, watched, [...ended, ...cleared], now)
    return { rolledBack }
  })
