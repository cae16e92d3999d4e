import type { Configuration } from '@boardwalk/server'
import { examineKafka } from './examine-kafka.ts'
import { examineRedis } from './examine-redis.ts'
import { examineSettings } from './examine-settings.ts'
import type { Finding } from './finding.ts'
import { examineNamedDatabase } from './open-examined.ts'

/** Everything that Boardwalk needs, as this configuration has it. */
export const examine = async (configuration: Configuration): Promise<Finding[]> => [
  ...(await examineSettings(configuration)),
  ...(await examineKafka(configuration)),
  ...(await examineRedis(configuration)),
  ...(await examineNamedDatabase(configuration)),
]
