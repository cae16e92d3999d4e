import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { oddRequests, rawRequest } from '@boardwalk/sdk/test-kit'
import type { HostProcess } from './host-process.ts'

type Answer = { status: number; type: string; body: any }
type Call = (method: string, path: string, body?: object) => Promise<Answer>

const mostTries = 50

/** Asks again after a 503, as clients do: on a machine that is busy a gate is not always decided in time. */
const callerAt =
  (address: string, cookie?: string, tries = 1): Call =>
  async (method, path, body) => {
    const response = await fetch(new URL(path, address), {
      method,
      headers: {
        ...(cookie !== undefined && { cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (response.status === 503 && tries < mostTries) {
      await response.text()
      await setTimeout(200)
      return callerAt(address, cookie, tries + 1)(method, path, body)
    }
    const type = response.headers.get('content-type') ?? ''
    return {
      status: response.status,
      type,
      body: type.includes('json') ? await response.json() : await response.text(),
    }
  }

/** What every example must do, whatever it is built with. `start` gets a folder of its own for the database. */
export const hostSuite = (
  name: string,
  start: (folder: string) => Promise<HostProcess>,
  { exitCode = 0, answersUpgrades = true } = {},
): void => {
  describe(name, () => {
    let folder: string
    let host: HostProcess | undefined

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'boardwalk-example-'))
      host = await start(folder)
    })
    afterAll(async () => {
      await host?.stop()
      await rm(folder, { recursive: true, force: true })
    })

    const nobody: Call = (...call) => callerAt(host!.address)(...call)

    const cookieOf = async (user: string): Promise<string> => {
      const response = await fetch(new URL('/sign-in', host!.address), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user }),
      })
      expect(response.status).toBe(200)
      return response.headers.getSetCookie()[0]!.split(';')[0]!
    }
    const signIn = async (user: string): Promise<Call> => callerAt(host!.address, await cookieOf(user))

    test('a person who signed in sees the flow', async () => {
      const ada = await signIn('ada')
      expect(await ada('GET', '/boardwalk/api/onboarding?flow=example-shop')).toMatchObject({
        status: 200,
        body: { flow: { name: 'example-shop' }, status: 'in_progress', nextStep: 'profile' },
      })
    })

    test('publishing waits for the payments that the server proves', async () => {
      const person = await signIn('publishes')
      const blocked = await person('POST', '/publish')
      expect(blocked).toMatchObject({
        status: 409,
        type: expect.stringContaining('application/problem+json'),
        body: {
          error: 'PRECONDITION_REQUIRED',
          message: 'You need to set up payments before you publish your shop',
          missingStep: 'payments',
          action: { type: 'open_modal', modal: 'payments_setup' },
          correlationId: expect.stringMatching(/\S/),
        },
      })
      const claim = await person('PATCH', '/boardwalk/api/onboarding/steps/payments', { status: 'done' })
      expect(claim).toMatchObject({ status: 409, type: 'application/problem+json' })
      expect((await person('POST', '/publish')).status).toBe(409)

      expect(await person('POST', '/payments')).toMatchObject({ status: 200, body: { paid: true } })
      expect(await person('POST', '/publish')).toMatchObject({ status: 200, body: { published: true } })
      const { body } = await person('GET', '/boardwalk/api/onboarding')
      expect(body.status).toBe('completed')
    })

    test('the preview waits for the profile that the person says is complete', async () => {
      const person = await signIn('previews')
      // Not critical: a machine that is too busy to decide in time lets it pass.
      await expect
        .poll(async () => person('GET', '/preview'))
        .toMatchObject({ status: 409, body: { missingStep: 'profile' } })
      const change = await person('PATCH', '/boardwalk/api/onboarding/steps/profile', { status: 'done' })
      expect(change).toMatchObject({ status: 200, body: { success: true } })
      expect(await person('GET', '/preview')).toMatchObject({ status: 200, body: { preview: 'Your shop' } })
    })

    test.each([
      ['GET', '/boardwalk/api/onboarding'],
      ['POST', '/publish'],
      ['GET', '/preview'],
      ['POST', '/payments'],
    ])('%s %s is 401 without a session, or with a forged one', async (method, path) => {
      expect((await nobody(method, path)).status).toBe(401)
      const cookie = (await cookieOf('forger')).replace(
        /=[^.]+/,
        `=${Buffer.from('ada').toString('base64url')}`,
      )
      expect((await callerAt(host!.address, cookie)(method, path)).status).toBe(401)
    })

    test('what Boardwalk does not serve is a problem document of its own', async () => {
      const ada = await signIn('ada')
      expect(await ada('GET', '/boardwalk/nothing')).toMatchObject({
        status: 404,
        body: { error: 'route_not_found' },
      })
      const broken = await fetch(new URL('/boardwalk/api/onboarding/steps/profile', host!.address), {
        method: 'PATCH',
        headers: { cookie: await cookieOf('ada'), 'content-type': 'text/plain' },
        body: 'done',
      })
      expect([broken.status, await broken.json()]).toMatchObject([415, { error: 'unsupported_media_type' }])
    })

    test('a body of more than 512 KB is refused', async () => {
      const ada = await signIn('ada')
      const metadata = { text: 'x'.repeat(512 * 1024) }
      const change = { status: 'done', metadata }
      expect((await ada('PATCH', '/boardwalk/api/onboarding/steps/profile', change)).status).toBe(413)
    })

    test('HEAD is answered like GET', async () => {
      const response = await fetch(new URL('/boardwalk/health/live', host!.address), { method: 'HEAD' })
      expect([response.status, await response.text()]).toEqual([200, ''])
    })

    test('no spelling of a gated path, however odd, runs what is behind the gate', async () => {
      const cookie = await cookieOf('stranger')
      const { port } = new URL(host!.address)
      const statuses = new Map<number, number>()
      let ran = 0
      const left = [...oddRequests('POST', '/publish'), ...oddRequests('GET', '/preview')].filter(
        ({ headers }) => answersUpgrades || headers?.['upgrade'] === undefined,
      )
      const sendThem = async (): Promise<void> => {
        for (let odd = left.shift(); odd !== undefined; odd = left.shift()) {
          // A host may hang up on some of them, or wait for ever for a body that was announced.
          const { status, body } = await rawRequest(
            Number(port),
            odd.method,
            odd.path,
            { ...odd.headers, cookie },
            { silenceMs: 2000 },
          ).catch(() => ({ status: 0, body: '' }))
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          expect({ ...odd, ran: 'published' in Object(body) }).toEqual({ ...odd, ran: false })
          if ('preview' in Object(body)) ran += 1
        }
      }
      await Promise.all(Array.from({ length: 8 }, sendThem))
      // On a machine too busy to decide in time the preview, which is not critical, is let pass, and that is counted.
      const { body: metrics } = await nobody('GET', '/boardwalk/metrics')
      const counted = [...metrics.matchAll(/^onboarding_gate_failed_open_total\{[^}]*\} (\d+)$/gm)]
      expect(ran).toBeLessThanOrEqual(counted.reduce((sum, [, count]) => sum + Number(count), 0))
      // Otherwise hardly any of them met a gate.
      expect((statuses.get(409) ?? 0) + (statuses.get(503) ?? 0) + ran).toBeGreaterThan(10)
    })

    test('SIGTERM ends it', async () => {
      const code = await host!.stop()
      host = undefined
      expect(code).toBe(exitCode)
    })
  })
}
