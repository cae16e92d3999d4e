import type { Metric } from '@boardwalk/engine/health'

const value = 'the event of value of the settings (without one: the activation step)'
const entered = 'those who signed up within the window'

/** What each metric is, in words: the same in answers and in the docs. */
export const healthDefinitions: { readonly [Name in Metric]: string } = {
  d1ConversionRate: `Of ${entered}, 24 h ago or earlier: who did ${value} at most 24 h after signing up.`,
  d7ConversionRate: `Of ${entered}, 7 days ago or earlier: who did ${value} at most 7 days after signing up.`,
  timeToValue: `Milliseconds from signing up to ${value}: the median by Kaplan–Meier, in which the unfinished count as unfinished. null while less than half are there.`,
  skipRate: 'Of the steps offered to those who entered within the window: those skipped.',
  snoozeRate:
    'Of the reminders shown within the window: those snoozed. Showing is told of those only who consented.',
  completionRate: 'Of those who entered within the window, 24 h ago or earlier: who completed.',
  gatingBlockRate: 'Of the questions put to gates within the window: those answered by stopping somebody.',
  modalAbandonmentRate:
    'Of the attempts that a gate stopped within the window, more than an hour ago: those not followed by the missing step within an hour.',
  apiErrorRate:
    'Of the requests of people and servers that all processes answered within the last minutes (all flows together; not the team’s): those with a status of 5xx.',
  averageStepsCompleted:
    'Steps done by those who entered within the window, 24 h ago or earlier, for each of them.',
  averageTimeToComplete:
    'Milliseconds from entering to completing: the median by Kaplan–Meier, because of those on their way no average is known. null while less than half are through.',
  supportTicketRate:
    'Tickets that the host told of within the window, for each who entered in it. Days (UTC) before the first or after the last that the host told of do not count.',
}
