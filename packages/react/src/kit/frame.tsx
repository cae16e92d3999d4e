'use client'
import { createElement, useRef, type HTMLAttributes } from 'react'
import { useLook } from './kit.ts'
import { useFocusRescue, type Rescue } from './use-focus-rescue.ts'

type Props = HTMLAttributes<HTMLElement> & {
  readonly as?: 'aside' | 'section' | 'span'
  /** Class names without `bw-root`. */
  readonly look: string
  /** Where the focus goes when the part goes with it; default: to what comes next. */
  readonly rescue?: Rescue
}

const toNext: Rescue = () => undefined

/** Around each component: its language and direction, and nobody loses the focus when it goes. */
export const Frame = ({ as = 'section', look, rescue = toNext, ...rest }: Props) => {
  const { locale, dir } = useLook()
  const ref = useRef<HTMLElement>(null)
  useFocusRescue(ref, rescue)
  return createElement(as, { lang: locale, dir, ...rest, className: `bw-root ${look}`, ref })
}
