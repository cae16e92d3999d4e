import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { PromptClient } from './prompt-client.ts'

export type RedisOptions = {
  /** `redis://user:password@host:6379/0`, or `rediss://…` for TLS. */
  readonly url: string
}

export type SharedRedis = {
  /** Rejects at once while Redis is away, and after the deadline at the latest; whoever asks has another way. */
  readonly client: Redis
  /** Begins every key of ours: several Boardwalks, and others, may share one Redis. */
  readonly keyPrefix: string
  /** Whether commands would be rejected without being sent. */
  readonly isAway: () => boolean
  readonly close: () => void
}

type Opening = RedisOptions & {
  /** Of the database, so that each has keys of its own. */
  readonly schema: string
  readonly log: Logger
  readonly onConnected?: (isConnected: boolean) => void
}

/** Of a command. Redis next door answers within one; one that needs a hundred helps nobody. */
const deadlineMs = 100
/** Until TCP and TLS stand. */
const connectMs = 2_000
const firstWaitMs = 100
const longestWaitMs = 3_000

/** Full jitter: processes that lost Redis together do not come back together. */
const waitMs = (failures: number): number =>
  Math.random() * Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures, 10))

const logChanges = ({ log, onConnected }: Opening, client: Redis): void => {
  let isConnected: boolean | undefined
  let reason: string | undefined
  // Its message only: an error of the client holds the command that failed, and `AUTH` holds the password.
  client.on('error', (error: Error) => (reason = error.message || error.name))
  client.on('ready', () => {
    if (isConnected === false) log.info({ event: 'onboarding.redis_back' }, 'Redis is back')
    isConnected = true
    reason = undefined
    onConnected?.(true)
  })
  client.on('close', () => {
    if (isConnected === false) return
    isConnected = false
    onConnected?.(false)
    log.warn(
      { event: 'onboarding.redis_away', reason: reason ?? 'the connection was closed' },
      'Redis is away: each process goes by what it knows itself until it is back',
    )
  })
}

/** Comes back when Redis has answered, or could not be reached for the first time; it is tried again for as long as it takes. */
export const openRedis = async (opening: Opening): Promise<SharedRedis> => {
  const client: PromptClient = new PromptClient(opening.url, deadlineMs, {
    connectTimeout: connectMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // A connection that stands is no sign that commands are answered.
    retryStrategy: (failures) => waitMs(Math.max(failures, client.givenUpInARow)),
    // Of a primary that has become a replica; the name may lead to the new one by now.
    reconnectOnError: (error) => {
      if (error.message.startsWith('READONLY'))
        client.giveUp(new Error('it is a replica, which takes no writes'))
      return false
    },
    // Whichever of IPv4 and IPv6 the host has.
    family: 0,
  })
  logChanges(opening, client)
  await client.connect().catch(() => undefined)
  return {
    client,
    keyPrefix: `boardwalk:${opening.schema}:`,
    isAway: () => client.status !== 'ready',
    close: () => {
      client.removeAllListeners('close')
      client.disconnect()
      // A peer that is silent would never answer the end of the connection.
      client.stream?.destroy()
    },
  }
}
