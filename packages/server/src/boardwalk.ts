import { pino, type Logger } from 'pino'
import { databaseOrigin, migrate, openDatabase, ownMigrations, renumberRestored } from '@boardwalk/store'
import type { Change, Database, DatabaseOptions } from '@boardwalk/store'
import type { GateChecks } from './analytics/gate-checks.ts'
import { startAnalytics } from './analytics/start-analytics.ts'
import type { AnswerCacheOptions } from './answers/answer-cache.ts'
import { openAnswers } from './answers/open-answers.ts'
import { apiKeyHandlers } from './api-keys/handlers.ts'
import { auditHandlers } from './audit/handlers.ts'
import { tellHead } from './audit/tell-head.ts'
import { auditedHandlers } from './audit/trail.ts'
import { startEventsOut } from './delivery/events-out.ts'
import { checkTopic } from './delivery/kafka-topic.ts'
import { checkListeners, type Listener } from './delivery/listeners.ts'
import { deadLetterHandlers } from './dead-letters/handlers.ts'
import { eventHandlers } from './events/handlers.ts'
import { reconcileHandlers } from './events/reconcile.ts'
import { experimentHandlers } from './experiments/handlers.ts'
import { figureHandlers } from './figures/handlers.ts'
import { flagHandlers } from './flags/handlers.ts'
import { flowHandlers } from './flows/handlers.ts'
import { accountMembers } from './following/account-members.ts'
import { announcer, concernedBy, type Announcer } from './following/announce.ts'
import { followHappenings, type Following } from './following/follow-happenings.ts'
import { watchReaders } from './following/reader-lags.ts'
import { gateHandlers } from './gates/handlers.ts'
import { isOfOnboarding } from './health/answered-requests.ts'
import { startHealth, type WatchOptions } from './health/start-health.ts'
import type { Identify } from './http/authenticate.ts'
import { refuseUnfitOperations } from './http/check-operations.ts'
import { nodeListener, type NodeListener } from './http/node-listener.ts'
import { expectedOrigins, isOrigin } from './http/origins.ts'
import { serveOperations, type Answered } from './http/serve-operations.ts'
import { verbsOn } from './http/verbs.ts'
import { apiKeys } from './identity/api-key.ts'
import { tokenVerifier, type TokenOptions } from './identity/token.ts'
import { importHandlers } from './moving-in/handlers.ts'
import { inProcessVerbs, type InProcessVerbs } from './in-process-verbs.ts'
import { intakeOptions, sourcesByTopic, type KafkaOptions } from './kafka/intake-options.ts'
import { startIntake } from './kafka/intake.ts'
import { onboardingHandlers } from './onboarding/handlers.ts'
import { observationHandlers } from './onboarding/observation-handlers.ts'
import { surfaceHandlers } from './onboarding/surface-handlers.ts'
import { activeUsers } from './operation/active-users.ts'
import { guardedLog } from './operation/guarded-log.ts'
import { operationHandlers } from './operation/handlers.ts'
import { checkLimits, type LimitOptions } from './limits/limit-options.ts'
import { createLimits } from './limits/limits.ts'
import { logChange } from './operation/log-change.ts'
import { createMetrics, type Metrics } from './operation/metrics.ts'
import { untraced } from './operation/tracing.ts'
import type { MailOptions } from './outbound/mail.ts'
import type { OutboundOptions } from './outbound/outbound.ts'
import { erasureHandlers } from './people/erasure-handlers.ts'
import { peopleHandlers } from './people/handlers.ts'
import { openRedis, type RedisOptions, type SharedRedis } from './redis/open-redis.ts'
import { liveCatalogue, type LiveCatalogue } from './road/live-catalogue.ts'
import { usuallyKept, type Kept } from './retention/kept.ts'
import { startRetention } from './retention/retention.ts'
import { releaseHandlers } from './release/handlers.ts'
import { phaseHandlers } from './release/phases.ts'
import { createRoad, type Road } from './road/road.ts'
import { streamHandlers } from './streams/handlers.ts'
import { openStreams } from './streams/open-streams.ts'
import type { StreamLimits } from './streams/stream-limits.ts'
import { watchPeople } from './streams/watch-people.ts'

