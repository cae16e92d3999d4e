import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Request } from './load.ts'

export type Asked = {
  /** Seconds since the load began, when it was due. */
  readonly at: number
  /** From the moment it was due, so that a server that stands still is not measured less often. */
  readonly tookMs: number
  /** 0: there was no answer. */
  readonly status: number
}

const turnMs = 5

const send = (agent: Agent, address: string, { method, path, headers, body }: Request): Promise<number> =>
  new Promise((resolve) => {
    const sent = request(new URL(path, address), { agent, method, headers }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode ?? 0))
      response.once('error', () => resolve(0))
    })
    sent.setTimeout(10_000, () => sent.destroy(new Error('no answer')))
    sent.once('error', () => resolve(0))
    sent.end(body)
  })

/** So many requests a second, whether or not those before are answered. */
export const askSteadily = async (
  address: string,
  rate: number,
  seconds: number,
  next: () => Promise<Request>,
): Promise<Asked[]> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 128 })
  const answers: Promise<Asked>[] = []
  const began = performance.now()
  const all = Math.floor(rate * seconds)
  for (let sent = 0; sent < all;) {
    const elapsed = performance.now() - began
    for (; sent < all && (sent / rate) * 1000 <= elapsed; sent++) {
      const due = began + (sent / rate) * 1000
      answers.push(
        next()
          .then((one) => send(agent, address, one))
          .then((status) => ({ at: (due - began) / 1000, tookMs: performance.now() - due, status })),
      )
    }
    await sleep(turnMs)
  }
  const asked = await Promise.all(answers)
  agent.destroy()
  return asked
}

/** Requests a second when `callers` ask one after another without a pause. */
export const limitOf = async (
  address: string,
  callers: number,
  seconds: number,
  next: () => Promise<Request>,
): Promise<number> => {
  const agent = new Agent({ keepAlive: true, maxSockets: callers })
  const until = performance.now() + seconds * 1000
  let count = 0
  const caller = async (): Promise<void> => {
    while (performance.now() < until) {
      const status = await send(agent, address, await next())
      if (status >= 200 && status < 300) count += 1
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  agent.destroy()
  return count / seconds
}
