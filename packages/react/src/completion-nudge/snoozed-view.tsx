'use client'
import { useEffect, useRef, useState } from 'react'
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
  readonly onUndo: () => void
  /** The time is over. It stands still while the pointer or the keyboard is here. */
  readonly onOver: () => void
}

/** In place of the nudge, for a moment: when it comes back, and the way to have it back now. */
export const SnoozedView = ({ until, onUndo, onOver }: SnoozedViewProps) => {
  const kit = useLook()
  const { words, locale } = kit
  const text = words('nudge.snoozed', { date: dateIn(locale, until) }, laterEnglish)
  const leftMs = useRef(undoMs)
  const [hovered, setHovered] = useState(false)
  const [focused, setFocused] = useState(false)
  const over = useRef(onOver)
  useEffect(() => {
    over.current = onOver
  })
  useEffect(() => say(kit, text), [kit, text])

  useEffect(() => {
    if (hovered || focused) return
    const started = performance.now()
    const timer = setTimeout(() => over.current(), leftMs.current)
    return () => {
      clearTimeout(timer)
      leftMs.current -= performance.now() - started
    }
  }, [hovered, focused])

  return (
    <Frame
      as="aside"
      look="bw-nudge bw-snoozed"
      aria-label={text}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      // A click leaves the focus there, too; only who goes by keyboard is still on the way to the button.
      onFocus={(event) => setFocused(event.target.matches(':focus-visible'))}
      onBlur={() => setFocused(false)}
    >
      <p>{text}</p>
      <Control text={words('nudge.undo', {}, laterEnglish)} onPress={onUndo} />
    </Frame>
  )
}
