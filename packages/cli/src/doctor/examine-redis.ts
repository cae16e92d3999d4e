import { readRedisState, type Configuration } from '@boardwalk/server'
import { messageOf } from '../command.ts'
import { bad, fine, warning, type Finding } from './finding.ts'
import { withoutPassword } from './without-password.ts'

const oldestMajor = 6
const mostSkewMs = 1_000

/** What processes share for a moment: nothing is lost with it, so what is bad here is bad for limits and speed only. */
export const examineRedis = async ({ redisUrl }: Configuration): Promise<Finding[]> => {
  if (redisUrl === undefined) return []
  try {
    const { version, role, maxmemory, maxmemoryPolicy, skewMs } = await readRedisState(redisUrl)
    const findings = [
      Number(version.split('.')[0]) >= oldestMajor
        ? fine('redis', `Redis ${version} answers`)
        : bad('redis', `Redis ${version}`, { expected: 'Redis 6 or newer', todo: 'upgrade it' }),
    ]
    if (role === 'slave') {
      const mend = { expected: 'one that can be written', todo: 'name the primary in REDIS_URL' }
      findings.push(bad('redis_role', 'This Redis is a replica', mend))
    }
    if (maxmemory > 0 && maxmemoryPolicy !== 'noeviction') {
      findings.push(
        warning(
          'redis_memory',
          `Redis drops keys when its memory is full (${maxmemoryPolicy ?? 'unknown policy'})`,
          {
            expected: 'noeviction: what is dropped is counted from nothing again, and limits are passed',
            todo: 'give it memory enough, and set maxmemory-policy noeviction',
          },
        ),
      )
    }
    if (Math.abs(skewMs) > mostSkewMs) {
      findings.push(
        bad('redis_clock', `The clock of Redis is ${(skewMs / 1000).toFixed(1)} s off ours`, {
          expected: 'at most 1 s',
          todo: 'let both machines follow a time server',
        }),
      )
    }
    return findings
  } catch (error) {
    return [
      bad('redis', `Redis does not answer: ${withoutPassword(messageOf(error), redisUrl)}`, {
        expected: 'a Redis that answers; meanwhile each process counts limits by itself',
        todo: 'start it, or correct host, user and password in REDIS_URL',
      }),
    ]
  }
}
