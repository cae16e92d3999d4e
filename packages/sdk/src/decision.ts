import type { GateBlocked } from '@boardwalk/contract'
import type { UnknownReason } from './asked.ts'

/** What became of one attempt at a gated route. Only the first two let it pass. */
export type GateDecision =
  /** `ageMs`: how long ago Boardwalk was asked; 0 when it was asked for this attempt. */
  | { readonly kind: 'allowed'; readonly ageMs: number }
  /** Nobody could know, and the route is not critical. */
  | { readonly kind: 'failed_open'; readonly reason: UnknownReason; readonly detail: string }
  /** Nobody could know and the route is critical, or the answer failed in a way that a user can provoke. */
  | { readonly kind: 'failed_closed'; readonly reason: UnknownReason | 'busy'; readonly detail: string }
  | { readonly kind: 'blocked'; readonly blocked: GateBlocked }
  /** Nobody is signed in. */
  | { readonly kind: 'anonymous' }
  /** The person was erased. */
  | { readonly kind: 'erased' }
  /** The route asks what cannot be answered, e.g. for a step that was taken out of all flows. */
  | { readonly kind: 'mistake'; readonly detail: string }

export const passes = ({ kind }: GateDecision): boolean => kind === 'allowed' || kind === 'failed_open'
