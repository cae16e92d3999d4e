'use client'
import { useKit } from '../kit/kit.ts'
import type { ReturnFocus } from '../kit/use-focus-rescue.ts'
import { useLater } from '../kit/use-later.ts'
import { CompletionNudgeView } from './completion-nudge-view.tsx'
import { useNudge } from './use-nudge.ts'

export type CompletionNudgeProps = {
  /** Gets the focus when the nudge goes; default: what comes next. */
  readonly returnFocus?: ReturnFocus
}

/** Reminds of what is left, until the person puts it off, puts it away or is far enough. */
export const CompletionNudge = ({ returnFocus }: CompletionNudgeProps) => {
  const { client } = useKit()
  const { visible, nudge, snoozedUntil, undoUntilMs, forget, snooze, undo, dismiss, ...rest } = useNudge()
  const later = useLater(!!snoozedUntil)
  if (snoozedUntil)
    return later ? (
      <later.SnoozedView
        until={snoozedUntil}
        undoUntilMs={undoUntilMs}
        onUndo={() => void undo()}
        onOver={forget}
      />
    ) : null
  if (!visible || !nudge) return null
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
