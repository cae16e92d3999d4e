'use client'
import { lazy } from 'react'
import { createPortal } from 'react-dom'
import { LaterBoundary } from '../kit/later-boundary.tsx'
import { useIsInBrowser } from '../kit/use-onboarding.ts'
import { useGuardRail } from './use-guard-rail.ts'

export type GuardRailModalProps = {
  /**
   * Where in the page the dialog is put; default: the body. A host's own modal hides what stands beside it from screen
   * readers, and not what comes into the body later.
   */
  readonly container?: Element | (() => Element | null) | null | undefined
}

const load = () => import('./guard-rail-view.tsx').then(({ GuardRailView }) => ({ default: GuardRailView }))
const LazyView = /* @__PURE__ */ lazy(load)

const Modal = ({ container }: GuardRailModalProps) => {
  const { open, configure, cancel, ...rest } = useGuardRail()
  const isInBrowser = useIsInBrowser()
  if (!open || !isInBrowser) return null
  const view = (
    <LaterBoundary onFail={cancel}>
      <LazyView {...rest} onConfigure={configure} onCancel={cancel} />
    </LaterBoundary>
  )
  return createPortal(view, (typeof container === 'function' ? container() : container) ?? document.body)
}

/** Opens when a gate stops a request of `client.guardFetch`. Its view is loaded when it is needed first, or by `preload`. */
export const GuardRailModal = /* @__PURE__ */ Object.assign(Modal, {
  preload: async (): Promise<void> => {
    await load()
  },
})
