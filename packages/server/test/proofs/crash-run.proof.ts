import { describe, expect, inject, test } from 'vitest'
import { freshSchema } from '@boardwalk/store/test-kit'
import { summaryOf } from './crash/check-history.ts'
import { caught, crashPoints, type Point } from './crash/crash-points.ts'
import { runCrashes } from './crash/crash-run.ts'
import type { CrashServer } from './crash/crash-server.ts'
import { reportOf } from './crash/judge.ts'

const crashes = Number(process.env['PROOF_CRASHES'] ?? 12)
const url = inject('postgresUrl') ?? ''

const anywhere = crashPoints.filter(({ name }) => name === 'at a random moment')
// Only who holds the reader comes here, so that a random moment may miss it.
const cursorMoved = caught('cursor moved', { statement: 'fan_out_cursor', when: 'done' })
const mostMsOfACrash = 30_000

describe.skipIf(inject('postgresUrl') === null)('on PostgreSQL', () => {
  test(
    `${crashes} crashes at named points lose, double and disorder nothing`,
    async () => {
      const ran = await runCrashes({ url, schema: freshSchema(), crashes, points: crashPoints })
      console.log(reportOf('crash run', ran))
      expect(summaryOf(ran.violations)).toBe('nothing')
      expect(ran.ops.filter(({ end }) => end.kind === 'unknown').length).toBeGreaterThan(0)
    },
    300_000 + crashes * mostMsOfACrash,
  )

  const planted: readonly [CrashServer['variant'], string, readonly Point[], number][] = [
    ['cursor before deliveries', 'deliveries are what happened', [cursorMoved], 4],
    ['no ids', 'an event or a key has one effect', anywhere, 1],
    ['happenings apart', 'state and history say the same', anywhere, 3],
    ['answers kept for ever', 'an erased person is gone', anywhere, 1],
  ]
  test.each(planted)('the same judge finds what was planted: %s', async (variant, rule, points, times) => {
    const ran = await runCrashes({
      url,
      schema: freshSchema(),
      crashes: times,
      points,
      server: { variant },
      answersAfter: 400,
    })
    console.log(reportOf(variant, ran))
    expect(ran.violations.map((one) => one.rule)).toContain(rule)
  })
})
