'use client'
import { useContext, type ReactNode } from 'react'
import { Frame } from '../kit/frame.tsx'
import { FallbackContext, useLook } from '../kit/kit.ts'
import type { ReturnFocus } from '../kit/use-focus-rescue.ts'
import { GuideHeader, GuideList, GuideNotes, GuideProgress } from './guide-parts.tsx'
import { SetupGuideView } from './setup-guide-view.tsx'
import { useSetupGuide } from './use-setup-guide.ts'

export type SetupGuideProps = {
  /** Keeps a place free while the first answer is on its way; otherwise there is nothing until it is there. */
  readonly reserveSpace?: boolean | undefined
  /** In place of the provider's: where onboarding is switched off, or nothing can be found out. */
  readonly fallback?: ReactNode
  /** Gets the focus when the guide is put away; default: the launcher, else what comes next. */
  readonly returnFocus?: ReturnFocus
  /** In place of header, progress, notes and list: the same parts in the host's order, with its own between them. */
  readonly children?: ReactNode
}

const Root = ({ reserveSpace, fallback, returnFocus, children }: SetupGuideProps) => {
  const { standing, loading, data } = useSetupGuide()
  const legacy = useContext(FallbackContext)
  if (standing === 'off') return fallback ?? legacy
  if (loading && reserveSpace) return <Skeleton />
  if (standing !== 'shown' || !data) return null
  return (
    <SetupGuideView {...data} returnFocus={returnFocus}>
      {children}
    </SetupGuideView>
  )
}

const Skeleton = () => (
  <Frame look="bw-guide bw-skeleton" aria-busy="true" aria-label={useLook().words('guide.title')} />
)

/** What there is to set up, as the server sees it for this person. */
export const SetupGuide = /* @__PURE__ */ Object.assign(Root, {
  /** The same component, for who puts the parts in it. */
  Root,
  Header: GuideHeader,
  Progress: GuideProgress,
  Notes: GuideNotes,
  List: GuideList,
})
