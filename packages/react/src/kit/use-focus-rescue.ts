'use client'
import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react'

/** React 18 complains on a server about an effect that runs only in browsers. */
const useCommitEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect

const focusable = ':is(a[href], button, input, select, textarea):not(:disabled), [tabindex]'

export const isLost = (): boolean =>
  document.activeElement === null || document.activeElement === document.body

/** The first element after `root` that the keyboard reaches, else the last one before it. */
const neighbourOf = (root: Element): HTMLElement | undefined => {
  const others = [...document.querySelectorAll<HTMLElement>(focusable)].filter(
    (element) => element.tabIndex >= 0 && !root.contains(element) && element.getClientRects().length > 0,
  )
  const after = others.find(
    (element) => root.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING,
  )
  return after ?? others.at(-1)
}

/** Where the focus goes when what had it is gone. */
export type ReturnFocus = RefObject<HTMLElement | null> | undefined

/** Asked while the part is still there; what it answers is asked when the part is gone. */
export type Rescue = (gone: HTMLElement) => (() => HTMLElement | null | undefined) | undefined

/**
 * When the component goes away with the focus in `part`, the focus goes on to what `to` answers, or to what comes next;
 * never to the page. `part` must live exactly as long as the component: only then React asks before it takes it away.
 */
export const useFocusRescue = (part: RefObject<HTMLElement | null>, to: Rescue): void => {
  const find = useRef(to)
  useCommitEffect(() => {
    find.current = to
  })
  useCommitEffect(() => {
    const root = part.current
    return () => {
      if (root === null || !root.contains(document.activeElement)) return
      const next = neighbourOf(root)
      const found = find.current(root)
      queueMicrotask(() => {
        if (!root.isConnected && isLost()) (found?.() ?? next)?.focus()
      })
    }
  }, [part])
}
