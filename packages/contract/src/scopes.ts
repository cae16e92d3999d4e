/** What an API key may do: scope → one line of help. */
export const scopes = {
  'people:read': 'Read people: their onboarding, timeline and explanations.',
  'people:export': 'Read everything held of a person at once.',
  'people:write': 'Change people and accounts: facts, steps, import.',
  'people:erase': 'Erase people.',
  'events:write': 'Send events: what people did, and (identify) what is known of them.',
  'gates:check': 'Ask whether a person may pass a gate.',
  'flows:read': 'Read flows and their versions.',
  'flows:write': 'Store drafts of flows.',
  'flows:publish': 'Publish, roll back and deprecate versions of flows.',
  'flags:read': 'Evaluate flags of any person (OFREP).',
  'release:read': 'Read who gets a flow at all, and who changed that.',
  'release:write': 'Change who gets a flow at all; the kill switch.',
  'measurements:write': 'Tell what the host measured, such as support tickets.',
  'experiments:read': 'Read experiments, who changed them, and their results.',
  'experiments:write': 'Make, change, start and stop experiments.',
  'analytics:read': 'Read the figures: funnels, times, conversion, retention.',
  'analytics:write': 'Have the figures counted anew.',
  'webhooks:read': 'Read webhooks and the log of their deliveries.',
  'webhooks:write': 'Make, change, test and delete webhooks, and send deliveries again.',
  'keys:write': 'Make, list and revoke API keys that can do no more than this one.',
  'audit:read': 'Read who changed what, and check that nothing of it is missing.',
} as const

export type Scope = keyof typeof scopes

export const scopeNames = Object.keys(scopes) as [Scope, ...Scope[]]
