import { SignJWT } from 'jose'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBoardwalk, listen, type Boardwalk, type Listening } from '@boardwalk/server'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { createOnboarding, type OnboardingClient } from '../src/index.ts'

const secret = 'a secret of these tests, longer than thirty-two bytes'

const tokenOf = (userId: string): Promise<string> =>
  new SignJWT({ role: 'owner', account: `shop-of-${userId}` })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret))

const flow = {
  name: 'shop',
  steps: [
    { id: 'profile', title: { en: 'Complete your profile', fr: 'Complétez votre profil' }, required: true },
    { id: 'payments', title: 'Set up payments', required: true, completion: 'proof' as const },
    { id: 'theme', title: 'Choose a theme' },
  ],
}

// The fake of the other suites answers as the contract says; here is whether the server does.
forEachDatabase((_, open) => {
  describe('a client of the real server', () => {
    let boardwalk: Boardwalk
    let listening: Listening
    const disconnects: (() => void)[] = []
    beforeAll(async () => {
      boardwalk = createBoardwalk({
        database: await open(),
        tokens: { secret },
        log: pino({ level: 'silent' }),
      })
      await boardwalk.verbs.publishFlow(flow)
      listening = await listen(boardwalk.fetch, { port: 0, host: '127.0.0.1' })
    })
    afterAll(async () => {
      disconnects.forEach((disconnect) => disconnect())
      boardwalk.drain()
      await listening.stop()
      await boardwalk.stop()
    })

    const device = async (
      userId: string,
      locale = 'en',
      send: typeof fetch = fetch,
    ): Promise<OnboardingClient> => {
      const token = await tokenOf(userId)
      const url = listening.address
      const client = createOnboarding({ url, token: () => token, locale, tabs: null, fetch: send })
      disconnects.push(client.connect())
      await expect.poll(() => client.getSnapshot().phase).toBe('ready')
      return client
    }
    const statusOf = (client: OnboardingClient, id: string): string | undefined =>
      client.getSnapshot().onboarding?.steps.find((step) => step.id === id)?.status

    test('a second device sees what the first, and the host’s server, did', async () => {
      const [phone, desk] = [await device('ada'), await device('ada', 'fr')]
      expect(desk.getSnapshot().onboarding?.steps[0]?.title).toBe('Complétez votre profil')
      expect(await phone.completeStep('profile')).toEqual({ kind: 'done' })
      expect(statusOf(phone, 'profile')).toBe('done')
      await expect.poll(() => statusOf(desk, 'profile')).toBe('done')
      await boardwalk.verbs.changeStep('ada', { id: 'payments', status: 'done' })
      for (const client of [phone, desk])
        await expect.poll(() => client.getSnapshot().onboarding?.status).toBe('completed')
      expect(phone.getSnapshot().onboarding?.progress).toBe(67)
    })

    test('what the server refuses is taken back, with its words', async () => {
      const client = await device('ben')
      expect(await client.completeStep('payments')).toMatchObject({
        kind: 'refused',
        refused: { code: 'proof_required' },
      })
      expect(statusOf(client, 'payments')).toBe('todo')
      expect(await client.skipStep('profile')).toMatchObject({ refused: { code: 'step_required' } })
    })

    test('the reminder is put to sleep on all devices, and the sleep undone', async () => {
      const [phone, desk] = [await device('cleo'), await device('cleo')]
      const visible = (client: OnboardingClient) => client.getSnapshot().onboarding?.nudge.visible
      expect(visible(desk)).toBe(true)
      expect(await phone.snoozeNudge()).toEqual({ kind: 'done' })
      await expect.poll(() => visible(desk)).toBe(false)
      expect(await desk.unsnoozeNudge()).toEqual({ kind: 'done' })
      await expect.poll(() => visible(phone)).toBe(true)
      expect(await phone.dismissGuide()).toEqual({ kind: 'done' })
      await expect.poll(() => desk.getSnapshot().onboarding?.guide.dismissed).toBe(true)
      expect(await desk.restoreGuide()).toEqual({ kind: 'done' })
      expect(await desk.seeWelcome()).toEqual({ kind: 'done' })
      expect(desk.getSnapshot().onboarding).toMatchObject({
        guide: { dismissed: false },
        welcome: { seen: true },
      })
    })

    test('a lively visit comes nowhere near the hundred requests of a minute', async () => {
      const left: number[] = []
      const counting: typeof fetch = async (input, init) => {
        const response = await fetch(input, init)
        left.push(Number(/"requests";r=(\d+)/.exec(response.headers.get('ratelimit') ?? '')?.[1]))
        return response
      }
      const client = await device('eva', 'en', counting)
      await client.observe('viewed', { surface: 'guide' })
      await client.observe('nudge_shown')
      for (const stepId of ['profile', 'payments', 'theme'])
        await client.observe('step_started', { stepId, entrypoint: 'step' })
      const visit = [
        client.seeWelcome,
        () => client.completeStep('profile'),
        () => client.skipStep('theme'),
        () => client.completeStep('theme'),
        client.snoozeNudge,
        client.unsnoozeNudge,
        client.dismissGuide,
        client.restoreGuide,
        client.skipFlow,
        client.resumeFlow,
      ]
      for (const change of visit) {
        expect(await change()).toEqual({ kind: 'done' })
        // What the stream tells is read before the next thing is done.
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      expect(Math.min(...left)).toBeGreaterThan(60)
      expect(left.length).toBeLessThan(40)
    })

    test('changes at once all arrive, in the order of the clicks', async () => {
      const client = await device('dora')
      const answers = await Promise.all([
        client.skipStep('theme'),
        client.completeStep('theme'),
        client.completeStep('profile'),
        client.skipFlow('later'),
        client.resumeFlow(),
      ])
      expect(answers).toEqual(Array.from({ length: 5 }, () => ({ kind: 'done' })))
      expect([statusOf(client, 'theme'), statusOf(client, 'profile')]).toEqual(['done', 'done'])
      expect(client.getSnapshot().onboarding?.status).toBe('in_progress')
    })
  })
})
