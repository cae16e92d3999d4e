import { once } from 'node:events'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { closed, readArguments, runUntilStopped } from '../shop/run.ts'
import { createApp } from './app.ts'

const { port, data } = readArguments()
const { app, stop } = await createApp(data)
const server = createAdaptorServer({ fetch: app.fetch }) as Server
server.listen(port, '127.0.0.1')
await once(server, 'listening')
runUntilStopped(server, async () => {
  await closed(server)
  await stop()
})
