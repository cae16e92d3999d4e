import { spawn, type ChildProcess } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, inject, onTestFinished, test } from 'vitest'
import { openDatabase } from '@boardwalk/store'
import { freshSchema } from '@boardwalk/store/test-kit'
import { commandLine, entry, secrets } from '../command-line.ts'

const rows = Number(process.env['PROOF_IMPORT_ROWS'] ?? 20_000)
const example = fileURLToPath(new URL('../../../../examples/moving-in/mapping.yaml', import.meta.url))
const shop = fileURLToPath(new URL('../../../../flows/shop.json', import.meta.url))

/** A minute apart, so that of a million nobody is of the future. */
const time = (index: number, minutes: number): string =>
  new Date(Date.UTC(2024, 0, 1) + (index + minutes) * 60_000).toISOString()

const kinds = [
  '[]',
  '[""verify_email""]',
  '[""verify_email"",""customize_theme""]',
  '[""verify_email"",""product_tour""]',
]

/** People of many kinds; every tenth of an account of two. Every row 1000 is one nobody can read. */
const writePeople = async (file: string): Promise<void> => {
  const out = createWriteStream(file)
  out.write('id,shop_id,role,country,created_at,completed_steps,skipped_steps,verified_at,last_step_at\n')
  for (let index = 0; index < rows; index++) {
    const at = index % 1000 === 999 ? 'yesterday' : time(index, 60)
    const shopId = index % 10 < 2 ? `s-${Math.floor(index / 10)}` : ''
    const steps = index % 10 === 0 ? '[""verify_email"",""setup_payment""]' : kinds[index % 4]
    const line = `u-${index},${shopId},owner,FR,${time(index, 0)},"${steps}","[]",,${at}\n`
    if (!out.write(line)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

const url = inject('postgresUrl')

test.skipIf(url === null)(
  `an import of ${rows} rows, whose command and whose server are killed in the middle, ends exact`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'boardwalk-import-'))
    const schema = freshSchema()
    const port = await freePort()
    const settings = {
      DATABASE_URL: url ?? '',
      BOARDWALK_SCHEMA: schema,
      PORT: String(port),
      BOARDWALK_LOG_LEVEL: 'error',
    }
    const database = await openDatabase({ url: url ?? '', schema, connections: 2 })
    const count = async (text: string): Promise<number> =>
      Number((await database.query<{ n: number }>({ name: hash('sha1', text), text }))[0]?.n)
    const imported = () => count('select count(*) as n from person').catch(() => 0)

    const serve = async (): Promise<ChildProcess> => {
      const child = spawn(process.execPath, [entry, 'serve'], {
        cwd: folder,
        env: { PATH: process.env['PATH'], ...secrets, ...settings },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      onTestFinished(() => void child.kill('SIGKILL'))
      await once(child.stdout, 'data')
      return child
    }
    const file = join(folder, 'people.csv')
    const words = ['import', file, '--mapping', example, '--report', 'report.json']
    const begin = (): ChildProcess => {
      const child = spawn(process.execPath, [entry, ...words], {
        cwd: folder,
        env: { PATH: process.env['PATH'], ...secrets, ...settings },
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      onTestFinished(() => void child.kill('SIGKILL'))
      return child
    }
    const kill = async (child: ChildProcess): Promise<void> => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }

    await writePeople(file)
    let server = await serve()
    const boardwalk = commandLine(folder, settings)
    expect((await boardwalk('flows', 'push', shop, '--publish')).code).toBe(0)

    const first = begin()
    await expect.poll(imported, { timeout: 600_000, interval: 20 }).toBeGreaterThan(rows / 5)
    await kill(first)
    const afterFirst = await imported()

    const second = begin()
    const ended = once(second, 'exit')
    await expect.poll(imported, { timeout: 600_000, interval: 20 }).toBeGreaterThan(rows / 2)
    await kill(server)
    const afterSecond = await imported()
    server = await serve()
    // It waits for the server that comes back; the unreadable rows make it end with 1.
    expect((await ended)[0]).toBe(1)

    const bad = Math.floor(rows / 1000)
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'))
    expect(report).toMatchObject({ rows, refused: bad })
    expect(report.imported + report.unchanged).toBe(rows - bad)
    expect(report.problems).toHaveLength(Math.min(bad, 10_000))

    const good = Array.from({ length: rows }, (_, index) => index).filter((index) => index % 1000 !== 999)
    const expected = {
      people: good.length,
      email: good.filter((index) => index % 10 === 0 || index % 4 > 0).length,
      theme: good.filter((index) => index % 10 !== 0 && index % 4 === 2).length,
      payments: good.filter((index) => index % 10 === 0).length,
    }
    const done = (step: string) =>
      count(
        `select count(*) as n from step_state where step_id = '${step}' and status = 'done' and source = 'import'`,
      )
    const told = (step: string) =>
      count(
        `select count(*) as n from happening where type = 'onboarding.step_completed' and step_id = '${step}'`,
      )
    expect(await imported()).toBe(expected.people)
    expect(await count('select count(*) as n from enrolment')).toBe(expected.people)
    expect([await done('email_verification'), await told('email_verification')]).toEqual([
      expected.email,
      expected.email,
    ])
    expect([await done('theme'), await told('theme')]).toEqual([expected.theme, expected.theme])
    expect([await count('select count(*) as n from account_step'), await told('payments')]).toEqual([
      expected.payments,
      expected.payments,
    ])
    expect(
      await count(`select count(*) as n from enrolment e join person p on p.id = e.person_id
        where e.started_at <> timestamptz '2024-01-01Z' + interval '1 minute' * substr(p.user_id, 3)::int`),
    ).toBe(0)
    expect(
      await count(`select count(*) as n from step_state s join person p on p.id = s.person_id
        where s.settled_at <> timestamptz '2024-01-01Z' + interval '1 minute' * (60 + substr(p.user_id, 3)::int)`),
    ).toBe(0)

    // Whoever shares an account is completed by what the other one did, a moment later.
    const completed = () => count(`select count(*) as n from enrolment where status = 'completed'`)
    await expect.poll(completed, { timeout: 600_000 }).toBe(expected.email)
    expect(
      await count(`select count(*) as n from enrolment e join person p on p.id = e.person_id
        where e.completed_at <> timestamptz '2024-01-01Z' + interval '1 minute' * (60 + substr(p.user_id, 3)::int)`),
    ).toBe(0)
    expect(await count(`select count(*) as n from happening where type = 'onboarding.offered'`)).toBe(0)

    const happenings = await count('select count(*) as n from happening')
    expect((await boardwalk(...words)).code).toBe(1)
    const again = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'))
    expect(again).toMatchObject({ rows, imported: 0, unchanged: rows - bad, refused: bad })
    expect(await count('select count(*) as n from happening')).toBe(happenings)
    console.log(
      `import of ${rows} rows: command killed at ${afterFirst} people, server at ${afterSecond}; exact, and unchanged when repeated`,
    )
    await kill(server)
    await database.close()
    await rm(folder, { recursive: true })
  },
)
