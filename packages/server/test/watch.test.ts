import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { watchedFlow, watchedHouse, type WatchedHouse } from './watched-house.ts'

const soon = { timeout: 20_000, interval: 50 }
const release = '/api/admin/release/shop'

forEachDatabase((_, open) => {
  let house: WatchedHouse
  beforeEach(async () => {
    house = await watchedHouse(await open())
    await house.publish(watchedFlow('shop'))
  })
  afterEach(() => house.boardwalk.stop())

  const rules = async (): Promise<{ [rule: string]: string }> => {
    const { rollback } = await house.health('shop')
    return Object.fromEntries(rollback.findings.map((one: any) => [one.rule, one.verdict]))
  }

  describe('a flow that nobody set anything for', () => {
    test('is healthy in nothing while nothing is known, and stays on', async () => {
      const health = await house.health('shop')
      expect(new Set(Object.values<any>(health.metrics).map(({ status }) => status))).toEqual(
        new Set(['unknown']),
      )
      expect(await rules()).toEqual({ 'api-errors': 'unknown', d1: 'unknown', tickets: 'unknown' })
      expect(health).toMatchObject({ baseline: null, alerts: [], rollback: { automatic: 'on' } })
      expect(await house.enabled('shop')).toBe(true)
    })

    test('is switched off, once and with the evidence, when requests fail', async () => {
      await house.answer(300, 150)
      await expect.poll(() => house.enabled('shop'), soon).toBe(false)
      const { body } = await house.server('GET', release)
      expect(body).toMatchObject({ changedBy: 'watch', killReason: expect.stringMatching(/^API errors: \d/) })
      const [incident, ...others] = await house.incidents('shop')
      expect(others).toEqual([])
      expect(incident).toMatchObject({
        rule: 'api-errors',
        status: 'open',
        dryRun: false,
        reason: body.killReason,
        evidence: { rule: { limit: 0.05 }, finding: { verdict: 'rollback', proof: { limit: 0.05 } } },
      })
      expect(incident.evidence.finding.proof.bound).toBeGreaterThan(0.05)
    })
  })
})
