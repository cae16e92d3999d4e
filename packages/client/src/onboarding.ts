import type { Sending } from '@boardwalk/contract'
import { firstPaint, type Tagged } from './first-paint.ts'
import type { Later } from './later.ts'
import type { OnboardingOptions } from './onboarding-options.ts'
import type { Changed, OnboardingClient, OnboardingState, Refused } from './onboarding-state.ts'
import { personRequests, type ChangePath } from './person-requests.ts'
import { repeatable } from './repeatable.ts'
import { createScreen } from './screen.ts'

// The server does not know this person, or not any more: what is kept here is not theirs to see.
const strangers = ['unauthenticated', 'person_erased']

const globalFetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init)

/** A person's onboarding, live. Connect it to begin; nothing of it throws or rejects. */
export const createOnboarding = (options: OnboardingOptions = {}): OnboardingClient => {
  const { enabled = true, initial, onError, clock = Date.now, fetch = globalFetch } = options
  const requests = personRequests({ ...options, fetch })
  const paint = firstPaint(options)
  const onboarding = enabled ? initial : undefined
  const start: OnboardingState = {
    phase: onboarding ? 'ready' : 'idle',
    onboarding,
    pending: [],
    refused: undefined,
    guardRail: undefined,
  }
  const seen = enabled && !onboarding ? paint.load() : undefined
  const screen = createScreen(
    seen ? { ...start, phase: 'stale', onboarding: seen.onboarding } : start,
    onboarding ? { onboarding } : seen,
  )
  const reported = new Set<string>()
  const connections = new Set<object>()
  const pollMs = Math.max(1000, options.pollMs ?? 30_000)
  let leaving: AbortController
  let later: Later | undefined
  let reading: Promise<void> | undefined
  let isAskedAgain = false

  const report = (refused: Refused): void => {
    const error = `${refused.code} ${refused.message}`
    if (reported.has(error)) return
    reported.add(error)
    try {
      onError?.(refused)
    } catch {
      // A log that breaks must not break the page.
    }
  }

  const accept = (told: Tagged | undefined, part?: Partial<OnboardingState>): void => {
    screen.accept(told, part)
    if (!told) return
    paint.save(told)
    later?.rail.look(told.onboarding.steps)
  }

  const read = async (): Promise<void> => {
    const turn = screen.turn()
    const known = screen.known()
    const { refused, state } = await requests.read(known)
    if (refused) {
      if (strangers.includes(refused.code)) paint.save(undefined)
      screen.set({ phase: known ? 'stale' : 'failed' })
      report(refused)
    } else if (turn === screen.turn()) accept(state)
    // A change was answered meanwhile: this may be the state before it.
    else isAskedAgain = true
  }
  const readUntilSure = async (): Promise<void> => {
    while (isAskedAgain) {
      isAskedAgain = false
      await read()
    }
    reading = undefined
  }
  const refresh = async (): Promise<void> => {
    if (!enabled) return
    if (screen.state().phase === 'idle') screen.set({ phase: 'loading' })
    isAskedAgain = true
    return (reading ??= readUntilSure())
  }

  /** Whoever needs what could not be loaded tries it again. */
  const load = async (): Promise<Later | undefined> => {
    if (!enabled) return undefined
    try {
      const { createLater } = await import('./later.ts')
      return (later ??= createLater({
        options: { ...options, pollMs, fetch },
        screen,
        requests,
        accept,
        report,
        refresh,
      }))
    } catch {
      return undefined
    }
  }

  const change = async (path: ChangePath, body?: object, step?: string): Promise<Changed> => {
    const at = clock()
    const part = later ?? (await load())
    if (part) return part.change({ path, body, step, at })
    const refused = { code: 'unreached', message: enabled ? 'the client is not loaded' : 'not enabled' }
    if (enabled) {
      screen.set({ refused })
      report(refused)
    }
    return { kind: 'refused', refused }
  }
  const changeStep = (id: string, body: Sending<'changeStep'>['body']): Promise<Changed> =>
    change(`steps/${encodeURIComponent(id)}`, body, id)

  const connect = (): void => {
    leaving = new AbortController()
    const { signal } = leaving
    const goLive = async (): Promise<void> => {
      const part = await load()
      if (signal.aborted) return
      if (part) return part.goLive(signal)
      // Seen or not: what knows whether anybody looks at the page is in that part.
      setTimeout(() => {
        if (signal.aborted) return
        void refresh()
        void goLive()
      }, pollMs)
    }
    void goLive()
    // What came with the page is new enough until somebody says otherwise.
    if (!initial || screen.turn() > 0) void (reading ?? refresh())
  }

  return {
    getSnapshot: screen.state,
    getServerSnapshot: () => start,
    subscribe: screen.subscribe,
    connect: () => {
      const connection = {}
      if (enabled && connections.add(connection).size === 1) connect()
      return () => {
        if (connections.delete(connection) && connections.size === 0) leaving.abort()
      }
    },
    refresh,
    completeStep: (id, metadata) => changeStep(id, { status: 'done', metadata }),
    skipStep: (id, reason) => changeStep(id, { status: 'skipped', reason }),
    snoozeNudge: () => change('nudge/snooze'),
    unsnoozeNudge: () => change('nudge/unsnooze'),
    dismissNudge: () => change('nudge/dismiss'),
    dismissGuide: () => change('guide/dismiss'),
    restoreGuide: () => change('guide/restore'),
    seeWelcome: () => change('welcome/seen'),
    skipFlow: (reason) => change('skip', { reason }),
    resumeFlow: () => change('resume'),
    guardFetch: async (input, init) => {
      const request = new Request(input, init)
      const again = repeatable(request)
      const response = await fetch(request)
      // Without a connection there is no screen that could show a guard rail.
      const part = response.status === 409 && connections.size > 0 ? await load() : undefined
      return part ? part.meet({ response, again, signal: request.signal, opens: 2 }) : response
    },
    closeGuardRail: (done) => later?.rail.close(done),
    observe: async (type, data) => (await load())?.observe(type, data),
  }
}
