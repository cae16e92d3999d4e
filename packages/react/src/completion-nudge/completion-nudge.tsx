'use client'
import { useEffect } from 'react'
import { say, useKit } from '../kit/kit.ts'
import type { ReturnFocus } from '../kit/use-focus-rescue.ts'
import { dateIn } from '../kit/words.ts'
import { CompletionNudgeView } from './completion-nudge-view.tsx'
import { SnoozedView } from './snoozed-view.tsx'
import { useNudge } from './use-nudge.ts'

export type CompletionNudgeProps = {
  /** Gets the focus when the nudge goes; default: what comes next. */
  readonly returnFocus?: ReturnFocus
}

/** Reminds of what is left, until the person puts it off, puts it away or is far enough. */
export const CompletionNudge = ({ returnFocus }: CompletionNudgeProps) => {
  const kit = useKit()
  const { client, words, locale } = kit
  const { visible, nudge, snoozedUntil, forget, snooze, undo, dismiss, ...rest } = useNudge()
  const told =
    snoozedUntil === undefined ? '' : words('nudge.snoozed', { date: dateIn(locale, snoozedUntil) })
  useEffect(() => {
    if (told !== '') say(kit, told)
  }, [told, kit])

  if (snoozedUntil !== undefined)
    return <SnoozedView until={snoozedUntil} onUndo={() => void undo()} onOver={forget} />
  if (!visible || nudge === undefined) return null
  return (
    <CompletionNudgeView
      {...rest}
      nudge={nudge}
      onSnooze={() => void snooze()}
      onDismiss={() => void dismiss()}
      onDone={() => void client.refresh()}
      returnFocus={returnFocus}
    />
  )
}
