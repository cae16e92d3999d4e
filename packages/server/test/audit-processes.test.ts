import { fileURLToPath } from 'node:url'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { listAudit, migrate, ownMigrations, readRelease, verifyAudit, type Database } from '@boardwalk/store'
import { forEachPostgres } from '@boardwalk/store/test-kit'
import { flowFile, openHouse } from './open-house.ts'
import type { AuditWork } from './audit-worker.ts'

const worker = fileURLToPath(new URL('./audit-worker.ts', import.meta.url))
const anything = { action: null, actor: null, userId: null, since: null, until: null }

/** How often the newest entries are another's than the one before. */
const turnsIn = async ({ query }: Database): Promise<number> => {
  const actors = (await listAudit(query, anything, undefined, 100)).map(({ actor }) => actor)
  return actors.filter((actor, at) => at > 0 && actor !== actors[at - 1]).length
}

forEachPostgres((_, url, open) => {
  const start = (work: AuditWork): { child: ChildProcess; line: () => Promise<string> } => {
    const child = spawn(process.execPath, ['--no-warnings', worker, JSON.stringify(work)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    return { child, line: async () => String((await lines.next()).value) }
  }

  describe('the audit log of several processes', () => {
    test('is one chain, without a gap', async () => {
      const database = await open()
      await migrate(database, await ownMigrations())
      const { schema } = database
      const workers = [1, 2].map(() => start({ kind: 'append', url, schema }))
      const ended = workers.map(({ child }) => once(child, 'exit'))
      await expect.poll(() => turnsIn(database)).toBeGreaterThan(16)
      for (const { child } of workers) child.stdin?.end()
      for (const [code] of await Promise.all(ended)) expect(code).toBe(0)
      const appended = await Promise.all(workers.map(async ({ line }) => Number(await line())))
      const entries = appended.reduce((sum, one) => sum + one)
      expect(await verifyAudit(database.query)).toMatchObject({
        entries,
        head: { seq: entries },
        broken: null,
      })
    })

    const killed = async (at: 'begun' | 'done'): Promise<Database> => {
      const database = await open()
      const house = await openHouse(database)
      await house.publish(flowFile('shop'))
      await house.boardwalk.stop()
      const { child, line } = start({ kind: 'change', url, schema: database.schema, stopAt: at })
      const ended = once(child, 'exit')
      expect(await line()).toBe(at)
      child.kill('SIGKILL')
      await ended
      return database
    }

    test('says that the outcome is unknown when a process is killed before the change', async () => {
      const { query } = await killed('begun')
      const [item] = await listAudit(query, anything, undefined, 1)
      expect(item).toMatchObject({ action: 'putRelease', targetId: 'shop', outcome: 'unknown', status: null })
      expect((await readRelease(query, 'shop'))?.settings.rolloutPercentage).toBe(100)
      expect((await verifyAudit(query)).broken).toBeNull()
    })

    test('has the change also when a process is killed right after it', async () => {
      const { query } = await killed('done')
      const [item] = await listAudit(query, anything, undefined, 1)
      expect(item).toMatchObject({ action: 'putRelease', targetId: 'shop', outcome: 'unknown' })
      expect((await readRelease(query, 'shop'))?.settings.rolloutPercentage).toBe(7)
      expect((await verifyAudit(query)).broken).toBeNull()
    })
  })
})
