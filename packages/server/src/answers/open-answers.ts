import { readFileSync } from 'node:fs'
import { databaseIdentity, type Database } from '@boardwalk/store'
import type { Metrics } from '../operation/metrics.ts'
import type { SharedRedis } from '../redis/open-redis.ts'
import { createAnswerCache, type AnswerCache, type AnswerCacheOptions } from './answer-cache.ts'
import { sharedAnswers } from './answers-in-redis.ts'

const manifest = new URL('../../package.json', import.meta.url)

/** Another version may say the same differently. */
const ownVersion = (): string => (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version

export const openAnswers = async (
  options: AnswerCacheOptions = {},
  { query }: Pick<Database, 'query'>,
  metrics: Metrics,
  redis: SharedRedis | undefined,
): Promise<AnswerCache> => {
  if (redis === undefined) return createAnswerCache(options, metrics)
  const identity = `${ownVersion()} ${await databaseIdentity(query)}`
  return createAnswerCache(options, metrics, sharedAnswers({ redis, query, identity }))
}
