import type pg from 'pg'
import { quoteIdentifier } from './database.ts'
import { clientSession } from './client-session.ts'

const longestPauseMs = 5_000
const heartbeatMs = 30_000

/** One connection that only listens, so that a busy pool delays no notice. Opened at the first `listen`, reopened for ever after. */
export function postgresListener(newClient: () => pg.Client) {
  const channels = new Map<string, Set<(payload: string) => void>>()
  let client: pg.Client | undefined
  let connecting: Promise<void> | undefined
  let closed = false
  let heartbeat: NodeJS.Timeout | undefined
  let pause: { timer: NodeJS.Timeout; wake: () => void } | undefined

  async function connect(): Promise<void> {
    const next = newClient()
    // The error also ends the connection, and 'end' is what we act on; without a listener it would end the process.
    next.on('error', () => {})
    let ended = false
    next.once('end', () => {
      ended = true
      if (client !== next) return
      client = undefined
      clearInterval(heartbeat)
      if (!closed) connecting = reconnect()
    })
    next.on('notification', (notice) =>
      channels.get(notice.channel)?.forEach((wake) => wake(notice.payload ?? '')),
    )
    try {
      await next.connect()
      for (const channel of channels.keys()) await next.query(`listen ${quoteIdentifier(channel)}`)
      if (ended) throw Object.assign(new Error('Connection terminated unexpectedly'), { code: '08006' })
    } catch (error) {
      void next.end().catch(() => {})
      throw error
    }
    // Nothing travels on a quiet listener, so a network that swallows packets shows only when asked.
    heartbeat = setInterval(() => {
      const ping = { name: 'listener_heartbeat', text: 'select 1' }
      clientSession(next, longestPauseMs)
        .query(ping)
        .catch(() => next.end())
    }, heartbeatMs).unref()
    client = next
  }

  async function reconnect(): Promise<void> {
    for (let attempt = 0; !closed; attempt++) {
      // Full jitter: many processes that lost the same server must not come back in step.
      await sleep(Math.random() * Math.min(longestPauseMs, 50 * 2 ** attempt))
      if (closed) return
      try {
        await connect()
        for (const wakes of channels.values()) for (const wake of wakes) wake('')
        return
      } catch {
        // Tried again after a longer pause; statements of the pool report the outage to those who ask.
      }
    }
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      pause = { timer: setTimeout(resolve, ms), wake: resolve }
    })
  }

  async function listen(channel: string, onNotice: (payload: string) => void): Promise<() => Promise<void>> {
    const wakes = channels.get(channel) ?? new Set()
    const wake = (payload: string) => onNotice(payload)
    channels.set(channel, wakes.add(wake))
    try {
      if (client === undefined) await (connecting ??= connect())
      // Also for a known channel: the listener before may still be on its way to the server.
      await client?.query(`listen ${quoteIdentifier(channel)}`)
    } catch (error) {
      if (client === undefined) connecting = undefined
      await forget()
      throw error
    }
    return forget

    async function forget(): Promise<void> {
      wakes.delete(wake)
      if (wakes.size > 0 || channels.get(channel) !== wakes) return
      channels.delete(channel)
      await client?.query(`unlisten ${quoteIdentifier(channel)}`).catch(() => {})
    }
  }

  async function close(): Promise<void> {
    closed = true
    clearTimeout(pause?.timer)
    pause?.wake()
    await connecting?.catch(() => {})
    await client?.end()
  }

  return { listen, close }
}