export type BoardwalkOptions = {
  /** Where everything is kept: PostgreSQL, or embedded in this process; or a database already open, which stays open at the end. */
  readonly database: DatabaseOptions | Database
  /** Who is calling, when mounted in the host's own server. With `tokens` too, a request that bears one goes by that. */
  readonly identify?: Identify
  /** How people's tokens are checked. */
  readonly tokens?: TokenOptions
  /** First API key, with all scopes; at least 32 bytes. */
  readonly apiKey?: string
  /** Origins such as `https://shop.example`, whose pages may call the person's routes from a browser; default none. Cookies go along with `identify` only. */
  readonly corsOrigins?: readonly string[]
  /** Of the answers of `GET /api/onboarding`. */
  readonly answerCache?: AnswerCacheOptions
  /** Of `GET /api/onboarding/stream`. */
  readonly streams?: StreamLimits
  /** How often one person may call; the host's servers and the verbs of this process are not limited. */
  readonly limits?: LimitOptions
  /** What several processes share for speed and for limits; absent: each has its own. Redis that is away is done without. */
  readonly redis?: RedisOptions
  /** Events that come from Kafka; absent: none. A broker that is away is waited for, and all else goes on. */
  readonly kafka?: KafkaOptions
  /** How webhooks are called. */
  readonly webhooks?: OutboundOptions
  /** By which mail server those who asked for it are told of alerts. */
  readonly mail?: MailOptions
  /** How releases are watched. */
  readonly watch?: WatchOptions
  /** Milliseconds that a question about figures waits at most until what happened before it is counted; then `isCurrent` is false. Default 1,000. */
  readonly figuresWaitMs?: number
  /** How many days what is kept; what is left out, as usual. */
  readonly kept?: Partial<Kept>
  /** Who in this process hears of what happens, from the next commit on. */
  readonly listeners?: readonly Listener[]
  /** Default: JSON lines of level info on standard output. */
  readonly log?: Logger
  /** Milliseconds since 1970; default the system's clock. */
  readonly clock?: () => number
}

export type Boardwalk = {
  /** Serves the HTTP contract; mounts wherever a web-standard handler does. Starts Boardwalk if nobody has. */
  readonly fetch: (request: Request) => Promise<Response>
  /** The same for hosts on `node:http`, such as Express; a body that the host has parsed already is taken as it is. */
  readonly listener: NodeListener
  /** The same verbs without HTTP, for the host's own process. */
  readonly verbs: InProcessVerbs
  /** Opens and migrates the database. Calling it again is the same as once. */
  readonly start: () => Promise<void>
  /** Readiness turns to 503 and streams end; requests are answered still. */
  readonly drain: () => void
  /** Drains, finishes what is under way, then closes the database. */
  readonly stop: () => Promise<void>
}

type Running = {
  readonly serve: (request: Request) => Promise<Response>
  readonly road: Road
  readonly database: Database
  readonly catalogue: LiveCatalogue
  readonly announcer: Announcer
  readonly checks: GateChecks
  readonly drain: () => void
  readonly stop: () => Promise<void>
}

const run = async (
  options: BoardwalkOptions,
  log: Logger,
  metrics: Metrics,
  isDraining: () => boolean,
): Promise<Running> => {
  const given = 'query' in options.database ? options.database : undefined
  const database = given ?? (await openDatabase(options.database))
  const { schema } = database
  const redis =
    options.redis && (await openRedis({ ...options.redis, schema, log, onConnected: metrics.showRedis }))
  const close = async (): Promise<void> => (given === undefined ? database.close() : undefined)
  try {
    return await runOn(database, redis, close, options, log, metrics, isDraining)
  } catch (error) {
    redis?.close()
    await close()
    throw error
  }
}

