import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveBoardwalk, type ServedBoardwalk } from './served-boardwalk.ts'

// Each command is a process of its own.

describe('boardwalk health and the phases of a release', () => {
  let served: ServedBoardwalk
  beforeAll(async () => {
    served = await serveBoardwalk({})
    const flow = { name: 'shop', steps: [{ id: 'sell', title: 'Sell' }] }
    await served.call('POST', '/api/admin/flows', flow)
    await served.call('POST', '/api/admin/flows/shop/versions/1/publish')
  })
  afterAll(() => served.stop())

  test('show tells every metric, its target, and what the rules find', async () => {
    const { code, out } = await served.boardwalk('health', 'show', 'shop')
    expect(code).toBe(0)
    expect(out).toMatch(/^flow "shop" since 20\S+; no baseline\n/)
    expect(out).toMatch(/\n +d1ConversionRate +unknown +- +of 0 +at least 100 % of baseline +baseline -\n/)
    expect(out).toMatch(/\n +averageTimeToComplete +unknown +- +of 0 +at most 600 s +baseline -\n/)
    expect(out).toMatch(/\nautomatic rollback: on\n +api-errors +unknown +0 are too few: 100 are needed\n/)
    const json = await served.boardwalk('health', 'show', 'shop', '--json')
    expect(JSON.parse(json.out)).toMatchObject({ flow: 'shop', baseline: null })
  })

  test('baseline keeps the figures of a time', async () => {
    const [from, to] = ['2026-01-01T00:00:00Z', '2026-01-08T00:00:00Z']
    const { code, out } = await served.boardwalk('health', 'baseline', 'shop', '--from', from, '--to', to)
    expect(code).toBe(0)
    expect(out).toMatch(
      /^baseline of flow "shop" of 2026-01-01T00:00:00\.000Z to .*\n +d1ConversionRate +- +of 0\n/,
    )
    expect((await served.boardwalk('health', 'show', 'shop')).out).toContain(
      'baseline of 2026-01-01T00:00:00.000Z',
    )
  })

  test('phases shows them, advance enters one after the other while criteria are met', async () => {
    const before = await served.boardwalk('release', 'phases', 'shop')
    expect(before.out).toMatch(/^flow "shop" is in no phase yet\n +internal +\{"rolloutPercentage":0\}/)
    expect((await served.boardwalk('release', 'advance', 'shop')).out).toBe(
      'flow "shop" is in phase "internal" now\n',
    )
    await served.boardwalk('release', 'advance', 'shop', '--to', 'limited')
    const { code, out, err } = await served.boardwalk('release', 'advance', 'shop')
    expect({ code, err }).toEqual({
      code: 1,
      err: 'flow "shop" is still in phase "limited": its criteria are not met. Wait, or say --any.\n',
    })
    expect(out).toMatch(
      /^ +d1ConversionRate +unknown +- of 0 +at least a baseline that nobody took\n +skipRate +unknown/,
    )
    const after = await served.boardwalk('release', 'phases', 'shop')
    expect(after.out).toMatch(/^flow "shop" is in phase "limited" since 20\S+\n/)
    expect(after.out).toMatch(/\n +\* +limited .*\nwhat "expanded" waits for:\n +d1ConversionRate/s)
    expect((await served.boardwalk('release', 'show', 'shop')).out).toMatch(
      /percentage +10\n.*markets +FR\n/s,
    )
    const forced = await served.boardwalk('release', 'advance', 'shop', '--any', '--reason', 'a quiet week')
    expect(forced.out).toMatch(/^flow "shop" is in phase "expanded" now\n/)
  })

  test.each([
    [['health'], /health show or baseline FLOW/],
    [['health', 'toString', 'shop'], /health show or baseline FLOW/],
    [['health', 'show', 'none'], /no flow "none"/],
    [['health', 'show', 'shop', '--control', 'market:FR'], /version:/],
    [['health', 'baseline', 'shop'], /--from TIME --to TIME/],
    [['health', 'baseline', 'shop', '--from', 'May', '--to', 'June'], /a time in ISO 8601/],
    [['release', 'phases'], /release phases FLOW/],
    [['release', 'phases', 'none'], /no flow "none"/],
    [['release', 'advance'], /release advance FLOW/],
    [['release', 'advance', 'shop', '--to', 'internal'], /that is not the next phase/],
  ] as const)('boardwalk %j is refused with what to do', async (words, message) => {
    const { code, err } = await served.boardwalk(...words)
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(message) })
    expect(err).not.toContain('    at ')
  })
})
