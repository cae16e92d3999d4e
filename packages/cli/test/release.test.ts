import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveBoardwalk, type ServedBoardwalk } from './served-boardwalk.ts'

describe('boardwalk release', () => {
  let served: ServedBoardwalk
  beforeAll(async () => {
    served = await serveBoardwalk({})
    const flow = { name: 'shop', steps: [{ id: 'sell', title: 'Sell' }] }
    await served.call('POST', '/api/admin/flows', flow)
    await served.call('POST', '/api/admin/flows/shop/versions/1/publish')
    await served.call('PUT', '/api/users/ada', { market: 'DE' })
  })
  afterAll(() => served.stop())

  test('shows a flow for which nothing was set', async () => {
    const { code, out } = await served.boardwalk('release', 'show', 'shop')
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^flow "shop" is on\n/) })
    expect(out).toMatch(/percentage +100\n.*markets +all\n.*users +none\n.*changed +never\n/s)
  })

  test('sets what it is told, leaves the rest, and takes restrictions away', async () => {
    const words = ['--percentage', '12.5', '--market', 'FR', '--market', 'CH', '--skip', 'off']
    const { out } = await served.boardwalk('release', 'set', 'shop', ...words, '--reason', 'France first')
    expect(out).toMatch(/percentage +12\.5\n.*markets +FR, CH\n.*skip +off\n.*snooze +on\n/s)
    const freed = await served.boardwalk('release', 'set', 'shop', '--all-markets', '--user', 'ada')
    expect(freed.out).toMatch(/percentage +12\.5\n.*markets +all\n.*users +ada\n.*skip +off\n/s)
    const { items } = await served.call('GET', '/api/admin/release/shop/changes')
    expect(items[1]).toMatchObject({ kind: 'set', reason: 'France first' })
    await served.boardwalk('release', 'set', 'shop', '--market', 'FR', '--no-users')
  })

  test('explain tells whom it is kept from, and why', async () => {
    const { out } = await served.boardwalk('explain', 'ada')
    expect(out).toContain(
      'release of "shop": off for this person (marketWhitelist, expected ["FR"], found "DE"); off: skipEnabled',
    )
  })

  test('off is the kill switch, and on undoes it', async () => {
    const killed = await served.boardwalk('release', 'off', 'shop', '--reason', 'payments fail')
    expect(killed).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^flow "shop" is off, by the kill switch at 20\S+Z: payments fail\n/),
    })
    expect((await served.call('GET', '/api/admin/release/shop')).killReason).toBe('payments fail')
    expect((await served.boardwalk('release', 'on', 'shop')).out).toMatch(/^flow "shop" is on\n/)
  })

  test.each([
    [['release'], /release show, set, on or off FLOW/],
    [['release', 'show'], /release show, set, on or off FLOW/],
    [['release', 'toString', 'shop'], /release show, set, on or off FLOW/],
    [['release', 'off', 'shop', 'saas'], /release show, set, on or off FLOW/],
    [['release', 'off', 'shop'], /Say why/],
    [['release', 'set', 'shop'], /Say what to set/],
    [['release', 'set', 'shop', '--percentage', 'ten'], /a number from 0 to 100/],
    [['release', 'set', 'shop', '--percentage', '101'], /a number from 0 to 100/],
    [['release', 'set', 'shop', '--skip', 'maybe'], /expected on or off/],
    [['release', 'set', 'shop', '--signed-up-after', 'May'], /a time in ISO 8601/],
    [['release', 'show', 'none'], /no flow "none"/],
  ] as const)('boardwalk %j is refused with what to do', async (words, message) => {
    const { code, err } = await served.boardwalk(...words)
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(message) })
    expect(err).not.toContain('    at ')
    expect((await served.call('GET', '/api/admin/release/shop')).enabled).toBe(true)
  })
})
