import { createHash } from 'node:crypto'
import type { Record } from '@boardwalk/store'
import { beginSpan } from '../operation/tracing.ts'
import type { Group } from './together.ts'

const statuses: { readonly [type: string]: string } = {
  'onboarding.step_completed': 'done',
  'onboarding.step_skipped': 'skipped',
}

/** Tells people apart and does not say who they are; whoever knows an id can look for it. */
const hashOf = (userId: string): string => createHash('sha256').update(userId).digest('hex')

const attributesOf = (userId: string, { type, flow, version, stepId, correlationId }: Record) => ({
  'boardwalk.step.id': stepId ?? '',
  'boardwalk.step.status': statuses[type] ?? '',
  'boardwalk.flow': flow ?? '',
  'boardwalk.flow.version': version ?? 0,
  'boardwalk.correlation_id': correlationId,
  'user.hash': hashOf(userId),
})

/** A span for each step that was settled, from when its request set out until it was committed. */
export const traceSteps = ({ change, travellers }: Group): void => {
  for (const record of change.records) {
    if (statuses[record.type] === undefined) continue
    const traveller = travellers.find(({ journey }) => journey.correlationId === record.correlationId)
    if (traveller === undefined) continue
    const { span } = beginSpan('onboarding.step_update', { startTime: traveller.began }, traveller.context)
    if (span.isRecording()) span.setAttributes(attributesOf(change.after.userId, record))
    span.end()
  }
}
