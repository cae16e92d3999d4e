import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandLine, secrets, serveIn, type Ended, type Served } from './command-line.ts'

const root = new URL('../../../', import.meta.url)
const shop = fileURLToPath(new URL('flows/shop.json', root))
const example = fileURLToPath(new URL('examples/moving-in/', root))

describe('moving in', () => {
  let folder: string
  let served: Served
  let boardwalk: (...words: string[]) => Promise<Ended>
  const write = (file: string, text: string) => writeFile(join(folder, file), text)
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boardwalk-moving-'))
    await cp(example, join(folder, 'example'), { recursive: true })
    served = await serveIn(folder)
    boardwalk = commandLine(folder, { BOARDWALK_URL: served.address })
    await boardwalk('flows', 'push', shop, '--publish')
  })
  afterAll(async () => {
    await served.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const get = async (path: string): Promise<any> => {
    const headers = { authorization: `Bearer ${secrets.BOARDWALK_API_KEY}` }
    return (await fetch(served.address + path, { headers })).json()
  }
  /** Steps that are not to be done, as `id status time`. */
  const settled = async (userId: string): Promise<string[]> =>
    (await get(`/api/users/${userId}/export`)).enrolments
      .flatMap(({ steps }: any) => steps)
      .filter(({ status }: any) => status !== 'todo')
      .map(({ stepId, status, settledAt }: any) => `${stepId} ${status} ${settledAt}`)
      .toSorted()

  test('the example of the documentation moves in, dry at first, and repeating it changes nothing', async () => {
    const words = ['import', 'example/people.csv', '--mapping', 'example/mapping.yaml']
    const dry = await boardwalk(...words, '--dry-run')
    expect(dry).toMatchObject({ code: 0, out: expect.stringContaining('4 people would be imported') })
    expect((await get('/api/users/u-2/onboarding')).error).toBe('person_not_found')
    expect((await boardwalk(...words)).out).toContain('4 people imported, 0 unchanged, 0 refused')
    expect(await settled('u-2')).toEqual([
      'email_verification done 2025-02-01T08:01:00.000Z',
      'product done 2025-02-02T12:30:00.000Z',
      'theme done 2025-02-02T12:30:00.000Z',
    ])
    const { steps } = await get('/api/users/u-2/onboarding')
    expect(steps.find(({ id }: any) => id === 'domain').status).toBe('skipped')
    expect((await get('/api/users/u-3/export')).enrolments[0].startedAt).toBe('2025-03-10T09:00:00.000Z')
    expect((await boardwalk(...words)).out).toContain('0 people imported, 4 unchanged, 0 refused')
    expect(existsSync(join(folder, 'example/people.csv.import-progress.json'))).toBe(false)
  })

  test('what was not understood is told by line and by step, and the rest is imported', async () => {
    await write(
      'odd.csv',
      [
        '\uFEFFid;done;theme_at',
        'o-1;setup_payment|old_tour|theme;2025-01-01 10:00:00+02',
        ';theme;',
        'o-2;theme;yesterday',
        'o-3;theme;2025-02-31',
        'o-4;theme;;more',
        'o-5;old_tour;1735722000',
        '"o-6";"theme";"0000-00-00 00:00:00"',
        `${'x'.repeat(256)};theme;`,
        '',
      ].join('\r\n'),
    )
    await write(
      'odd.yaml',
      'flow: shop\nuserId: id\ndelimiter: ";"\ncompleted: { column: done, separator: "|" }\nsteps: { theme: theme_at }\nnames: { setup_payment: payments }\n',
    )
    const { code, out } = await boardwalk(
      'import',
      'odd.csv',
      '--mapping',
      'odd.yaml',
      '--report',
      'odd.json',
    )
    expect(code).toBe(1)
    expect(out).toContain('8 rows: 3 people imported, 0 unchanged, 5 refused')
    expect(out).toContain('step "old_tour" is no step of the flow: left out 2 times, first at line 2')
    expect(out).toContain('step "payments" belongs to an account')
    const report = JSON.parse(await readFile(join(folder, 'odd.json'), 'utf8'))
    expect(report.problems.map(({ line, reason }: any) => `${line} ${reason}`)).toEqual([
      '3 id: found "", expected the id of a person',
      expect.stringMatching(/^4 theme_at: found "yesterday", expected a status/),
      expect.stringMatching(/^5 theme_at: found "2025-02-31"/),
      '6 found 4 values, expected 3 as in the header',
      expect.stringMatching(/^9 userId: found string "xxx/),
    ])
    expect(await settled('o-1')).toEqual(['theme done 2025-01-01T08:00:00.000Z'])
    expect(await settled('o-5')).toEqual(['theme done 2025-01-01T09:00:00.000Z'])
  })

  test('JSON and NDJSON say the same in arrays, objects and nested fields', async () => {
    const people = [
      { user: { id: 'j-1' }, progress: { verify_email: '2025-01-01T00:00:00Z', add_product: false } },
      { user: { id: 'j-2' }, progress: ['verify_email', 'add_product'], at: 1_735_689_600_000 },
      { user: { id: 'j-3' }, progress: '{verify_email,add_product}', at: '2025-01-01' },
      { user: { id: 'j-4' }, progress: '{"verify_email":true}', at: '2025-01-01', note: 'a "}],[{" b' },
      // Rows of one person that stand together.
      { user: { id: 'j-5' }, progress: 'verify_email', at: '2025-01-03' },
      { user: { id: 'j-5' }, progress: 'add_product', at: '2025-01-02' },
    ]
    await write(
      'mapping.json',
      JSON.stringify({
        userId: 'user.id',
        completed: { column: 'progress', at: 'at' },
        names: { verify_email: 'email_verification', add_product: 'product' },
      }),
    )
    const lines = people.map((one) => JSON.stringify(one))
    await write('people.json', `[\n${lines.join(',\n')}\n]\n`)
    await write('people.ndjson', `${lines.join('\n')}\nnonsense\n[]\n`)
    const first = await boardwalk('import', 'people.json', '--mapping', 'mapping.json', '--flow', 'shop')
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('6 rows: 5 people imported') })
    expect(await settled('j-1')).toEqual(['email_verification done 2025-01-01T00:00:00.000Z'])
    for (const userId of ['j-2', 'j-3'])
      expect(await settled(userId)).toEqual([
        'email_verification done 2025-01-01T00:00:00.000Z',
        'product done 2025-01-01T00:00:00.000Z',
      ])
    expect(await settled('j-4')).toHaveLength(1)
    expect(await settled('j-5')).toEqual([
      'email_verification done 2025-01-03T00:00:00.000Z',
      'product done 2025-01-02T00:00:00.000Z',
    ])
    expect((await get('/api/users/j-5/export')).enrolments[0].startedAt).toBe('2025-01-02T00:00:00.000Z')
    const second = await boardwalk('import', 'people.ndjson', '--mapping', 'mapping.json', '--flow', 'shop')
    expect(second).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        /8 rows: 0 people imported, 5 unchanged, 2 refused[\s\S]*line 7: [\s\S]*line 8: /,
      ),
    })
  })

  test('it ends with 2 when nothing can be done: a bad mapping, a missing column, no file', async () => {
    await write('bad.yaml', 'userId: id\ncolour: red\nsteps:\n  Theme: x\n')
    const bad = await boardwalk('import', 'odd.csv', '--mapping', 'bad.yaml')
    expect(bad).toMatchObject({
      code: 2,
      err: expect.stringMatching(/bad\.yaml:2:1 colour[\s\S]*bad\.yaml:4:3 steps\.Theme/),
    })
    await write('other.yaml', 'userId: user_id\n')
    const other = await boardwalk('import', 'example/people.csv', '--mapping', 'other.yaml')
    expect(other).toMatchObject({
      code: 2,
      err: expect.stringContaining('has no column "user_id". It has: id,'),
    })
    const none = await boardwalk('import', 'none.csv', '--mapping', 'other.yaml')
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining('none.csv cannot be read') })
    expect((await boardwalk('import', 'none.csv')).code).toBe(2)
  })
})
