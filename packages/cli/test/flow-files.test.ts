import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandLine, serveIn, type Ended, type Served } from './command-line.ts'

const shipped = fileURLToPath(new URL('../../../flows/', import.meta.url))

const bad = `name: Bad
steps:
  - id: a
    title: A
    wieght: 3
  - id: b
    title: 7
    dependsOn: [nope]
`

describe('flows as files', () => {
  let folder: string
  let served: Served
  let boardwalk: (...words: string[]) => Promise<Ended>
  const write = (file: string, text: string) => writeFile(join(folder, file), text)
  const read = (file: string) => readFile(join(folder, file), 'utf8')
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boardwalk-flows-'))
    await cp(shipped, join(folder, 'flows'), { recursive: true })
    served = await serveIn(folder)
    boardwalk = commandLine(folder, { BOARDWALK_URL: served.address })
  })
  afterAll(async () => {
    await served.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('every problem of every file is told with its line and column, and the sound ones are named', async () => {
    await write('bad.yaml', bad)
    await write('bad.json', '{"name":"x",\n "steps":[\n  {"id":"A","title":"t"}, {"id":"b"}\n ]}')
    await write('syntax.json', '{"name":"x",\n "steps":[1,]}')
    await write('syntax.yaml', 'name: [x\nsteps: 1\n')
    await write('twice.json', '{"name":"x",\n "name":"y","steps":[{"id":"a","title":"t"}]}')
    await write('bad.ts', 'export default { name: "t", steps: [{ id: "A", title: "x" }] }\n')
    const files = ['bad.yaml', 'bad.json', 'none.yaml', 'syntax.json', 'syntax.yaml', 'twice.json', 'bad.ts']
    const { code, out, err } = await boardwalk('flows', 'validate', ...files, 'flows/shop.json')
    expect([code, out]).toEqual([1, 'flows/shop.json: flow "shop" with 7 steps is sound\n'])
    for (const line of [
      /^bad\.yaml:1:7 name: found string "Bad", expected a name/m,
      /^bad\.yaml:5:5 steps\[0\]\.wieght: found number 3, expected no field of this name$/m,
      /^bad\.yaml:7:12 steps\[1\]\.title: found number 7, expected a text/m,
      /^bad\.yaml:8:17 steps\[1\]\.dependsOn\[0\]: found "nope"/m,
      /^bad\.json:3:9 steps\[0\]\.id: found string "A"/m,
      /^bad\.json:3:27 steps\[1\]\.title: found nothing/m,
      /^none\.yaml: cannot be read/m,
      /^syntax\.json:2:13: is not JSON: Unexpected token '\]'$/m,
      /^syntax\.yaml:2:1: /m,
      /^twice\.json:2:2: Map keys must be unique$/m,
      /^bad\.ts steps\[0\]\.id: found string "A"/m,
    ])
      expect(err).toMatch(line)
  })

  test('editors and CI read the same as JSON', async () => {
    await write('bad.yaml', bad)
    const { code, out } = await boardwalk('flows', 'validate', '--json', 'bad.yaml', 'flows/shop.json')
    const { files } = JSON.parse(out)
    expect(code).toBe(1)
    expect(files[0]).toMatchObject({ file: 'bad.yaml', sound: false })
    expect(files[0].problems[0]).toMatchObject({ line: 1, column: 7, path: 'name', found: 'string "Bad"' })
    expect(files[1]).toMatchObject({ sound: true, flow: 'shop', problems: [] })
  })

  test('a diff says field by field what differs from what is in force, by its exit code too', async () => {
    expect(await boardwalk('flows', 'diff', 'flows/shop.json')).toMatchObject({ code: 2 })
    await boardwalk('flows', 'push', 'flows/shop.json', '--publish')
    expect(await boardwalk('flows', 'diff', 'flows/shop.json')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/equal to version 1 of "shop" \(sha256:[0-9a-f]{12}\)/),
    })
    const document = JSON.parse(await read('flows/shop.json'))
    const [email, payments, theme, ...rest] = document.steps
    const steps = [
      { ...payments, weight: 35 },
      email,
      { ...theme, id: 'look', renamedFrom: 'theme' },
      ...rest.slice(1),
      { id: 'tour', title: 'Tour' },
    ]
    await write('edited.json', JSON.stringify({ ...document, priority: 5, steps }))
    const { code, out } = await boardwalk('flows', 'diff', 'edited.json')
    expect(code).toBe(2)
    for (const line of [
      /^ {2}~ priority: 0 → 5$/m,
      /^ {2}~ steps\.payments\.weight: 30 → 35$/m,
      /^ {2}~ steps\.look: renamed from theme$/m,
      /^ {2}\+ steps\.tour: /m,
      /^ {2}- steps\.product: /m,
      /^ {2}~ order of steps: email_verification, payments/m,
    ])
      expect(out).toMatch(line)
    expect(out.split('\n').filter(Boolean)).toHaveLength(8)
    expect(await boardwalk('flows', 'diff', 'flows/shop.json', '--against', '9')).toMatchObject({
      code: 1,
      err: expect.stringContaining('version_not_found'),
    })
    expect((await boardwalk('flows', 'diff', 'bad.yaml')).code).toBe(1)
  })

  test('what is pulled and pushed elsewhere has the same identity', async () => {
    const before = await read('flows/shop.json')
    expect((await boardwalk('flows', 'pull', 'shop')).out).toContain('flows/shop.json is already version 1')
    expect(await read('flows/shop.json')).toBe(before)
    const pulled = await boardwalk('flows', 'pull', '--directory', 'fresh')
    const identity = /sha256:\w{12}/.exec(pulled.out)?.[0] ?? 'none'
    expect(Object.keys(JSON.parse(await read('fresh/shop.json')))).toEqual([
      'name',
      'title',
      'steps',
      'gates',
    ])
    const other = await mkdtemp(join(tmpdir(), 'boardwalk-other-'))
    const elsewhere = await serveIn(other)
    const there = commandLine(folder, { BOARDWALK_URL: elsewhere.address })
    expect((await there('flows', 'push', 'fresh/shop.json', '--publish')).out).toContain(identity)
    expect((await there('flows', 'list')).out).toBe(`shop: in force version 1 ${identity}\n`)
    await elsewhere.stop()
    await rm(other, { recursive: true })
  })

  test('a pull keeps the order and the $schema of the file, and writes beside no other form of it', async () => {
    const document = JSON.parse(await read('fresh/shop.json'))
    const { steps, name, ...rest } = document
    const [first, ...others] = steps
    const { id, ...fields } = first
    const written = {
      $schema: './flow.json',
      steps: [{ ...fields, weight: 99, id }, ...others],
      ...rest,
      name,
    }
    await mkdir(join(folder, 'mine'))
    await write('mine/shop.json', JSON.stringify(written))
    expect((await boardwalk('flows', 'pull', 'shop', '--directory', 'mine')).code).toBe(0)
    const after = JSON.parse(await read('mine/shop.json'))
    expect(Object.keys(after)).toEqual(Object.keys(written))
    expect(Object.keys(after.steps[0]).at(-1)).toBe('id')
    expect(after).toEqual({ ...document, $schema: './flow.json' })
    await write('mine/saas.yaml', 'name: saas\nsteps: []\n')
    await boardwalk('flows', 'push', 'flows/saas.json', '--publish')
    expect(await boardwalk('flows', 'pull', 'saas', '--directory', 'mine')).toMatchObject({
      code: 1,
      err: expect.stringContaining('mine/saas.yaml is there'),
    })
  })

  test('who pushes what they have from before is told what another has changed since', async () => {
    const flow = (weight: number) =>
      JSON.stringify({ name: 'team', steps: [{ id: 'a', title: 'A', weight }] })
    await write('team.json', flow(1))
    await boardwalk('flows', 'push', 'team.json')
    await mkdir(join(folder, 'colleague'))
    await write('colleague/team.json', flow(2))
    const colleague = commandLine(join(folder, 'colleague'), { BOARDWALK_URL: served.address })
    expect((await colleague('flows', 'push', 'team.json')).out).toContain('version 2 (draft)')
    await write('team.json', flow(3))
    const refused = await boardwalk('flows', 'push', 'team.json')
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/Version 2 by key:first[\s\S]*steps\.a\.weight: 1 → 2/)
    expect((await boardwalk('flows', 'push', 'team.json', '--base', '1')).code).toBe(1)
    expect((await boardwalk('flows', 'push', 'team.json', '--base', '2')).out).toContain('version 3 (draft)')
    await write('colleague/team.json', flow(4))
    expect((await colleague('flows', 'push', 'team.json', '--force')).out).toContain('version 4 (draft)')
  })

  test('rolling back and deprecating move what is in force', async () => {
    await boardwalk('flows', 'push', 'team.json', '--force', '--publish', '--reason', 'try')
    await write('team.json', JSON.stringify({ name: 'team', steps: [{ id: 'b', title: 'B' }] }))
    await boardwalk('flows', 'push', 'team.json', '--publish')
    const listed = async () => /^team: .*$/m.exec((await boardwalk('flows', 'list')).out)?.[0]
    expect(await listed()).toMatch(/in force version 6/)
    expect((await boardwalk('flows', 'rollback', 'team', '5', '--reason', 'no')).code).toBe(0)
    expect(await listed()).toMatch(/in force version 5 sha256:\w{12}; newest version 6/)
    expect((await boardwalk('flows', 'deprecate', 'team')).code).toBe(0)
    expect(await listed()).toMatch(/in force none/)
    expect((await boardwalk('flows', 'deprecate', 'team')).code).toBe(1)
    expect((await boardwalk('flows', 'rollback', 'team', 'x')).code).toBe(1)
    expect(JSON.parse((await boardwalk('flows', 'list', '--json')).out).flows).toHaveLength(3)
  })
})
