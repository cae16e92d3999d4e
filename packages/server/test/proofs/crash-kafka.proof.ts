import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forKafka, freshSchema } from '@boardwalk/store/test-kit'
import { openTopics, type Topics } from '../kafka-topics.ts'
import { summaryOf } from './crash/check-history.ts'
import { kafkaPoints } from './crash/crash-points.ts'
import { runCrashes, type Ran } from './crash/crash-run.ts'
import type { CrashServer } from './crash/crash-server.ts'
import { readHistory } from './crash/history.ts'
import { reportOf } from './crash/judge.ts'

const crashes = Math.ceil(Number(process.env['PROOF_CRASHES'] ?? 12) / 3)

const taken = {
  name: 'taken_from_topic',
  text: 'select coalesce(sum(next_offset), 0)::int as taken from kafka_position where topic = $1',
}

await forKafka((brokers) => {
  describe.skipIf(inject('postgresUrl') === null)('on PostgreSQL', () => {
    let topics: Topics
    beforeAll(() => {
      topics = openTopics(brokers)
    })
    afterAll(() => topics.close())

    const run = async (variant: CrashServer['variant'], times: number): Promise<Ran> => {
      const topic = await topics.make('crashes', 3)
      const isAllTaken = async ({ query }: Database, file: string): Promise<boolean> => {
        const sent = readHistory(file).filter(
          ({ action, end }) => action.do === 'event' && action.waits && end.kind === 'ok',
        )
        return ((await query<{ taken: number }>(taken, [topic]))[0]?.taken ?? 0) >= sent.length
      }
      return runCrashes({
        url: inject('postgresUrl') ?? '',
        schema: freshSchema(),
        crashes: times,
        points: kafkaPoints,
        server: { variant, kafka: { brokers, groupId: topic, topic } },
        kafka: { brokers, topic },
        isAllTaken,
      })
    }

    test(`${crashes} crashes while events are taken from Kafka lose, double and disorder nothing`, async () => {
      const ran = await run('sound', crashes)
      console.log(reportOf('Kafka', ran))
      expect(summaryOf(ran.violations)).toBe('nothing')
      expect(ran.ops.filter(({ action }) => action.do === 'event' && action.waits).length).toBeGreaterThan(0)
    })

    test('the same judge finds a position that is stored before its effects', async () => {
      const ran = await run('position before effect', 4)
      console.log(reportOf('position before effect', ran))
      const rules = ran.violations.map(({ rule }) => rule)
      expect(rules.filter((rule) => rule.startsWith('every acknowledged')).length).toBeGreaterThan(0)
    })
  })
})
