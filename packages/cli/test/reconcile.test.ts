import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandLine } from './command-line.ts'
import { serveBoardwalk, type ServedBoardwalk } from './served-boardwalk.ts'

describe('boardwalk reconcile', () => {
  let served: ServedBoardwalk
  const boardwalk = (...words: string[]) => served.boardwalk(...words)
  const call = (method: string, path: string) => served.call(method, path)
  const publish = async (steps: object[]): Promise<void> => {
    await writeFile(join(served.folder, 'flow.json'), JSON.stringify({ name: 'shop', steps }))
    expect((await boardwalk('flows', 'push', 'flow.json', '--publish')).code).toBe(0)
  }
  const written = async (name: string, lines: readonly unknown[]): Promise<string> => {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
    await writeFile(join(served.folder, name), text)
    return name
  }

  const sell = { id: 'sell', title: 'Sell', trigger: { event: 'sold' } }
  const again = { id: 'again', title: 'Again', trigger: { event: 'sold' } }
  const sold = (userId: string, n: number) => ({
    type: 'track',
    userId,
    event: 'sold',
    messageId: `${n}`,
    timestamp: '2024-05-01T00:00:00Z',
  })
  const cloudEvent = (subject: string, n: number) => ({
    specversion: '1.0',
    id: `${n}`,
    source: '/history',
    type: 'sold',
    subject,
  })

  beforeAll(async () => {
    served = await serveBoardwalk()
    await publish([sell])
  })
  afterAll(() => served.stop())

  const history = [
    ...Array.from({ length: 150 }, (_, n) => sold(`a-${n}`, n)),
    ...Array.from({ length: 120 }, (_, n) => cloudEvent(`b-${n}`, n)),
    '',
    sold('a-0', 1000),
    `  ${JSON.stringify(sold('zoë', 1001))}\r`,
  ]

  test('a dry run of a file says what it would do, and writes nothing', async () => {
    const file = await written('history.ndjson', history)
    const { code, out } = await boardwalk('reconcile', file, '--dry-run')
    expect({ code, out }).toEqual({
      code: 0,
      out: '273 lines: 272 accepted, 0 known before, 0 refused. 0 steps would be completed now; nothing was written.\n',
    })
    expect(await call('GET', '/api/users/a-0/export')).toMatchObject({ error: 'person_not_found' })
  })

  test('a file is told whole, in its order, and told again does nothing', async () => {
    const first = await boardwalk('reconcile', 'history.ndjson')
    expect(first).toEqual({ code: 0, err: '', out: '273 lines: 272 accepted, 0 known before, 0 refused.\n' })
    const { remembered } = await call('GET', '/api/users/b-119/export')
    expect(remembered).toMatchObject([{ name: 'sold', properties: {} }])
    expect(await call('GET', `/api/users/${encodeURIComponent('zoë')}/export`)).toMatchObject({
      remembered: [{ at: '2024-05-01T00:00:00.000Z' }],
    })
    const second = await boardwalk('reconcile', 'history.ndjson')
    // The second event of a-0 changed nothing, so its id was not used up.
    expect(second.out).toBe('273 lines: 1 accepted, 271 known before, 0 refused.\n')
  })

  test('bad lines are named with their reasons, and hold up no other', async () => {
    const file = await written('mixed.ndjson', [
      sold('good-1', 1),
      '{"type": "track", "userId": \u001b[31m',
      '[]',
      'null',
      { type: 'track', userId: '', event: 'sold' },
      { ...cloudEvent('x', 1), subject: undefined },
      '{"type":"track","userId":"evil","event":"sold","properties":{"__proto__":{"a":1}}}',
      `{"type":"track","userId":"huge","event":"sold","context":"${'x'.repeat(500_000)}"}`,
      cloudEvent('good-2', 2),
    ])
    const { code, out, err } = await boardwalk('reconcile', file)
    expect(code).toBe(1)
    expect(out).toBe('9 lines: 2 accepted, 0 known before, 7 refused.\n')
    const lines = err.trim().split('\n')
    expect(lines.slice(0, 7).toSorted()).toEqual([
      expect.stringMatching(/^line 2: it is not JSON/),
      expect.stringMatching(/^line 3: it is no JSON object/),
      expect.stringMatching(/^line 4: it is no JSON object/),
      expect.stringMatching(/^line 5: userId: found .+, expected/),
      expect.stringMatching(/^line 6: subject: found nothing, expected/),
      expect.stringMatching(/^line 7: properties\.__proto__: found .+, expected/),
      expect.stringMatching(/^line 8: the line is longer than 480000 bytes/),
    ])
    expect(lines[7]).toMatch(/^7 line\(s\) to mend/)
    expect(err).not.toContain('\u001b')
    expect((await call('GET', '/api/users/good-2/export')).remembered).toHaveLength(1)
  })

  test('without a file it completes what is remembered, and says of whom', async () => {
    await call('GET', '/api/users/a-7/onboarding')
    const token = (await boardwalk('token', 'a-7')).out.trim()
    const headers = { authorization: `Bearer ${token}` }
    await fetch(new URL('/api/onboarding', served.address), { headers })
    await publish([sell, again])
    const dry = await boardwalk('reconcile', '--dry-run')
    expect(dry.out).toMatch(
      /^\d+ people of whom events are remembered; 1 steps would be completed\.\n {2}a-7: shop, again\n$/,
    )
    const done = await boardwalk('reconcile')
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('1 steps are completed.') })
    expect((await boardwalk('reconcile')).out).toContain('; 0 steps are completed.')
  })

  test('what cannot be read or reached is told in a sentence', async () => {
    for (const [words, said] of [
      [['reconcile', 'none.ndjson'], 'none.ndjson'],
      [['reconcile', '.'], 'EISDIR'],
      [['reconcile', 'a', 'b'], 'One file at a time'],
      [['reconcile', '--dryrun'], '--dryrun'],
    ] as const) {
      const { code, err } = await boardwalk(...words)
      expect([code, err]).toEqual([1, expect.stringContaining(said)])
      expect(err).not.toContain('    at ')
    }
    const away = await commandLine(served.folder, { BOARDWALK_URL: 'http://127.0.0.1:1' })(
      'reconcile',
      'history.ndjson',
    )
    expect(away).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Stopped before line 1; run it again\./),
    })
  })
})
