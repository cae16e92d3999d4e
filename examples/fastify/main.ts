import { readArguments, runUntilStopped } from '../shop/run.ts'
import { createApp } from './app.ts'

const { port, data } = readArguments()
const app = await createApp(data)
await app.listen({ port, host: '127.0.0.1' })
runUntilStopped(app.server, () => app.close())
