export type { AnalyticsQuery } from './analytics-query.ts'
export { windowMs } from './analytics-query.ts'
export {
  analyticsDefinitions,
  analyticsQuestions,
  definitionsOf,
  type AnalyticsQuestion,
  type Definition,
} from './analytics-definitions.ts'
export { eventOfCloudEvent, eventsOfCloudEvents, isJsonType, ownSource } from './cloud-events.ts'
export { errorCodes, errors, problemDetails, problemDetailsOf, problemType } from './errors.ts'
export type { ErrorCode, ErrorRow, ProblemDetails } from './errors.ts'
export { eventSources, type EventSource, type EventSourceGiven } from './event-sources.ts'
export {
  factsOfTraits,
  parseEvents,
  trackEvent,
  type AliasEvent,
  type EventSent,
  type TrackEvent,
} from './events.ts'
export { experimentDefinitions } from './experiment-results.ts'
export { evaluationErrorOf } from './flags.ts'
export { flowDocument, parseFlowDocument, type FlowInput, type ParsedFlow } from './flow-document.ts'
export { gateBlocked, gateCheck, type GateAllowed, type GateBlocked, type GateList } from './gates.ts'
export { healthDefinitions } from './health-definitions.ts'
export type { Limit } from './limits.ts'
export { isMailbox } from './mailbox.ts'
export type { ImpactPart, VersionStatus } from './flows-admin.ts'
export {
  mostImported,
  parseImport,
  type ImportResult,
  type PersonImported,
  type PersonInput,
} from './import.ts'
export { stepChange, type Onboarding } from './onboarding.ts'
export {
  errorsOf,
  headers,
  limitsOf,
  type Audited,
  type Caller,
  type HeaderName,
  type OperationRow,
} from './operation.ts'
export {
  operationIds,
  operationRow,
  operations,
  type Operation,
  type OperationId,
  type Route,
  type Sending,
  type StreamId,
} from './operations/table.ts'
export { isReadable, parse, type Parsed } from './parse.ts'
export { factsOfClaims, factsUpdate, tokenClaims, type TokenClaims } from './person.ts'
export { problemAt } from './problems.ts'
export { includesRole, leastRoleOf, roleNames, roles, scopesOfRole, type Role } from './roles.ts'
export { scopeNames, scopes, type Scope } from './scopes.ts'
export { isOwnPath, isReturnPath } from './urls.ts'
export { hostId } from './values.ts'
export { openApiDocument } from './openapi.ts'
export { flowJsonSchema } from './flow-schema.ts'
