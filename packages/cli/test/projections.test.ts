import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveBoardwalk, type ServedBoardwalk } from './served-boardwalk.ts'

describe('boardwalk projections', () => {
  let served: ServedBoardwalk
  beforeAll(async () => {
    served = await serveBoardwalk({})
    await served.call('POST', '/api/admin/flows', { name: 'shop', steps: [{ id: 'sell', title: 'Sell' }] })
    await served.call('POST', '/api/admin/flows/shop/versions/1/publish', {})
  })
  afterAll(() => served.stop())

  const shown = async (): Promise<string> => (await served.boardwalk('projections')).out

  test('shows how far the figures are counted', async () => {
    expect(await shown()).toBe('analytics  nothing counted yet, 0 waiting\n')
    for (const who of ['ann', 'ben']) await served.call('GET', `/api/users/${who}/onboarding`)
    await served.call('PATCH', '/api/users/ann/onboarding/steps/sell', { status: 'done' })
    await expect.poll(shown).toMatch(/^analytics {2}counted up to \S+Z, 0 waiting\n$/)
  })

  test('has them counted anew, and waits until they are', async () => {
    const done = 'All of history is counted anew.'
    expect(await served.boardwalk('projections', 'rebuild')).toMatchObject({ code: 0, out: `${done}\n` })
    expect(await shown()).toMatch(/^analytics {2}counted up to \S+Z, 0 waiting\n$/)
    expect(await served.boardwalk('projections', 'rebuild', '--no-wait')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^All of history is counted anew\. "boardwalk projections" tells/),
    })
  })

  test('says what it does not understand', async () => {
    for (const words of [['forget'], ['rebuild', 'all'], ['--no-wait']]) {
      const { code, err } = await served.boardwalk('projections', ...words)
      expect([code, err]).toEqual([1, expect.stringMatching(/^Say boardwalk projections/)])
    }
  })
})
