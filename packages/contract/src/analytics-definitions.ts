/** What a figure is, in words: the same in answers, in the docs and on the command line. */
export type Definition = { readonly formula: string; readonly note?: string }
type Definitions = { readonly [figure: string]: Definition }

const soFar = 'All so far; those who still have time are among them.'

const funnel = {
  enrolled: {
    formula: 'people who entered the flow within the range',
    note: 'The range selects by when somebody entered; what they did later counts too. Version, arm and facts are those at that moment.',
  },
  completed: { formula: 'those of `enrolled` whose flow is completed now', note: soFar },
  skipped: { formula: 'those of `enrolled` who skipped the whole flow and have not come back to it' },
  inWindow: {
    formula: 'those of `enrolled` who entered less than `window` ago and have not completed',
    note: 'Shown apart: they may still complete. By full hours.',
  },
  completionRate: { formula: 'completed / enrolled', note: soFar },
  matured: { formula: 'those of `enrolled` who entered `window` ago or earlier' },
  completionRateMatured: { formula: 'those of `matured` who completed / matured' },
  'steps.offered': {
    formula:
      'those of `enrolled` to whom the step was once shown, or is remembered as offered: it stood in their guide',
    note: 'Also when the guide was made without their looking, such as by an event or a gate.',
  },
  'steps.reached': { formula: 'those of `enrolled` whose next step it became, or who settled it' },
  'steps.done': {
    formula: 'those of `enrolled` for whom the step is done now',
    note: 'With order=strict: done after all that was shown before it, one after another.',
  },
  'steps.skipped': {
    formula: 'those of `enrolled` for whom the step is skipped now',
    note: 'By a colleague, too, where the step is the account’s. Who skipped it while it was optional stays here when it becomes required of them, although they see it as to do again, until they do it.',
  },
  'steps.share': { formula: 'done / enrolled', note: 'Of all who entered: the main figure.' },
  'steps.ofPrevious': {
    formula: 'done / done of the step before it (of the first step: / enrolled)',
    note: 'From step to step: it looks at others than `share` does, and exceeds 1 where people do the later step first.',
  },
  'steps.completionRate': { formula: 'done / reached' },
  'steps.skipRate': { formula: 'skipped / offered' },
  'steps.dropped': { formula: 'reached − done − skipped', note: 'Those who stand before the step now.' },
  'steps.dropOff': { formula: '(reached − done − skipped) / enrolled' },
} as const satisfies Definitions

const survival = {
  median: {
    formula: 'the time by which half of `people` are through, by Kaplan–Meier, with its 95 % interval',
    note: 'The unfinished count as unfinished until now, so it is not reached (`reached: false`) while less than half are through. `low` and `high` are null where the interval is open.',
  },
  percentiles: { formula: 'the same for 25, 50, 75 and 90 % of `people`' },
  finishersOnly: {
    formula: 'median and percentiles of those who are through alone',
    note: 'Always too short: it leaves out whoever takes longer than they have had. For comparison with tools that count so.',
  },
  curve: {
    formula:
      '1 − Kaplan–Meier estimate: the share of `people` who are through by then, with its 95 % interval',
    note: 'At most 100 points.',
  },
  logRank: { formula: 'log-rank test: do the groups compared differ in how fast they are through?' },
} as const satisfies Definitions

const bins =
  'Times are kept in bins 1 % wide, so each is exact to 0.5 %. How long the unfinished have had is taken from the end of the hour (of the last 7 days) or of the UTC day in which they began.'

const timeToComplete = {
  people: { formula: 'people who entered the flow within the range' },
  completed: { formula: 'those of `people` whose flow is completed now' },
  censored: {
    formula: 'people − completed',
    note: 'Also those who skipped the flow: they can still finish it.',
  },
  'median.ms': { formula: 'milliseconds from entering to completing', note: bins },
  ...survival,
} as const satisfies Definitions

const whenSignedUp =
  'Signed up: `createdAt` of their facts, else (or if that is later) when they entered; what becomes known of it after they entered their first flow changes nothing.'

const timeToValue = {
  people: { formula: 'people who signed up within the range' },
  completed: {
    formula: 'those of `people` who did the event (for `activation`: the activation step of the flow)',
    note: 'Events of value are kept of those only who consented: the others count among the unfinished.',
  },
  censored: { formula: 'people − completed' },
  'median.ms': {
    formula: 'milliseconds from signing up to the first time of the event',
    note: `${whenSignedUp} ${bins}`,
  },
  ...survival,
} as const satisfies Definitions

const matured = 'Rates are of those whose time has passed, by full hours; `waiting` are the others.'
const consented = 'Events of value are kept of those only who consented: the others count as not converted.'

