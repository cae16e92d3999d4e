'use client'
import { useEffect, useRef } from 'react'
import { Control } from '../kit/control.tsx'
import { dateIn } from '../kit/date-in.ts'
import { Frame } from '../kit/frame.tsx'
import { say, useLook } from '../kit/kit.ts'
import { laterEnglish } from '../kit/later-english.ts'

/** So long a snooze can be taken back. */
const undoMs = 10_000

export type SnoozedViewProps = {
  /** When the reminder comes back. */
  readonly until: string
  /** So long it can be undone, in milliseconds since 1970 of this browser; default ten seconds from now. */
  readonly undoUntilMs?: number | undefined
  readonly onUndo: () => void
  /** The time is over. */
  readonly onOver: () => void
}

/** In place of the nudge, for a moment: when it comes back, and the way to have it back now. */
export const SnoozedView = ({ until, undoUntilMs, onUndo, onOver }: SnoozedViewProps) => {
  const kit = useLook()
  const { words, locale } = kit
  const text = words('nudge.snoozed', { date: dateIn(locale, until) }, laterEnglish)
  const over = useRef(onOver)
  useEffect(() => {
    over.current = onOver
  })
  useEffect(() => say(kit, text), [kit, text])

  // It does not stand still under a pointer or the focus: the server does not wait, and an Undo that fails is worse than
  // one that goes.
  useEffect(() => {
    const timer = setTimeout(
      () => over.current(),
      undoUntilMs === undefined ? undoMs : undoUntilMs - Date.now(),
    )
    return () => clearTimeout(timer)
  }, [undoUntilMs])

  return (
    <Frame as="aside" look="bw-nudge bw-snoozed" aria-label={text}>
      <p>{text}</p>
      <Control text={words('nudge.undo', {}, laterEnglish)} onPress={onUndo} />
    </Frame>
  )
}
