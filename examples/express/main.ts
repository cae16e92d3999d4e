import { once } from 'node:events'
import { closed, readArguments, runUntilStopped } from '../shop/run.ts'
import { createApp } from './app.ts'

const { port, data } = readArguments()
const { app, stop } = await createApp(data)
const server = app.listen(port, '127.0.0.1')
await once(server, 'listening')
runUntilStopped(server, async () => {
  await closed(server)
  await stop()
})
