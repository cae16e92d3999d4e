import type { Logger } from 'pino'
import type { Change, Record } from '@boardwalk/store'

const eventOf = ({ type }: Record): string | undefined => {
  if (type === 'gating.blocked') return 'onboarding.gating_blocked'
  if (type === 'onboarding.step_completed' || type === 'onboarding.step_skipped')
    return 'onboarding.step_updated'
  return undefined
}

/** One line for each request that is in the change: what else it settled is counted in `others`. Says nothing of whom it is about. */
export const logChange = (log: Logger, { records }: Pick<Change, 'records'>): void => {
  if (records.length === 0) return
  const told = new Map<string, { first: Record; others: number }>()
  for (const record of records) {
    if (eventOf(record) === undefined) continue
    const before = told.get(record.correlationId)
    if (before) before.others += 1
    else told.set(record.correlationId, { first: record, others: 0 })
  }
  for (const [correlationId, { first, others }] of told.entries()) {
    const { type, flow, stepId, data } = first
    const event = eventOf(first)
    const more = others > 0 ? { others } : {}
    if (type === 'gating.blocked') log.info({ event, route: data['route'], stepId, correlationId, ...more })
    else log.info({ event, type, flow, stepId, correlationId, ...more })
  }
}
