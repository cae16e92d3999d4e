import type { Message } from '../kit/english.ts'

/** What the reminder says. */
export const nudgeEnglish = {
  'nudge.title': 'Finish the setup ({n})',
  'nudge.text': 'Do the remaining steps to get the most out of it',
  'nudge.continue': 'Continue setup',
  'nudge.snooze': { one: 'Hide for {n} day', other: 'Hide for {n} days' },
  'nudge.dismiss': 'Close',
} as const satisfies Readonly<Record<string, Message>>

export type NudgeEnglish = typeof nudgeEnglish
