import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { forEachPostgres, freshSchema } from '@boardwalk/store/test-kit'
import { flowFile } from '../open-house.ts'
import { freePort, startNginx } from './nginx.ts'
import { hasHistory, previousRelease } from './previous-release.ts'
import { publishFlow, startServer, type ServerProcess } from './server-process.ts'
import { lostSteps, steadyLoad } from './steady-load.ts'

const perSecond = Number(process.env['PROOF_PER_SECOND'] ?? 30)
// How long old and new stand side by side on the new schema.
const besideMs = Number(process.env['PROOF_BESIDE_SECONDS'] ?? 5) * 1000

forEachPostgres((name, url) => {
  const stopping: (() => unknown)[] = []
  afterEach(async () => {
    for (const stop of stopping.splice(0).reverse()) await stop()
  })

  // Where the history is there, this must run; a shallow clone is skipped by name.
  test.skipIf(!hasHistory())(
    'the previous version serves on the new schema, side by side with the new one, until both are replaced: no request fails',
    async () => {
      const previous = previousRelease()
      stopping.push(previous.remove)
      const ports = [await freePort(), await freePort()] as const
      const settings = { DATABASE_URL: url, BOARDWALK_SCHEMA: freshSchema() }
      const servers: ServerProcess[] = []
      // The previous version may know no BOARDWALK_DRAIN_SECONDS: it is asked to stop only once nginx has left it.
      const start = (which: 0 | 1, isNew: boolean): Promise<ServerProcess> =>
        isNew
          ? startServer({ ...settings, PORT: String(ports[which]), BOARDWALK_DRAIN_SECONDS: '4' })
          : startServer(settings, [previous.program, 'serve', '--port', String(ports[which])])
      servers.push(await start(0, false), await start(1, false))
      stopping.push(() => Promise.all(servers.map((server) => server.kill())))
      await publishFlow(servers[0]!.server, flowFile('shop'))
      const nginx = await startNginx(ports)
      stopping.push(nginx.stop)

      const load = steadyLoad(nginx.address, perSecond)
      await sleep(1_000)
      for (const which of [0, 1] as const) {
        await nginx.without(ports[which])
        expect(await servers[which]!.stop()).toBe(0)
        servers[which] = await start(which, true)
        await nginx.without()
        await sleep(besideMs)
      }
      const { failed, acknowledged } = await load.stop()
      console.log(
        `${name}: from ${previous.commit.slice(0, 8)}, ${previous.newMigrations.length} new migrations, ` +
          `${load.answered()} requests answered (slowest ${load.slowest()} ms), ${failed.length} failed`,
      )
      expect(previous.newMigrations.length).toBeGreaterThan(0)
      expect(failed.slice(0, 5)).toEqual([])
      expect(acknowledged.length).toBeGreaterThan(0)
      expect(await lostSteps(nginx.address, acknowledged)).toEqual([])
    },
  )

  test.skipIf(!hasHistory())(
    'the previous version does not start on a schema that is newer than it',
    async () => {
      const previous = previousRelease()
      stopping.push(previous.remove)
      const settings = { DATABASE_URL: url, BOARDWALK_SCHEMA: freshSchema() }
      const now = await startServer(settings)
      stopping.push(now.kill)
      const env = { PATH: process.env['PATH'], ...settings, PORT: '0' }
      const started = promisify(execFile)(process.execPath, [previous.program, 'serve'], { env })
      await expect(started).rejects.toThrow('the database is newer')
    },
  )
})
