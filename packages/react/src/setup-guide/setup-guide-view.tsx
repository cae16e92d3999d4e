'use client'
import type { ReactNode } from 'react'
import type { ReturnFocus } from '../kit/use-focus-rescue.ts'
import { GuideFrame, GuideHeader, GuideList, GuideNotes, GuideProgress } from './guide-parts.tsx'
import { useGuideModel, type GuideData } from './use-guide-model.ts'

export type SetupGuideViewProps = GuideData & {
  /** Gets the focus when the guide is put away; default: the launcher, else what comes next. */
  readonly returnFocus?: ReturnFocus
  /** In place of header, progress, notes and list: the same parts in the host's order, with its own between them. */
  readonly children?: ReactNode
}

/** The guide from what it is given, without a client. */
export const SetupGuideView = ({ returnFocus, children, ...data }: SetupGuideViewProps) => (
  <GuideFrame guide={useGuideModel(data)} returnFocus={returnFocus}>
    {children ?? (
      <>
        <GuideHeader />
        <GuideProgress />
        <GuideNotes />
        <GuideList />
      </>
    )}
  </GuideFrame>
)
