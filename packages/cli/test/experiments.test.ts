import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveBoardwalk, type ServedBoardwalk } from './served-boardwalk.ts'

const shipped = (id: string): string =>
  fileURLToPath(new URL(`../../../experiments/${id}.json`, import.meta.url))

describe('boardwalk experiments', () => {
  let served: ServedBoardwalk
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boardwalk-experiments-'))
    served = await serveBoardwalk({})
    const flow = { name: 'shop', steps: [{ id: 'sell', title: 'Sell' }] }
    await served.call('POST', '/api/admin/flows', flow)
    await served.call('POST', '/api/admin/flows/shop/versions/1/publish')
    await served.call('PUT', '/api/users/ada', { market: 'DE' })
  })
  afterAll(async () => {
    await served.stop()
    await rm(folder, { recursive: true })
  })

  test('applies those that come with the store, starts and stops them, and lists them', async () => {
    const { code, out } = await served.boardwalk('experiments', 'apply', shipped('skip_button_text'))
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^experiment "skip_button_text" .* is draft\n/),
    })
    expect(out).toMatch(/arm later +34 % .*Faire plus tard/)
    await served.boardwalk('experiments', 'apply', shipped('skip_button_style'))
    expect((await served.boardwalk('experiments', 'start', 'skip_button_text')).out).toMatch(
      / is running\n.*phase +1 since/s,
    )
    const stopped = await served.boardwalk(
      'experiments',
      'stop',
      'skip_button_text',
      '--reason',
      'enough seen',
    )
    expect(stopped.out).toMatch(/ is stopped: enough seen\n/)
    expect((await served.boardwalk('experiments', 'list')).out).toBe(
      '  skip_button_style  draft    shop  Skip Button Style\n  skip_button_text   stopped  shop  Skip Button Text Optimization\n',
    )
    expect((await served.boardwalk('experiments', 'show', 'skip_button_style')).out).toContain('arm link')
  })

  test('tells what came of them, and explain why somebody is in an arm', async () => {
    await served.boardwalk('experiments', 'start', 'skip_button_text')
    const { out } = await served.boardwalk('experiments', 'results', 'skip_button_text', '--window', '1d')
    expect(out).toMatch(/within 1d of their exposure:\n +arm +people +inside/)
    expect(out).toContain('Too early: every arm needs 100 people whose window is over; "control" has 0')
    expect((await served.boardwalk('explain', 'ada')).out).toMatch(
      /experiment "skip_button_text": arm "(control|explicit|later)" \(hash\), has not met it/,
    )
  })

  test.each([
    [['experiments'], /experiments list, or show/],
    [['experiments', 'show'], /experiments list, or show/],
    [['experiments', 'toString', 'x'], /experiments list, or show/],
    [['experiments', 'list', 'x'], /experiments list, or show/],
    [['experiments', 'show', 'nobodys'], /404 experiment_not_found/],
    [['experiments', 'apply', 'nowhere.json'], /cannot be read as JSON/],
  ])('refuses %j', async (words, expected) => {
    const { code, err } = await served.boardwalk(...words)
    expect(code).toBe(1)
    expect(err).toMatch(expected)
  })

  test('a file that is no experiment is refused with every place', async () => {
    const file = join(folder, 'x.json')
    await writeFile(file, 'null')
    expect((await served.boardwalk('experiments', 'apply', file)).err).toContain('has no "id"')
    await writeFile(
      file,
      JSON.stringify({
        id: 'x',
        name: 'X',
        flow: 'shop',
        arms: [
          { id: 'a', config: {} },
          { id: 'b', config: {} },
        ],
        allocation: { a: 49.9, b: 50 },
      }),
    )
    expect((await served.boardwalk('experiments', 'apply', file)).err).toContain(
      'The percentages must sum to 100.',
    )
  })
})
