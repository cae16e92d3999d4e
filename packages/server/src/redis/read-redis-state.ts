import { Redis } from 'ioredis'

export type RedisState = {
  readonly version: string
  /** `slave` cannot be written. */
  readonly role: string
  /** What it does when its memory is full; absent where the user may not ask. */
  readonly maxmemoryPolicy: string | undefined
  readonly maxmemory: number
  /** How far its clock is ahead of ours, in milliseconds. */
  readonly skewMs: number
}

const patienceMs = 3_000

const field = (info: string, name: string): string =>
  new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? ''

/** Asks a Redis about itself, once, and leaves. Throws when it is away, or lets nobody in. */
export const readRedisState = async (url: string): Promise<RedisState> => {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: patienceMs,
    commandTimeout: patienceMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    family: 0,
  })
  // Its message says more than "Connection is closed", which is what `connect` then rejects with.
  let reason: Error | undefined
  client.on('error', (error: Error) => (reason = error))
  try {
    await client.connect()
    const info = await client.info()
    const before = Date.now()
    const [seconds, microseconds] = await client.time()
    const after = Date.now()
    const there = Number(seconds) * 1000 + Number(microseconds) / 1000
    return {
      version: field(info, 'redis_version'),
      role: field(info, 'role'),
      maxmemoryPolicy: field(info, 'maxmemory_policy') || undefined,
      maxmemory: Number(field(info, 'maxmemory')),
      skewMs: there < before ? there - before : Math.max(0, there - after),
    }
  } catch (error) {
    throw reason ?? error
  } finally {
    client.disconnect()
  }
}
