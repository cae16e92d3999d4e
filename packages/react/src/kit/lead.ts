import type { Onboarding } from '@boardwalk/contract'
import { safeUrl } from './safe-url.ts'

export type Step = Onboarding['steps'][number]
type Action = Step['action']

/** Where "Do" leads. */
export type Lead =
  | { readonly kind: 'page'; readonly url: string }
  | {
      readonly kind: 'modal'
      readonly modal: string
      readonly prefill: Readonly<Record<string, unknown>>
      readonly url?: undefined
    }
  /** The step has nowhere to go: a press says that it is done. */
  | { readonly kind: 'claim'; readonly url?: undefined }
  /** It leads to where this page cannot go. */
  | { readonly kind: 'nowhere'; readonly url?: undefined }

export const leadOf = (action: Action, opensModals: boolean): Lead => {
  // A server or a test of another version may say null.
  if (!action) return { kind: 'claim' }
  if (action.type === 'redirect') {
    const url = safeUrl(action.url)
    return url === undefined ? { kind: 'nowhere' } : { kind: 'page', url }
  }
  return opensModals
    ? { kind: 'modal', modal: action.modal, prefill: action.prefill ?? {} }
    : { kind: 'nowhere' }
}
