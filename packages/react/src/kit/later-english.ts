import type { Message } from './english.ts'

/** What only those parts say that are loaded after the first paint. */
export const laterEnglish = {
  'nudge.snoozed': 'We will remind you on {date}',
  'nudge.undo': 'Undo',
  'guardRail.title': 'Setup required',
  'guardRail.steps': 'What is missing',
  'guardRail.configure': 'Set up now',
  'guardRail.cancel': 'Cancel',
  'welcome.title': 'Welcome',
  'welcome.text': {
    one: '{n} short step, and you are ready.',
    other: '{n} short steps, and you are ready.',
  },
  'welcome.start': 'Get started',
  'welcome.later': 'Not now',
  'said.done': '{titles}: done. {done} of {total} steps done.',
  'said.skipped': '{titles}: skipped.',
  'said.back': 'The reminder is back.',
  'said.dismissed': 'The reminder is gone.',
  'refused.snooze_limit': 'The reminder was hidden as often as it can be.',
  'refused.proof_required': 'Doing the step itself marks it as done.',
} as const satisfies Readonly<Record<string, Message>>

export type LaterEnglish = typeof laterEnglish