const runOn = async (
  database: Database,
  redis: SharedRedis | undefined,
  close: () => Promise<void>,
  options: BoardwalkOptions,
  log: Logger,
  metrics: Metrics,
  isDraining: () => boolean,
): Promise<Running> => {
  const { clock = Date.now, identify, tokens, apiKey, corsOrigins = [], streams: streamLimits } = options
  const { kafka, webhooks, listeners } = options
  await migrate(database, await ownMigrations())
  if (await renumberRestored(database))
    log.warn({ event: 'onboarding.renumbered' }, 'restored from a dump: some happenings are told again')
  const announce = announcer(database)
  const onCommitted = (change: Change): void => {
    announce.changed(concernedBy(change))
    if (change.records.length > 0) announce.happened()
    change.records.forEach(metrics.count)
    logChange(log, change)
  }
  const catalogue = liveCatalogue(database.query)
  const answers = await openAnswers(options.answerCache, database, metrics, redis)
  const road: Road = createRoad({ database, catalogue, answers, clock, onCommitted })
  const members: Following = await followHappenings(database, accountMembers(database, road), log)
  const analytics = await startAnalytics({
    database,
    clock,
    metrics,
    log,
    announcer: announce,
    figuresWaitMs: options.figuresWaitMs,
  })
  const out = await startEventsOut({ database, clock, metrics, log, webhooks, listeners, kafka })
  const health = startHealth({
    database,
    clock,
    log,
    announcer: announce,
    caughtUp: analytics.caughtUp,
    watch: options.watch,
    outbound: webhooks,
    mail: options.mail,
  })
  const readers = ['account-members', 'analytics', ...out.readers]
  const stopLooking = watchReaders(database.query, readers, clock, metrics, log)
  if (database.connections) metrics.watchConnections(database.connections)
  const active = activeUsers({ query: database.query, catalogue, clock, log })
  metrics.watchActiveUsers(active.people)
  const watching = await watchPeople(database)
  const streams = openStreams({ watching, clock, onCount: metrics.showStreams, ...streamLimits })
  const stopPurging = startRetention(database, { ...usuallyKept, ...options.kept }, clock, log)
  const stopTellingHead = tellHead(database.query, log)
  const sources = kafka?.sources && intakeOptions(kafka)
  const intake = sources && startIntake(sources, { database, road, clock, log, metrics })
  const verbs = verbsOn(road)
  const handlers = {
    ...onboardingHandlers(verbs),
    ...surfaceHandlers(verbs),
    ...observationHandlers(verbs),
    ...streamHandlers(streams),
    ...peopleHandlers(verbs, database, announce, answers),
    ...erasureHandlers(database, announce),
    ...eventHandlers(verbs, road, announce),
    ...reconcileHandlers(verbs, database.query),
    ...importHandlers(verbs),
    ...gateHandlers(verbs, metrics, catalogue, { checks: analytics.checks, metrics, log }),
    ...deadLetterHandlers({ query: database.query, road, clock, sources: sourcesByTopic(sources) }),
    ...flowHandlers(database, announce, { catalogue, clock }),
    ...releaseHandlers(database, announce, log),
    ...experimentHandlers(database, announce, log, clock),
    ...phaseHandlers({ database, clock, log, announcer: announce }),
    ...health.handlers,
    ...flagHandlers(verbs),
    ...out.handlers,
    ...analytics.handlers,
    ...figureHandlers(database.query, clock, analytics.caughtUp),
    ...apiKeyHandlers(database.query, clock),
    ...auditHandlers(database.query),
    ...operationHandlers(database.query, metrics, isDraining),
  }
  const ways = {
    identify,
    corsOrigins,
    verifyToken: tokens && tokenVerifier(tokens, clock),
    findKey: apiKeys(database.query, apiKey, clock),
  }
  const corsOptions =
    corsOrigins.length === 0 ? undefined : { origins: corsOrigins, credentials: identify !== undefined }
  const onAnswered = ({ id, row, status, seconds }: Answered): void => {
    metrics.countAnswered(id ?? 'none', status, seconds)
    if (row && isOfOnboarding(row)) health.requests.count(status)
  }
  const onOver = metrics.countLimited
  const identity = redis ? await databaseOrigin(database.query) : ''
  const limits = createLimits({ options: options.limits, identity, redis, clock, log, onOver })
  return {
    serve: serveOperations({
      handlers: auditedHandlers(handlers, database.query, log),
      ways,
      limits,
      log,
      corsOptions,
      onAnswered,
    }),
    road,
    database,
    catalogue,
    announcer: announce,
    checks: analytics.checks,
    drain: streams.end,
    stop: async () => {
      await stopPurging()
      stopTellingHead()
      stopLooking()
      streams.end()
      await intake?.stop()
      await watching.stop()
      await members.stop()
      await out.stop()
      await road.idle()
      answers.stop()
      await health.stop()
      await analytics.stop()
      await announce.stop()
      redis?.close()
      await active.idle()
      await close()
    },
  }
}

/** Boardwalk in this process. Nothing is opened before `start()` or the first request. */
export const createBoardwalk = (options: BoardwalkOptions): Boardwalk => {
  const unfit = options.corsOrigins?.find((origin) => !isOrigin(origin))
  if (unfit !== undefined)
    throw new TypeError(`corsOrigins has ${JSON.stringify(unfit)}, expected ${expectedOrigins}.`)
  refuseUnfitOperations()
  checkListeners(options.listeners ?? [])
  checkLimits(options.limits)
  checkTopic(options.kafka?.publish?.topic)
  // Says at once what is wrong with them.
  if (options.kafka?.sources) intakeOptions(options.kafka)
  const log = guardedLog(options.log ?? pino({ base: null }))
  const metrics = createMetrics()
  let running: Promise<Running> | undefined
  let draining = false

  const started = (): Promise<Running> => {
    // Whoever comes first starts it; what goes on from then on is not part of their request.
    running ??= untraced(() => run(options, log, metrics, () => draining)).catch((error: unknown) => {
      running = undefined
      throw error
    })
    return running
  }

  const answer = async (request: Request): Promise<Response> => (await started()).serve(request)

  return {
    fetch: answer,
    listener: nodeListener(answer, log),
    verbs: inProcessVerbs({ started, log, metrics }),
    start: async () => void (await started()),
    drain: () => {
      draining = true
      // One that cannot start has nothing to end.
      running?.then((begun) => begun.drain()).catch(() => undefined)
    },
    stop: async () => {
      draining = true
      const stopping = running
      if (stopping === undefined) return
      await (await stopping).stop()
      metrics.stop()
    },
  }
}
