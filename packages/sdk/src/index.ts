export type * from '@boardwalk/client/register'
export type { EmbeddedBoardwalk } from './ask-in-process.ts'
export type { RemoteBoardwalk } from './ask-over-http.ts'
export type { UnknownReason } from './asked.ts'
export { passes, type GateDecision } from './decision.ts'
export { createGates, type GateCounts, type Gates, type GatesOptions } from './gates.ts'
export type { Log } from './outcome-log.ts'
export type { GateOptions, Requirements, StepOptions } from './requirements.ts'
export { hostVerbs, type HostVerbs, type HostVerbsOptions, type SentEvent } from './host-verbs.ts'
export { personToken, type PersonClaims, type PersonTokenOptions } from './person-token.ts'
export {
  verifyWebhook,
  type VerifiedWebhook,
  type VerifyWebhookOptions,
  type WebhookMessage,
  type WebhookRefusal,
} from './verify-webhook.ts'
