'use client'
import { useState } from 'react'
import type { Changed } from '@boardwalk/client'
import type { Onboarding } from '@boardwalk/contract'
import { say, useKit } from '../kit/kit.ts'
import type { Step } from '../kit/lead.ts'
import { useOnboarding } from '../kit/use-onboarding.ts'
import { useIsClaimed, useStays } from '../kit/use-turn.ts'
import { nudgeEnglish } from './nudge-english.ts'

export type NudgeState = {
  /** It is the nudge's turn, and the server wants it seen. */
  readonly visible: boolean
  readonly nudge: Onboarding['nudge'] | undefined
  /** The step to go on with. */
  readonly next: Step | undefined
  readonly canSnooze: boolean
  /** The server is away: nothing can be changed. */
  readonly stale: boolean
  /** Until when, for as long as the person can take back the snooze they have just made. */
  readonly snoozedUntil: string | undefined
  readonly snooze: () => Promise<Changed>
  readonly undo: () => Promise<Changed>
  readonly dismiss: () => Promise<Changed>
  /** The chance to take it back is over. */
  readonly forget: () => void
}

/** The reminder: it, and only it, is snoozed and dismissed. */
export const useNudge = (): NudgeState => {
  const kit = useKit()
  const { client } = kit
  const { onboarding, stale, guardRail } = useOnboarding((state) => ({
    onboarding: state.onboarding,
    stale: state.phase === 'stale',
    guardRail: state.guardRail !== undefined,
  }))
  const [snoozed, setSnoozed] = useState<string>()
  const welcomed = useIsClaimed('welcome', onboarding?.welcome.seen === false)
  const nudge = onboarding?.nudge
  const wants = onboarding?.features.enabled === true && nudge?.visible === true && !welcomed
  const visible = useStays(wants, guardRail)
  const until = snoozed && (nudge?.snoozedUntil ?? snoozed)

  return {
    visible,
    nudge,
    next: onboarding?.steps.find(({ id }) => id === onboarding.nextStep),
    canSnooze:
      onboarding?.features.snooze === true && nudge !== undefined && nudge.snoozeCount < nudge.maxSnoozes,
    stale,
    snoozedUntil: visible ? undefined : until,
    snooze: async () => {
      // Before the answer, as the nudge goes before it: what takes its place must be there to take the focus.
      setSnoozed(new Date(Date.now() + (nudge?.snoozeDays ?? 7) * 86_400_000).toISOString())
      const changed = await client.snoozeNudge()
      if (changed.kind === 'refused') setSnoozed(undefined)
      return changed
    },
    undo: async () => {
      const changed = await client.unsnoozeNudge()
      setSnoozed(undefined)
      if (changed.kind === 'done') say(kit, kit.words('said.back', {}, nudgeEnglish))
      return changed
    },
    dismiss: async () => {
      const changed = await client.dismissNudge()
      if (changed.kind === 'done') say(kit, kit.words('said.dismissed', {}, nudgeEnglish))
      return changed
    },
    forget: () => setSnoozed(undefined),
  }
}
