'use client'
import { useState } from 'react'
import type { Changed } from '@boardwalk/client'
import type { Onboarding } from '@boardwalk/contract'
import { say, useKit } from '../kit/kit.ts'
import type { Step } from '../kit/lead.ts'
import { useOnboarding } from '../kit/use-onboarding.ts'
import { useClaim, useIsClaimed, useStays } from '../kit/use-turn.ts'

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
  /** So long it can be taken back, in milliseconds since 1970 of this browser. */
  readonly undoUntilMs: number | undefined
  readonly snooze: () => Promise<Changed>
  readonly undo: () => Promise<Changed>
  readonly dismiss: () => Promise<Changed>
  /** The chance to take it back is over. */
  readonly forget: () => void
}

/** So long the server takes a snooze back. */
const undoMs = 10_000

/** The reminder: it, and only it, is snoozed and dismissed. */
export const useNudge = (): NudgeState => {
  const kit = useKit()
  const { client } = kit
  const { onboarding, stale, guardRail } = useOnboarding((state) => ({
    onboarding: state.onboarding,
    stale: state.phase === 'stale',
    guardRail: state.guardRail !== undefined,
  }))
  const [undoUntilMs, setUndoUntilMs] = useState<number>()
  const welcomed = useIsClaimed('welcome', onboarding?.welcome.seen === false)
  const nudge = onboarding?.nudge
  const wants = onboarding?.features.enabled === true && nudge?.visible === true && !welcomed
  const visible = useStays(wants, guardRail)
  useClaim('nudge', visible)

  return {
    visible,
    nudge,
    next: onboarding?.steps.find(({ id }) => id === onboarding.nextStep),
    canSnooze: !!nudge && onboarding.features.snooze && nudge.snoozeCount < nudge.maxSnoozes,
    stale,
    snoozedUntil: visible || undoUntilMs === undefined ? undefined : nudge?.snoozedUntil,
    // Never after the server's `undoUntil`: it begins to count when it hears of it. Not by that time itself, because the
    // browser's clock may go wrong.
    undoUntilMs,
    snooze: async () => {
      // Before the answer, as the nudge goes before it: what takes its place must be there to take the focus.
      setUndoUntilMs(Date.now() + undoMs)
      const changed = await client.snoozeNudge()
      if (changed.kind === 'refused') setUndoUntilMs(undefined)
      return changed
    },
    undo: async () => {
      const changed = await client.unsnoozeNudge()
      setUndoUntilMs(undefined)
      if (changed.kind === 'done') say(kit, 'said.back')
      return changed
    },
    dismiss: async () => {
      const changed = await client.dismissNudge()
      if (changed.kind === 'done') say(kit, 'said.dismissed')
      return changed
    },
    forget: () => setUndoUntilMs(undefined),
  }
}