const conversion = {
  signedUp: { formula: 'people who signed up within the range', note: `${whenSignedUp} ${consented}` },
  converted: { formula: 'those of `signedUp` who ever did the event', note: soFar },
  withinDay: {
    formula: 'first time at most 24 h after signing up / signed up 24 h ago or earlier',
    note: matured,
  },
  withinWeek: {
    formula: 'first time at most 168 h after signing up / signed up 168 h ago or earlier',
    note: matured,
  },
  onDay1: {
    formula:
      'did it (not only for the first time) from 24 h to before 48 h after signing up / signed up 48 h ago or earlier',
    note: matured,
  },
  onDay7: {
    formula:
      'did it (not only for the first time) from 168 h to before 192 h after signing up / signed up 192 h ago or earlier',
    note: matured,
  },
  'withinDay.soFar': { formula: 'those of all `signedUp` of whom it holds already', note: soFar },
  'withinDay.rateSoFar': { formula: 'soFar / signedUp', note: soFar },
  cohorts: { formula: 'the same for those who signed up on one day of the time zone' },
} as const satisfies Definitions

const retention = {
  signedUp: { formula: 'people who signed up within the range', note: whenSignedUp },
  retention: {
    formula:
      'did anything themselves from day × 24 h to before (day + 1) × 24 h after signing up / signed up, over the cohorts that are mature for that day',
    note: 'Doing something: entering, settling or starting a step, viewing, skipping or resuming, answering a nudge, being stopped by a gate, an event of value. What an import tells does not count; what needs consent is missing without it.',
  },
  cohorts: { formula: 'those who signed up on one day of the time zone' },
  'cohorts.returned': { formula: 'those of the cohort who did, by day' },
  'cohorts.rates': { formula: 'returned / signedUp of the cohort, by day', note: soFar },
  'cohorts.matureDays': {
    formula: 'how many days, from day 0 on, have passed for all of the cohort',
    note: 'From that day on `returned` still grows.',
  },
} as const satisfies Definitions

const abandonment = {
  blocked: {
    formula: 'attempts that a gate stopped within the range, more than one hour ago',
    note: 'By the first missing step. By full hours.',
  },
  recovered: { formula: 'those of `blocked` followed by the completion of that step within one hour' },
  abandoned: { formula: 'blocked − recovered' },
  rate: { formula: 'abandoned / blocked' },
  inWindow: {
    formula: 'attempts whose hour has not passed',
    note: 'Shown apart, in none of the other figures.',
  },
} as const satisfies Definitions

const nudges = {
  shown: {
    formula: 'how often a nudge was shown within the range',
    note: 'Told by browsers, and of those only who consented.',
  },
  snoozed: { formula: 'how often it was snoozed' },
  dismissed: { formula: 'how often it was dismissed' },
  snoozeRate: {
    formula: 'snoozed / shown',
    note: 'Snoozing is noted of everybody, showing of those only who consented: where few consent, it exceeds 1.',
  },
  dismissRate: { formula: 'dismissed / shown', note: 'As with `snoozeRate`.' },
} as const satisfies Definitions

const gates = {
  checked: {
    formula: 'how often gates were asked about people within the range',
    note: 'By the version that people are in, and by their facts, when the gate is asked. Written down now and then: the last seconds of a process that died are missing.',
  },
  blocked: {
    formula: 'how often they stopped somebody',
    note: 'By version and facts at entering the flow, as everywhere else.',
  },
  share: {
    formula: 'blocked / checked',
    note: 'Of all people of the flow both count the same. With a filter or groups by version or facts, whoever has changed them since entering is in `checked` here and in `blocked` there: then it may exceed 1.',
  },
  'steps.blocked': { formula: 'of `blocked`, by the first missing step' },
} as const satisfies Definitions

/** By the last part of the path. */
export const analyticsDefinitions = {
  funnel,
  'time-to-complete': timeToComplete,
  'time-to-value': timeToValue,
  conversion,
  retention,
  abandonment,
  nudges,
  gates,
} as const

export type AnalyticsQuestion = keyof typeof analyticsDefinitions

export const analyticsQuestions = Object.keys(analyticsDefinitions) as AnalyticsQuestion[]

/** Each figure with its formula and what to mind, in one text. */
export const definitionsOf = (question: AnalyticsQuestion): { [figure: string]: string } =>
  Object.fromEntries(
    Object.entries<Definition>(analyticsDefinitions[question]).map(([figure, { formula, note }]) => [
      figure,
      note === undefined ? `${formula}.` : `${formula}. ${note}`,
    ]),
  )
