// On PostgreSQL the crash run looks closer; here one process is server and database in one.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { flowFile } from '../open-house.ts'
import { publishFlow, startServer, type ServerProcess } from './server-process.ts'

const kills = Number(process.env['PROOF_KILLS'] ?? 20)
const clients = 16

type Ledger = { readonly invoked: Set<string>; readonly acknowledged: Set<string> }

/** Completes the first step of one new person after another until the server is gone; a lost answer is unknown, not a failure. */
const stream = async (server: ServerProcess, name: string, ledger: Ledger): Promise<void> => {
  for (let index = 0; ; index++) {
    const userId = `${name}-${index}`
    ledger.invoked.add(userId)
    try {
      const me = await server.person(userId, { role: 'owner', market: 'FR', account: `account-${name}` })
      const { status } = await me('PATCH', '/api/onboarding/steps/email_verification', { status: 'done' })
      if (status === 200) ledger.acknowledged.add(userId)
    } catch {
      return
    }
  }
}

const completions = async (server: ServerProcess, userId: string): Promise<number> => {
  const { body } = await server.server('GET', `/api/admin/people/${userId}/timeline?limit=100`)
  const events: any[] = body.events ?? []
  return events.filter(
    (event) => event.type === 'onboarding.step_completed' && event.stepId === 'email_verification',
  ).length
}

const isDone = async (server: ServerProcess, userId: string): Promise<boolean> => {
  const { body } = await server.server('GET', `/api/users/${userId}/onboarding`)
  return body.steps?.[0]?.status === 'done'
}

const killAndCheck = async (settings: Record<string, string>, round: number): Promise<Ledger> => {
  const server = await startServer(settings)
  if (round === 0) await publishFlow(server.server, flowFile('shop'))
  const ledger: Ledger = { invoked: new Set(), acknowledged: new Set() }
  const streams = Array.from({ length: clients }, (_, client) =>
    stream(server, `r${round}c${client}`, ledger),
  )
  await new Promise((resolve) => setTimeout(resolve, 300 + 37 * (round % 20)))
  await server.kill()
  await Promise.all(streams)

  const again = await startServer(settings)
  for (const userId of ledger.invoked) {
    const effects = await completions(again, userId)
    if (ledger.acknowledged.has(userId)) {
      expect.soft(effects, `effects of the acknowledged completion of ${userId}`).toBe(1)
      expect.soft(await isDone(again, userId), `${userId} is done`).toBe(true)
    } else {
      expect.soft(effects, `effects of the unanswered completion of ${userId}`).toBeLessThanOrEqual(1)
    }
  }
  expect(await again.stop()).toBe(0)
  return ledger
}

const killRepeatedly = async (settings: Record<string, string>): Promise<void> => {
  let acknowledged = 0
  let unanswered = 0
  for (let round = 0; round < kills; round++) {
    const ledger = await killAndCheck(settings, round)
    acknowledged += ledger.acknowledged.size
    unanswered += ledger.invoked.size - ledger.acknowledged.size
  }
  expect(acknowledged).toBeGreaterThan(kills)
  console.log(`kills on embedded: n=${kills}, acknowledged ${acknowledged}, unanswered ${unanswered}`)
}

test(`${kills} kills in the middle of completions lose and double nothing on the embedded database`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'boardwalk-kills-'))
  await killRepeatedly({ BOARDWALK_DATA: join(folder, 'data') })
  await rm(folder, { recursive: true })
})
