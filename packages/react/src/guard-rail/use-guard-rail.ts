'use client'
import { useState } from 'react'
import type { GuardRail, OnboardingState } from '@boardwalk/client'
import { useKit } from '../kit/kit.ts'
import { leadOf, type Lead, type Step } from '../kit/lead.ts'
import { textOf } from '../kit/text-of.ts'
import { useOnboarding } from '../kit/use-onboarding.ts'
import { useClaim } from '../kit/use-turn.ts'

export type MissingStep = { readonly id: string; readonly title: string; readonly done: boolean }

export type GuardRailState = {
  /** The dialog is to be seen: a request waits, and the person is not away in a modal of the host. */
  readonly open: boolean
  /** Why the request was stopped, in the person's language. */
  readonly message: string
  /** In the order in which they are missing. */
  readonly steps: readonly MissingStep[]
  /** Where the first of them that is not done leads; `nowhere` too when this person may not do it. */
  readonly lead: Lead
  /** Whom to ask when this person may not do it. */
  readonly askRole: string | undefined
  /** The last attempt came to nothing. */
  readonly failed: boolean
  readonly busy: boolean
  /** Goes where the first missing step leads. A page is the link's own work: it only lets the request go. */
  readonly configure: () => void
  /** The person gives up: the request gets its 409. */
  readonly cancel: () => void
}

/** How it stands with the step that the person was sent to. */
type Attempt = {
  readonly of: GuardRail['blocked']
  readonly stepId: string
  readonly stage: Stage
}

type Stage =
  /** In a modal of the host. */
  | 'away'
  /** The host said that the step is done, and the server is read: mostly over before anybody sees it. */
  | 'checking'
  /** It takes longer, for the person to see: the proof may still be on its way to the server. */
  | 'proving'
  /** No proof came: to try again is to read again. */
  | 'unproven'
  | 'failed'

const showMs = 500
/** From a read on. */
const proofMs = 3000

type Missing = {
  readonly first: Step | undefined
  readonly stepId: string
  readonly steps: readonly MissingStep[]
}

const missingOf = (guardRail: GuardRail, onboarding: OnboardingState['onboarding']): Missing => {
  const find = (id: string): Step | undefined => onboarding?.steps.find((step) => step.id === id)
  const ids = guardRail.missingSteps
  const stepId = ids.find((id) => find(id)?.status !== 'done') ?? guardRail.blocked.missingStep
  const steps = ids.map((id) => {
    const step = find(id)
    return { id, title: textOf(step?.title) || id, done: step?.status === 'done' }
  })
  return { first: find(stepId), stepId, steps }
}

const nobodyWaits: Missing = { first: undefined, stepId: '', steps: [] }

/** The gate in front of what the person wanted. Whoever uses it shows it: requests wait until it is settled. */
export const useGuardRail = (): GuardRailState => {
  const { client, openModal } = useKit()
  const { guardRail, onboarding, pending } = useOnboarding()
  const [attempt, setAttempt] = useState<Attempt>()
  useClaim('guardRail')

  const blocked = guardRail?.blocked
  const { first, stepId, steps } = !guardRail ? nobodyWaits : missingOf(guardRail, onboarding)
  const isIt = (one: Attempt | undefined): one is Attempt => one?.of === blocked && one?.stepId === stepId
  const stage = isIt(attempt) ? attempt.stage : 'asking'
  // A gate may lead elsewhere than its step does.
  const action = stepId === blocked?.missingStep ? (blocked.action ?? first?.action) : first?.action
  const mayDo = first?.allowed !== false
  const lead: Lead = mayDo ? leadOf(action, openModal !== undefined) : { kind: 'nowhere' }

  const cancel: () => void = client.closeGuardRail
  const configure = (): void => {
    if (!blocked) return
    const reach = (next: Stage): void => setAttempt({ of: blocked, stepId, stage: next })
    const pass = (from: Stage, to: Stage): void =>
      setAttempt((one) => (isIt(one) && one.stage === from ? { ...one, stage: to } : one))
    const check = (as: Stage): void => {
      reach(as)
      setTimeout(pass, showMs, 'checking', 'proving')
      void client.refresh().then(() => {
        pass('checking', 'proving')
        setTimeout(pass, proofMs, 'proving', 'unproven')
      })
    }
    if (stage === 'unproven') return check('proving')
    if (lead.kind === 'page') cancel()
    if (lead.kind === 'claim')
      void client.completeStep(stepId).then(({ kind }) => kind === 'refused' && reach('failed'))
    if (lead.kind !== 'modal') return
    reach('away')
    // Hosts pass it on as a handler: an event is no answer.
    const done = (completed: unknown): void => {
      if (completed !== true) return cancel()
      // No read can tell of a step of another flow.
      if (!client.getSnapshot().onboarding?.steps.some(({ id }) => id === stepId)) client.closeGuardRail(true)
      else check('checking')
    }
    try {
      openModal?.(lead.modal, { prefill: lead.prefill, stepId, done })
    } catch {
      reach('failed')
    }
  }

  return {
    open: guardRail !== undefined && stage !== 'away' && stage !== 'checking',
    message: textOf(blocked?.message),
    steps,
    lead,
    askRole: mayDo ? undefined : (first?.roleRestricted ?? 'owner'),
    failed: stage === 'failed' || stage === 'unproven',
    busy: pending.includes(stepId) || stage === 'checking' || stage === 'proving',
    configure,
    cancel,
  }
}
