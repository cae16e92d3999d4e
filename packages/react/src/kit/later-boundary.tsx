'use client'
import { Component, Suspense, type ReactNode } from 'react'

type Props = {
  /** Its code could not be loaded. */
  readonly onFail?: (() => void) | undefined
  readonly children?: ReactNode
}

/** Around what is loaded when it is needed: when that fails there is nothing, and the host's page stays. */

export class LaterBoundary extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError = (): { readonly failed: boolean } => ({ failed: true })

  override componentDidCatch(): void {
    this.props.onFail?.()
  }

  override render(): ReactNode {
    return this.state.failed ? null : <Suspense fallback={null}>{this.props.children}</Suspense>
  }
}
