// Loaded before a server that will not end by itself: what it does every hour, it does twice a second; and what it compiled
// is there for the next one (NODE_COMPILE_CACHE).
import { flushCompileCache } from 'node:module'

const { setInterval: wait } = globalThis
const hour = 3_600_000

globalThis.setInterval = Object.assign(
  (work: () => void, ms?: number) => wait(work, ms === hour ? 500 : ms),
  wait,
)

setTimeout(flushCompileCache, 1_000).unref()
