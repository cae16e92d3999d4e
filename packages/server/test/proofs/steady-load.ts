import { setTimeout as sleep } from 'node:timers/promises'
import { tokenOf } from '../open-house.ts'

export type Load = {
  /** How many requests were answered as they should be. */
  readonly answered: () => number
  /** How long the slowest of them took, in milliseconds. */
  readonly slowest: () => number
  /** Sends no more, and answers all that went wrong, and whose step was acknowledged as done. */
  readonly stop: () => Promise<{ failed: readonly string[]; acknowledged: readonly string[] }>
}

const step = 'email_verification'

const person = (userId: string): Promise<string> =>
  tokenOf(userId, { role: 'owner', market: 'FR', account: `account of ${userId}` })

/** What is asked of the API in turn: half of it changes something, and must not be sent twice by anybody on the way. */
const requests = async (userId: string): Promise<readonly (readonly [string, RequestInit])[]> => {
  const headers = { authorization: `Bearer ${await person(userId)}`, 'content-type': 'application/json' }
  const change = { method: 'PATCH', headers, body: JSON.stringify({ status: 'done' }) }
  const skip = { method: 'POST', headers, body: '{}' }
  return [
    ['/api/onboarding', { headers }],
    [`/api/onboarding/steps/${step}`, change],
    ['/api/onboarding', { headers }],
    ['/api/onboarding/skip', skip],
  ]
}

/** So many requests a second, whether or not the ones before were answered; each person comes four times. */
export const steadyLoad = (address: string, perSecond: number): Load => {
  const failed: string[] = []
  const acknowledged: string[] = []
  const open = new Set<Promise<void>>()
  let answered = 0
  let slowestMs = 0
  let sending = true

  const send = async (userId: string, path: string, request: RequestInit): Promise<void> => {
    const began = performance.now()
    try {
      const response = await fetch(`${address}${path}`, request)
      const text = await response.text()
      slowestMs = Math.max(slowestMs, performance.now() - began)
      if (response.ok) answered++
      else failed.push(`${request.method ?? 'GET'} ${path}: ${response.status} ${text.slice(0, 200)}`)
      if (response.ok && request.method === 'PATCH') acknowledged.push(userId)
    } catch (error) {
      failed.push(`${request.method ?? 'GET'} ${path}: ${String(error)} ${String((error as Error).cause)}`)
    }
  }

  const run = async (): Promise<void> => {
    const began = performance.now()
    for (let sent = 0, round = 0; sending; round++) {
      const userId = `steady-${round}`
      for (const [path, request] of await requests(userId)) {
        const waitMs = began + (++sent * 1000) / perSecond - performance.now()
        await sleep(Math.max(0, waitMs))
        const one = send(userId, path, request).finally(() => open.delete(one))
        open.add(one)
      }
    }
    await Promise.all(open)
  }
  const running = run()

  return {
    answered: () => answered,
    slowest: () => Math.round(slowestMs),
    stop: async () => {
      sending = false
      await running
      return { failed, acknowledged }
    },
  }
}

/** Those of them whose step is not done any more, as if nobody had said it was. */
export const lostSteps = async (address: string, people: readonly string[]): Promise<string[]> => {
  const lost: string[] = []
  for (const userId of people) {
    const headers = { authorization: `Bearer ${await person(userId)}` }
    const read = (await (await fetch(`${address}/api/onboarding?flow=shop`, { headers })).json()) as {
      steps?: { id: string; status: string }[]
    }
    if (read.steps?.find(({ id }) => id === step)?.status !== 'done') lost.push(userId)
  }
  return lost
}
