import { readMigrations, type Migration } from './database/read-migrations.ts'

export { addChecks, type Checks } from './analytics/checks.ts'
export { addCounts } from './analytics/counts.ts'
export {
  beginAnalytics,
  countedUpTo,
  lockHeldAnalytics,
  moveAnalytics,
  newestHappening,
  readAnalyticsState,
  rebuildAnalytics,
  type AnalyticsState,
} from './analytics/place.ts'
export { readTallies, readTallyOf, writeTallies } from './analytics/tallies.ts'
export { readTold, type ToldOf } from './analytics/told.ts'
export {
  findApiKey,
  insertApiKey,
  listApiKeys,
  readApiKey,
  revokeApiKey,
  type ApiKey,
  type FoundKey,
} from './api-keys.ts'
export {
  appendAudit,
  appendAuditOf,
  type Appended,
  type AuditEntry,
  type AuditOutcome,
} from './audit/append.ts'
export { listAudit, type AuditFilter, type Audited } from './audit/list.ts'
export { purgeAudit } from './audit/purge.ts'
export { auditHead, verifyAudit, type AuditEnd, type Verification } from './audit/verify.ts'
export {
  disableGone,
  listDeliveries,
  noteAnswer,
  noteFailure,
  resendDelivery,
  waitingDeliveries,
  type Delivery,
} from './deliveries.ts'
export {
  claimQueues,
  fanOut,
  readHeads,
  renewClaims,
  settleDeliveries,
  type Claim,
  type Head,
  type Load,
  type Settled,
} from './delivery-queue.ts'
export { readCatalogue, readDocuments } from './catalogue.ts'
export type { PublishedFlow, VersionKey } from './catalogue.ts'
export { accountFlowKeys, commit, commitStatement, isChange, refuseOvertaken } from './commit.ts'
export type { Change, Record } from './commit.ts'
export { databaseIdentity, databaseOrigin } from './database-identity.ts'
export type { Connections, Database, Query, Session, Statement } from './database/database.ts'
export {
  deadLetterFailedAgain,
  deadLettersOf,
  deleteDeadLetter,
  insertDeadLetter,
  listDeadLetters,
  lockDeadLetter,
  readDeadLetter,
} from './dead-letters.ts'
export type { DeadLetter, DeadLetterHeader, NewDeadLetter } from './dead-letters.ts'
export {
  isConnectionLost,
  isSerializationFailure,
  isTimedOut,
  isUnstorableText,
} from './database/database-error.ts'
export { migrate, migrationsDiffer, unappliedMigrations } from './database/migrate.ts'
export {
  outcomes,
  readExperimentSums,
  type ArmSums,
  type ArmTimes,
  type Outcome,
} from './experiment-results.ts'
export {
  changeExperiment,
  experimentEntering,
  knownFlows,
  listExperiments,
  readExperiment,
  readExperimentChanges,
  type ExperimentRequest,
  type StoredExperiment,
} from './experiments.ts'
export { readEventsCounted } from './figures/events-counted.ts'
export { readFlowsAsked, type FlowAsked } from './figures/flows-asked.ts'
export {
  labelOfBins,
  readActivation,
  readBlocks,
  readConversion,
  readFunnel,
  readGates,
  readNudges,
  readRetention,
  readTimes,
  type Measure,
} from './figures/figures.ts'
export { piecesOf } from './figures/pieces.ts'
export type { Dimension, LabelledPiece, Whom } from './figures/sums.ts'
export {
  listFlows,
  publish,
  readFlow,
  readPublications,
  readVersion,
  readVersions,
  saveDraft,
} from './flows.ts'
export type {
  FlowSummary,
  FlowVersion,
  Publication,
  PublicationResult,
  StoredVersion,
  VersionTag,
} from './flows.ts'
export {
  advanceReader,
  beginReader,
  holdReader,
  readAccountHappenings,
  readHappenings,
  readerPlace,
  readTimeline,
  releaseReader,
} from './happenings.ts'
export type { Cursor, Happened } from './happenings.ts'
export { drawInProgress } from './in-progress.ts'
export {
  advanceKafkaPosition,
  beginKafkaPosition,
  countKafkaTry,
  readKafkaPositions,
  type KafkaPosition,
} from './kafka-positions.ts'
export { load, loadStatement, type Asked, type Loaded, type SavedAnswer } from './load.ts'
export { lockPeople, mergeAssignments } from './merge-assignments.ts'
export { readMarks, type Mark, type Watched } from './marks.ts'
export {
  announce,
  changeChannel,
  changeNotice,
  concernedIn,
  happeningChannel,
  happeningNotice,
} from './notices.ts'
export type { Concerned } from './notices.ts'
export { openDatabase, type DatabaseOptions } from './open-database.ts'
export {
  isAnybodyKnown,
  membersInProgress,
  membersReading,
  countEnrolled,
  peopleEnrolled,
  peopleRemembering,
  updateAccount,
} from './people.ts'
export { ping } from './ping.ts'
export { erase, forgetErasure } from './privacy/erase.ts'
export { addErasures, erasureKey, listErasures, replayErasures, type Erasure } from './privacy/erasures.ts'
export { readHeld } from './privacy/held.ts'
export { personalData, type PersonalTable } from './privacy/personal-data.ts'
export {
  clearAlert,
  clearAlertOf,
  dueMessages,
  insertAlert,
  listAlerts,
  messageFailed,
  messageTold,
  queueMessages,
  untoldAlerts,
  type Alert,
  type DueMessage,
} from './health/alerts.ts'
export { insertMeasurement, measuredBetween, readMeasurements } from './health/measurements.ts'
export { readPlan, writePlan, type Plan } from './health/plan.ts'
export { readRequests, writeRequests, type AnsweredMinute } from './health/requests.ts'
export {
  endIncident,
  forgetOtherRules,
  insertIncident,
  lastEndedAt,
  listIncidents,
  overruleIncident,
  readOpenIncidents,
  readRules,
  writeRule,
  type ToldIncident,
} from './health/rules.ts'
export {
  changeHealthSettings,
  lockWatched,
  readAllWatched,
  readWatched,
  writeBaseline,
  type Baseline,
  type FrozenFigure,
  type WatchedFlow,
} from './health/settings.ts'
export { holdWatch, lockWatch, noteCheck, releaseWatch, type Watch } from './health/watch.ts'
export {
  changeRelease,
  changeReleaseIn,
  readRelease,
  readReleaseChanges,
  type ReleaseChange,
  type ReleaseRequest,
  type StoredRelease,
} from './release.ts'
export { heldBack, readerLags } from './reader-lags.ts'
export { renumberRestored } from './restored.ts'
export {
  deliveryPurges,
  purgeAlerts,
  purgeBatch,
  purgeCheckWrites,
  purgeDeadLetters,
  purgeErasures,
  purgeErasuresWithoutKey,
  purgeRequests,
  purgeSavedAnswers,
  type Purge,
} from './retention/purge.ts'
export { readSchemaManifest, schemaDifferences } from './schema-manifest.ts'
export {
  deleteWebhook,
  insertWebhook,
  listWebhooks,
  mostWebhooks,
  readSigning,
  readWebhook,
  rotateWebhook,
  updateWebhook,
  type Signing,
  type Webhook,
} from './webhooks.ts'

/** The numbered migrations of this version of the code. */
export const ownMigrations = (): Promise<Migration[]> =>
  readMigrations(new URL('../migrations/', import.meta.url))
export { hearsNotices, readServerState, type ServerState } from './server-state.ts'
