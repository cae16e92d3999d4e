import { SnoozedView } from '../completion-nudge/snoozed-view.tsx'
import { GuardRailView } from '../guard-rail/guard-rail-view.tsx'
import { WelcomeScreenView } from '../welcome-screen/welcome-screen-view.tsx'
import { announce } from './announce.ts'
import { LaterBoundary } from './later-boundary.tsx'

/** What no page begins with, in one piece: views that something must happen for, and the telling of what happened. */
export const later = { announce, LaterBoundary, GuardRailView, SnoozedView, WelcomeScreenView }

export type Later = typeof later
