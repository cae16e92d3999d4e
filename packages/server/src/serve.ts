import { pino, type Logger } from 'pino'
import { createBoardwalk, type Boardwalk } from './boardwalk.ts'
import { databaseOf, kafkaOf, keptOf, type Configuration } from './configuration.ts'
import { listen, type Listening } from './process/listen.ts'

export type Serving = Listening & { readonly boardwalk: Boardwalk }

/** JSON lines on standard output. */
export const logOf = ({ logLevel }: Pick<Configuration, 'logLevel'>): Logger =>
  pino({ level: logLevel, base: null })

/** Boardwalk as a process of its own, by configuration. */
export const serve = async (configuration: Configuration, logger?: Logger): Promise<Serving> => {
  const log = logger ?? logOf(configuration)
  const boardwalk = createBoardwalk({
    database: databaseOf(configuration),
    tokens: {
      secret: configuration.jwtSecret,
      jwksUrl: configuration.jwksUrl,
      issuer: configuration.jwtIssuer,
      audience: configuration.jwtAudience,
    },
    corsOrigins: configuration.corsOrigins,
    limits: {
      requestsPerMinute: configuration.requestsPerMinute,
      stepUpdatesPerMinute: configuration.stepUpdatesPerMinute,
      snoozesPerDay: configuration.snoozesPerDay,
    },
    answerCache: { mostBytes: configuration.answerCacheMegabytes * 2 ** 20 },
    streams: { total: configuration.streams },
    webhooks: { allow: configuration.webhookAllow },
    ...(configuration.redisUrl !== undefined && { redis: { url: configuration.redisUrl } }),
    ...kafkaOf(configuration),
    kept: keptOf(configuration),
    watch: { checkMs: configuration.watchSeconds * 1000 },
    ...(configuration.smtpUrl !== undefined &&
      configuration.alertFrom !== undefined && {
        mail: { url: configuration.smtpUrl, from: configuration.alertFrom },
      }),
    ...(configuration.apiKey !== undefined && { apiKey: configuration.apiKey }),
    log,
  })
  if (configuration.jwtSecret === undefined && configuration.jwksUrl === undefined) {
    log.warn('People cannot be identified: set BOARDWALK_JWT_SECRET or BOARDWALK_JWKS_URL')
  }
  if (configuration.apiKey === undefined) {
    log.warn(
      'There is no first API key, so only keys made before are known: set BOARDWALK_API_KEY to make others',
    )
  }
  await boardwalk.start()
  const { address, stop } = await listen(boardwalk.fetch, {
    ...configuration,
    graceMs: configuration.drainSeconds * 1000,
  }).catch(async (error: unknown) => {
    await boardwalk.stop()
    throw error
  })
  return {
    address,
    boardwalk,
    stop: async () => {
      boardwalk.drain()
      await stop()
      await boardwalk.stop()
    },
  }
}
