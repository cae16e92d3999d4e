import type { NudgeEnglish } from '../completion-nudge/nudge-english.ts'
import type { LaterEnglish } from './later-english.ts'

/** A text with `{values}` in it, or one per plural form of its value `n`. */
export type Message = string | { readonly [Form in Intl.LDMLPluralRule]?: string }

/** What every page may say. Parts that not every page loads bring their own texts. What a flow says (titles, messages) comes from the server, in the person's language. */
export const english = {
  'guide.title': 'Setup guide',
  'guide.progress': '{percent}% completed',
  'guide.position': 'Step {current} of {total}',
  'guide.steps': 'Steps',
  'guide.dismiss': 'Hide the setup guide',
  'guide.restore': 'Show the setup guide',
  'guide.showSkipped': 'Show skipped steps',
  'guide.hideSkipped': 'Hide skipped steps',
  'guide.allDone': 'Everything is set up. Well done!',
  'guide.stale': 'This may be out of date: the server cannot be reached.',
  'step.required': 'Required',
  'step.do': 'Do',
  'step.doLabel': 'Do: {title}',
  'step.skip': 'Skip',
  'step.skipLabel': 'Skip {title} for now (you can come back to it from the dashboard)',
  'step.learnMore': 'Learn more',
  'step.learnMoreLabel': 'Learn more about {title}',
  'step.doAnyway': 'Do it anyway',
  'step.doAnywayLabel': 'Do it anyway: {title}',
  'step.done': 'Done',
  'step.doneBy': 'Done by {name}',
  'step.skipped': 'Skipped',
  'step.locked': 'Finish the steps before it first',
  'step.askOwner': 'Ask the owner',
  'step.askRole': 'Ask somebody with the role {role}',
  'step.minutes': 'about {n} min',
  error: 'Something went wrong. Please try again.',
  retry: 'Try again',
} as const satisfies Readonly<Record<string, Message>>

export type MessageKey = keyof typeof english | keyof NudgeEnglish | keyof LaterEnglish
/** A whole language; a key that it lacks does not compile. */
export type Messages = { readonly [Key in MessageKey]: Message }
