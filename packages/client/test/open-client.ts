import { afterEach, expect, onTestFinished, vi } from 'vitest'
import { createOnboarding, type OnboardingClient, type OnboardingOptions } from '../src/index.ts'
import { openFake, type Fake } from './fake-boardwalk.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** Waits until it holds. Unlike `vi.waitFor` it leaves the timers of a test alone. */
export const shortly = async (expectation: () => void): Promise<void> => {
  for (let tries = 0; ; tries++) {
    try {
      return expectation()
    } catch (error) {
      if (tries > 2000) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Long enough for what should not happen to happen. */
export const meanwhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 120))

/** Pauses that take no time to speak of, noted. */
export const shortPauses = () => {
  const pauses: number[] = []
  const sleep = (ms: number): Promise<void> => {
    pauses.push(ms)
    return new Promise((resolve) => setTimeout(resolve, 2))
  }
  return { pauses, sleep }
}

/** A server of one's own, and clients of it that are all gone after the test. */
export const openHouse = async ({ isComplete = true } = {}) => {
  // What a client loads when it connects: mostly it is there before anybody presses a thing.
  if (isComplete) await import('../src/later.ts').catch(() => {})
  const fake = await openFake()
  const leave: (() => void)[] = []
  onTestFinished(async () => {
    for (const one of leave) one()
    await fake.close()
  })

  const client = (options: OnboardingOptions = {}): OnboardingClient =>
    createOnboarding({ url: fake.url, tabs: null, stream: false, sleep: shortPauses().sleep, ...options })
  const connect = (one: OnboardingClient): (() => void) => {
    const disconnect = one.connect()
    leave.push(disconnect)
    return disconnect
  }
  const ready = async (options?: OnboardingOptions): Promise<OnboardingClient> => {
    const one = client(options)
    connect(one)
    await shortly(() => expect(one.getSnapshot().phase).toBe('ready'))
    return one
  }
  return { fake, client, connect, ready }
}

export const statusOf = (client: OnboardingClient, id: string): string | undefined =>
  client.getSnapshot().onboarding?.steps.find((step) => step.id === id)?.status

/** Holds answers back until they are let go. */
export const hold = (fake: Fake, isHeld: (asked: { method: string; path: string }) => boolean) => {
  const held: (() => void)[] = []
  fake.deliver = async (asked, answer) => {
    if (isHeld(asked)) await new Promise<void>((resolve) => held.push(resolve))
    return answer
  }
  return {
    count: () => held.length,
    release: () => {
      for (const letGo of held.splice(0)) letGo()
    },
    stop: () => {
      fake.deliver = undefined
      for (const letGo of held.splice(0)) letGo()
    },
  }
}
