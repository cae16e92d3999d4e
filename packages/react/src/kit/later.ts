import { SnoozedView } from '../completion-nudge/snoozed-view.tsx'
import { GuardRailView } from '../guard-rail/guard-rail-view.tsx'
import { WelcomeScreenView } from '../welcome-screen/welcome-screen-view.tsx'
import { follow } from './follow.ts'
import { LaterBoundary } from './later-boundary.tsx'
import { refusedText } from './refused-text.ts'
import { stepOf } from './step-of.ts'

/** What no page begins with, in one piece: views that something must happen for, and the telling of what happened. */
export const later = {
  follow,
  refusedText,
  stepOf,
  LaterBoundary,
  GuardRailView,
  SnoozedView,
  WelcomeScreenView,
}

export type Later = typeof later
