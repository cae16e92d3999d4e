import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { forEachPostgres, freshSchema } from '@boardwalk/store/test-kit'
import { flowFile, tokenOf } from '../open-house.ts'
import { openStream } from '../open-stream.ts'
import { freePort, startNginx, type Nginx } from './nginx.ts'
import { publishFlow, startServer, type ServerProcess } from './server-process.ts'
import { lostSteps, steadyLoad } from './steady-load.ts'

const drains = Number(process.env['PROOF_DRAINS'] ?? 3)
const perSecond = Number(process.env['PROOF_PER_SECOND'] ?? 60)
const drainSeconds = process.env['PROOF_DRAIN_SECONDS'] ?? '4'

forEachPostgres((name, url) => {
  const stopping: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const stop of stopping.splice(0).reverse()) await stop()
  })

  type Pair = {
    nginx: Nginx
    servers: [ServerProcess, ServerProcess]
    replace: (which: 0 | 1) => Promise<void>
  }
  const startPair = async (seconds: string, changed?: (configuration: string) => string): Promise<Pair> => {
    const ports = [await freePort(), await freePort()] as const
    const settings = { DATABASE_URL: url, BOARDWALK_SCHEMA: freshSchema(), BOARDWALK_DRAIN_SECONDS: seconds }
    const start = (which: 0 | 1): Promise<ServerProcess> =>
      startServer({ ...settings, PORT: String(ports[which]) })
    const servers: [ServerProcess, ServerProcess] = [await start(0), await start(1)]
    stopping.push(() => Promise.all(servers.map((server) => server.kill())))
    await publishFlow(servers[0].server, flowFile('shop'))
    const nginx = await startNginx(ports, changed)
    stopping.push(nginx.stop)
    return {
      nginx,
      servers,
      replace: async (which) => {
        expect(await servers[which].stop()).toBe(0)
        servers[which] = await start(which)
      },
    }
  }

  test(`${drains} × each of two processes behind nginx is replaced: no request fails, nothing acknowledged is lost`, async () => {
    const { nginx, replace } = await startPair(drainSeconds)
    const load = steadyLoad(nginx.address, perSecond)
    await sleep(1000)
    for (let round = 0; round < drains; round++) {
      for (const which of [0, 1] as const) {
        await replace(which)
        await sleep(500)
      }
    }
    const { failed, acknowledged } = await load.stop()
    console.log(
      `${name}: ${2 * drains} processes drained behind nginx, ${load.answered()} requests answered (slowest ${load.slowest()} ms), ${failed.length} failed`,
    )
    expect(failed.slice(0, 5)).toEqual([])
    expect(acknowledged.length).toBeGreaterThan(perSecond)
    expect(await lostSteps(nginx.address, acknowledged)).toEqual([])
  })

  test('streams through nginx end in good order when their process drains, and open again at the other one', async () => {
    const { nginx, servers, replace } = await startPair(drainSeconds)
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, index) => tokenOf(`listener-${index}`, { role: 'owner', market: 'FR' })),
    )
    const streams = await Promise.all(tokens.map((token) => openStream(nginx.address, token)))
    let goingOn = 0
    for (const which of [0, 1] as const) {
      const stopped = replace(which)
      const endings = await Promise.all(
        streams.map((stream) => Promise.race([stream.ended, sleep(1500, 'open' as const)])),
      )
      expect(endings).not.toContain('broken')
      goingOn += endings.filter((ending) => ending === 'open').length
      for (const [index, ending] of endings.entries()) {
        if (ending === 'ended') streams[index] = await openStream(nginx.address, tokens[index] ?? '')
      }
      expect(streams.map(({ status }) => status)).toEqual(tokens.map(() => 200))
      await stopped
    }
    // Nobody lost a stream of the process that went on.
    expect(goingOn).toBeGreaterThan(0)
    const changesBefore = streams.map((stream) => stream.changes())
    await publishFlow(servers[0].server, { ...flowFile('shop'), priority: 7 })
    await expect
      .poll(() => streams.every((stream, index) => stream.changes() > (changesBefore[index] ?? 0)))
      .toBe(true)
    for (const stream of streams) stream.hangUp()
  })
})
