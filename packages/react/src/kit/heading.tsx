import { createElement, type ReactNode } from 'react'
import { useLook } from './kit.ts'

type Props = {
  readonly id?: string | undefined
  readonly className: string
  /** So many levels deeper than the component's own. */
  readonly deeper?: number
  readonly children: ReactNode
}

export const Heading = ({ deeper = 0, ...props }: Props) =>
  createElement(`h${Math.min(6, useLook().headingLevel + deeper)}`, props)
