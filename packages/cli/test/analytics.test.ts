import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '@boardwalk/store'
import { forEachPostgres } from '@boardwalk/store/test-kit'
import { serveBoardwalk, type ServedBoardwalk } from './served-boardwalk.ts'

forEachPostgres((_, address, open) => {
  describe('boardwalk analytics', () => {
    let served: ServedBoardwalk
    let database: Database
    beforeAll(async () => {
      database = await open()
      served = await serveBoardwalk({ DATABASE_URL: address, BOARDWALK_SCHEMA: database.schema })
      const steps = ['profile', 'payments'].map((id) => ({ id, title: id, required: true }))
      await served.call('POST', '/api/admin/flows', { name: 'shop', steps })
      await served.call('POST', '/api/admin/flows/shop/versions/1/publish', {})
      for (const userId of ['ann', 'ben', 'cid', 'dee']) {
        await served.call('PUT', `/api/users/${userId}`, {
          market: userId === 'dee' ? '+49\u001b[31m' : 'FR',
        })
        const asked = { userId, steps: ['profile'], route: '/r' }
        await served.call('POST', '/api/gates/check', asked).catch(() => undefined)
      }
      await served.call('PATCH', '/api/users/ann/onboarding/steps/profile', { status: 'done' })
    })
    afterAll(() => served.stop())

    test('shows a funnel as tables', async () => {
      const { code, out, err } = await served.boardwalk('analytics', 'funnel', '--flow', 'shop')
      expect([code, err]).toEqual([0, ''])
      expect(out).toMatch(/^flow shop, \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d, UTC\n/)
      expect(out).toMatch(/^ {2}enrolled +4$/m)
      expect(out).toMatch(/^ {2}id +offered +reached +done/m)
      expect(out).toMatch(/^ {2}profile +1 +1 +1 +0 +0\.0 % +0 +25\.0 %/m)
      expect(out).toMatch(/^ {2}payments +1 +1 +0 +0 +25\.0 %/m)
    })

    test('shows groups, of which no name is a command for the terminal', async () => {
      const { out } = await served.boardwalk('analytics', 'funnel', '--compare', 'market')
      expect(out).toMatch(/^ {2}FR +3 /m)
      expect(out).not.toContain('\u001b')
    })

    test('gives the table for a spreadsheet, and the answer as it is', async () => {
      const asked = ['funnel', '--from', '2026-01-01', '--time-zone', 'Europe/Paris']
      const csv = await served.boardwalk('analytics', ...asked, '--csv')
      expect(csv.out).toMatch(/^step,removed,enrolled.*\r\nprofile,false,4,.*\r\npayments,false,4,.*\r\n$/)
      const json = await served.boardwalk('analytics', ...asked, '--json')
      expect(JSON.parse(json.out)).toMatchObject({ enrolled: 4, range: { timeZone: 'Europe/Paris' } })
    })

    test.each([
      ['time-to-complete', /median +not reached/],
      ['retention', /matureDays/],
      ['gates', /blocked +4/],
      ['abandonment', /inWindow +4/],
      ['nudges', /snoozeRate +–/],
    ])('%s is told in words', async (question, expected) => {
      const { code, out } = await served.boardwalk('analytics', question)
      expect([code, out]).toEqual([0, expect.stringMatching(expected)])
    })

    test('says how figures are made', async () => {
      const { out } = await served.boardwalk('analytics', 'definitions')
      expect(out).toContain('  steps.share: done / enrolled.')
    })

    test('says in a sentence what it does not understand', async () => {
      for (const words of [[], ['constructor'], ['funnel', 'shop']])
        expect(await served.boardwalk('analytics', ...words)).toMatchObject({
          code: 1,
          err: expect.stringMatching(/^Say what is asked: /),
        })
      for (const question of ['conversion', 'time-to-value'])
        expect(await served.boardwalk('analytics', question, '--flow', 'shop')).toMatchObject({
          code: 1,
          err: expect.stringContaining(`boardwalk analytics ${question} --event NAME`),
        })
      const refused = await served.boardwalk('analytics', 'funnel', '--from', 'yesterday')
      expect(refused).toMatchObject({
        code: 1,
        err: expect.stringMatching(/^Boardwalk refused \(400 invalid_request\): .*from/),
      })
    })
  })
})
