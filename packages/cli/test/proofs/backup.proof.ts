import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { serverUser, startPostgres } from '@boardwalk/store/test-kit'
import { serveBoardwalk, type ServedBoardwalk } from '../served-boardwalk.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const entry = fileURLToPath(new URL('../../bin/boardwalk.js', import.meta.url))
const people = Number(process.env['PROOF_PEOPLE'] ?? 30)
const schema = 'boardwalk'

let folder: string
const stopping: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'boardwalk-backup-'))
  await chmod(folder, 0o755)
  // What the guide calls npx is this checkout.
  await writeFile(join(folder, 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${entry}" "$@"\n`, {
    mode: 0o755,
  })
})
afterEach(async () => {
  for (const stop of stopping.splice(0).reverse()) await stop()
  await rm(folder, { recursive: true, force: true })
})

/** The shell block of the guide below `<!-- run: name -->`, as it stands there. */
const blockOf = async (name: string): Promise<string> => {
  const guide = await readFile(join(root, 'docs/backup.md'), 'utf8')
  const block = new RegExp(`<!-- run: ${name} -->\\n\`\`\`sh\\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1]
  if (block === undefined) throw new Error(`docs/backup.md has no block ${name}`)
  return block
}

type User = { readonly uid?: number; readonly gid?: number }

const secrets = {
  BOARDWALK_JWT_SECRET: 'a secret of this test, longer than 32 bytes',
  BOARDWALK_API_KEY: 'an-api-key-of-this-test-longer-than-32-bytes',
}

const follow = async (name: string, variables: Record<string, string>, user: User = {}): Promise<string> => {
  const env = {
    ...secrets,
    PATH: `${folder}:/usr/lib/postgresql/15/bin:${process.env['PATH']}`,
    PORT: '0',
    SCHEMA: schema,
    ...variables,
  }
  // Whoever runs PostgreSQL may not enter the checkout.
  const cwd = user.uid === undefined ? root : folder
  const { stdout } = await promisify(execFile)('sh', ['-eu', '-c', await blockOf(name)], {
    cwd,
    env,
    ...user,
  })
  return stdout
}

const sql = async (url: string, statement: string): Promise<string> => {
  const words = ['--no-align', '--tuples-only', '--command', statement, url]
  return (await promisify(execFile)('psql', words)).stdout.trim()
}

const flow = {
  name: 'shop',
  priority: 1,
  steps: [
    { id: 'first', title: 'First', required: true },
    { id: 'second', title: 'Second', required: true },
  ],
}

const open = async (served: ServedBoardwalk): Promise<void> => {
  const { name, version } = await served.call('POST', '/api/admin/flows', flow)
  await served.call('POST', `/api/admin/flows/${name}/versions/${version}/publish`)
}

/** A host's server tells that somebody did a step. */
const done = (served: ServedBoardwalk, userId: string, step: string): Promise<any> =>
  served.call('PATCH', `/api/users/${userId}/onboarding/steps/${step}`, { status: 'done' })

const arrive = async (served: ServedBoardwalk, count: number, from = 0): Promise<void> => {
  for (let index = from; index < from + count; index++) {
    await served.call('PUT', `/api/users/person-${index}`, { attributes: { name: `Person ${index}` } })
    await done(served, `person-${index}`, 'first')
  }
}

const eventsOf = async (served: ServedBoardwalk, userId: string): Promise<string[]> => {
  const { events } = await served.call('GET', `/api/admin/people/${userId}/timeline?limit=100`)
  return events.map(({ type, stepId }: { type: string; stepId?: string }) => `${type} ${stepId ?? ''}`.trim())
}

const serve = async (settings: Record<string, string>): Promise<ServedBoardwalk> => {
  const served = await serveBoardwalk(settings)
  stopping.push(served.stop)
  return served
}

/** Stopped by hand, and not once more in the end. */
const stop = async (served: ServedBoardwalk): Promise<void> => {
  stopping.splice(stopping.indexOf(served.stop), 1)
  await served.stop()
}

/** What was done before goes on, and new things are told. */
const expectGoingOn = async (settings: Record<string, string>): Promise<void> => {
  const served = await serve(settings)
  expect(await eventsOf(served, 'person-0')).toContain('onboarding.step_completed first')
  await done(served, 'person-0', 'second')
  const events = await eventsOf(served, 'person-0')
  expect(events).toContain('onboarding.step_completed second')
  expect(events).toContain('onboarding.completed')
  await arrive(served, 1, 1_000_000)
  await stop(served)
}

test('a dump is restored into a younger server: the same rows, numbered anew, and the shop goes on', async () => {
  const old = await startPostgres({ flavour: 'debian-15' })
  const young = await startPostgres({ flavour: 'debian-15' })
  stopping.push(old.stop, young.stop)
  // So that the old one has counted more transactions.
  await sql(
    old.url,
    'do $$ begin for i in 1..3000 loop perform pg_current_xact_id(); commit; end loop; end $$',
  )
  const served = await serve({ DATABASE_URL: old.url })
  await open(served)
  await arrive(served, people)
  await stop(served)
  const before = await follow('checksums', { DATABASE_URL: old.url })
  expect(before).toMatch(new RegExp(`^person\\|${people}\\|[0-9a-f]{32}$`, 'm'))
  const variables = { DATABASE_URL: old.url, RESTORED_URL: young.url, BACKUP: join(folder, 'dump') }
  await follow('dump', variables)
  const erasing = await serve({ DATABASE_URL: old.url })
  await erasing.call('DELETE', '/api/users/person-1')
  const list = { ERASURES: join(folder, 'erasures.jsonl') }
  await follow('list-erasures', { ...list, BOARDWALK_URL: erasing.address })
  await stop(erasing)
  await follow('restore-dump', variables)
  expect(await follow('checksums', { DATABASE_URL: young.url })).toBe(before)
  const said = await follow('afterwards', variables)
  expect(said).toContain('numbered anew')
  expect(said).not.toContain('BAD')
  const again = await serve({ DATABASE_URL: young.url })
  expect(await eventsOf(again, 'person-1')).toContain('onboarding.step_completed first')
  expect(await follow('erase-again', { ...list, BOARDWALK_URL: again.address })).toMatch(/\b1\b/)
  expect(await eventsOf(again, 'person-1').catch(() => [])).toEqual([])
  await stop(again)
  await expectGoingOn({ DATABASE_URL: young.url })
  console.log(`dump: ${before.trim().split('\n').length} tables alike, ${people} people`)
})

test('a base backup and the archive bring back a moment: what came before it is there, what came after is not', async () => {
  const user = serverUser()
  const archive = join(folder, 'archive')
  await mkdir(archive)
  const own = join(folder, 'of postgres')
  await mkdir(own)
  for (const path of [archive, own]) {
    if (user.uid !== undefined && user.gid !== undefined) await chown(path, user.uid, user.gid)
  }
  const server = await startPostgres({
    flavour: 'debian-15',
    settings: { archive_mode: 'on', archive_command: `test ! -f "${archive}/%f" && cp "%p" "${archive}/%f"` },
  })
  stopping.push(server.stop)
  // Servers of tests are told both on their command line, which no backup has.
  await sql(server.url, "alter system set unix_socket_directories = '/tmp'")
  await sql(server.url, 'alter system set max_connections = 200')
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as { port: number }
  free.close()
  const restoredUrl = new URL(server.url)
  restoredUrl.port = String(port)
  const variables = {
    DATABASE_URL: server.url,
    RESTORED_URL: restoredUrl.href,
    RESTORED_PORT: String(port),
    BASE: join(own, 'base'),
    RESTORED: join(own, 'restored'),
    ARCHIVE: archive,
  }

  const served = await serve({ DATABASE_URL: server.url })
  await open(served)
  await arrive(served, 1)
  await follow('base-backup', variables, user)
  await arrive(served, people - 1, 1)
  await stop(served)
  const before = await follow('checksums', { DATABASE_URL: server.url })
  const moment = await sql(server.url, 'select clock_timestamp()')
  await sleep(50)
  await sql(server.url, `delete from ${schema}.step_state`)
  const last = await sql(server.url, 'select pg_walfile_name(pg_switch_wal())')
  await expect.poll(() => readdir(archive), { timeout: 60_000 }).toContain(last)

  const words = ['stop', '-m', 'immediate', '-D', variables.RESTORED]
  // It is there to be stopped only if the guide brought it up.
  stopping.push(() =>
    promisify(execFile)('/usr/lib/postgresql/15/bin/pg_ctl', words, { ...user, cwd: '/' }).catch(
      () => undefined,
    ),
  )
  await follow('restore-moment', { ...variables, MOMENT: moment }, user).catch(async (error: unknown) => {
    throw new Error(await readFile(join(variables.RESTORED, 'log'), 'utf8'), { cause: error })
  })
  await follow('recovered', variables)
  expect(await follow('checksums', { DATABASE_URL: restoredUrl.href })).toBe(before)
  expect(await follow('checksums', { DATABASE_URL: server.url })).not.toBe(before)
  expect(await follow('afterwards', variables)).not.toContain('BAD')
  await expectGoingOn({ DATABASE_URL: restoredUrl.href })
  console.log(`moment: ${people} people as they were at ${moment}`)
})

test('the folder of an embedded database is copied while it stands still, and copied back', async () => {
  const data = join(folder, 'data')
  const served = await serve({ BOARDWALK_DATA: data })
  await open(served)
  await arrive(served, 2)
  await stop(served)
  const variables = { BOARDWALK_DATA: data, BACKUP: join(folder, 'copy') }
  await follow('copy-folder', variables)
  const wrong = await serve({ BOARDWALK_DATA: data })
  await wrong.call('DELETE', '/api/users/person-0')
  expect(await eventsOf(wrong, 'person-0').catch(() => [])).not.toContain('onboarding.step_completed first')
  await stop(wrong)
  expect(await follow('restore-folder', variables)).not.toContain('BAD')
  await expectGoingOn({ BOARDWALK_DATA: data })
})
