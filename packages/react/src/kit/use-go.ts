'use client'
import { useLook } from './kit.ts'
import { leadOf, type Lead, type Step } from './lead.ts'

/** Where a step leads, and what a press on it does; the way to a page is the link's own. */
export const useGo = (
  step: Step | undefined,
  onDone: (() => void) | undefined,
  onClaim?: () => void,
): { readonly lead: Lead; readonly url: string | undefined; readonly press: () => void } => {
  const { client, openModal } = useLook()
  const lead = leadOf(step?.action, openModal !== undefined)
  const press = (): void => {
    if (lead.kind === 'claim' || !step) return onClaim?.()
    void client.observe('step_started', { stepId: step.id, entrypoint: onClaim ? 'step' : 'nudge' })
    if (lead.kind !== 'modal') return
    const done = (completed: unknown): void => {
      // Hosts pass it on as a handler: an event is no answer.
      if (completed === true) onDone?.()
    }
    openModal?.(lead.modal, { prefill: lead.prefill, stepId: step.id, done })
  }
  return { lead, url: lead.url, press }
}
