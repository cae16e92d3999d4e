// Loaded into a server before it starts: tells the file named how the process fares, every SOAK_PROBE_MS.
import { appendFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

export type Probe = {
  /** Seconds since the process began. */
  readonly at: number
  readonly rss: number
  readonly heap: number
  readonly delayP50Ms: number
  readonly delayP99Ms: number
}

const file = process.env['SOAK_PROBE_FILE']
const resolutionMs = 10

if (file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()
  setInterval(() => {
    const { rss, heapUsed: heap } = process.memoryUsage()
    // What is measured is the time from one tick of a timer to the next.
    const beyond = (percentile: number): number => delay.percentile(percentile) / 1e6 - resolutionMs
    const probe: Probe = {
      at: process.uptime(),
      rss,
      heap,
      delayP50Ms: beyond(50),
      delayP99Ms: beyond(99),
    }
    delay.reset()
    appendFileSync(file, `${JSON.stringify(probe)}\n`)
  }, Number(process.env['SOAK_PROBE_MS'])).unref()
}
