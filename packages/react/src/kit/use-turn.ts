'use client'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { useKit } from './kit.ts'
import type { Surface } from './turns.ts'

/** Says that this surface is on the page, for as long as `wants` holds. */
export const useClaim = (surface: Surface, wants = true): void => {
  const { turns } = useKit()
  useEffect(() => (wants ? turns.claim(surface) : undefined), [turns, surface, wants])
}

/**
 * Whether one that comes before is on the page. A server cannot know who will be: it answers `atFirst`, and the browser
 * answers the same in its first render.
 */
export const useIsClaimed = (surface: Surface, atFirst: boolean): boolean => {
  const { turns } = useKit()
  return useSyncExternalStore(
    turns.subscribe,
    () => turns.isClaimed(surface),
    () => atFirst,
  )
}

/** Once there it stays while something else is in front of it: the page behind a dialog must not jump. */
export const useStays = (wants: boolean, inFront: boolean): boolean => {
  const was = useRef(false)
  const is = wants && (!inFront || was.current)
  useEffect(() => {
    was.current = is
  })
  return is
}
