'use client'
import { useEffect } from 'react'
import { createPortal } from 'react-dom'
import { preload, useLater } from '../kit/use-later.ts'
import { useGuardRail } from './use-guard-rail.ts'

export type GuardRailModalProps = {
  /**
   * Where in the page the dialog is put; default: the body. A host's own modal hides what stands beside it from screen
   * readers, and not what comes into the body later.
   */
  readonly container?: Element | (() => Element | null) | null | undefined
}

const Modal = ({ container }: GuardRailModalProps) => {
  const { open, configure, cancel, ...rest } = useGuardRail()
  const later = useLater(open)
  useEffect(() => {
    if (later === null) cancel()
  }, [later, cancel])
  if (!later) return null
  const view = (
    <later.LaterBoundary onFail={cancel}>
      <later.GuardRailView {...rest} onConfigure={configure} onCancel={cancel} />
    </later.LaterBoundary>
  )
  return createPortal(view, (typeof container === 'function' ? container() : container) ?? document.body)
}

/** Opens when a gate stops a request of `client.guardFetch`. Its view is loaded after the first paint, or by `preload`. */
export const GuardRailModal = /* @__PURE__ */ Object.assign(Modal, { preload })
