import type { Sending } from '@boardwalk/contract'
import { firstPaint, type Tagged } from './first-paint.ts'
import { guardFetch } from './guard-fetch.ts'
import { createRail } from './guard-rail.ts'
import { goLive } from './live.ts'
import type { OnboardingOptions } from './onboarding-options.ts'
import type { Changed, OnboardingClient, OnboardingState, Refused } from './onboarding-state.ts'
import {
  withGuide,
  withoutNudge,
  withoutSnooze,
  withSnooze,
  withStatus,
  withStep,
  withWelcomeSeen,
  type Apply,
} from './optimistic.ts'
import { personRequests, type ChangePath } from './person-requests.ts'
import { createScreen, type Shown } from './screen.ts'
import type { Tell } from './tab-group.ts'

// The server does not know this person, or not any more: what is kept here is not theirs to see.
const strangers = ['unauthenticated', 'person_erased']

/** A person's onboarding, live. Connect it to begin; nothing of it throws or rejects. */
export const createOnboarding = (options: OnboardingOptions = {}): OnboardingClient => {
  const { enabled = true, initial, onError, clock = Date.now, tabs = 'boardwalk' } = options
  const requests = personRequests(options)
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
  const rail = createRail((guardRail) => screen.set({ guardRail }))
  const reported = new Set<string>()
  const connections = new Set<object>()
  let leaving: AbortController
  let tell: Tell | undefined
  let reading: Promise<void> | undefined
  let isAskedAgain = false
  let changes: Promise<unknown> = Promise.resolve()

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
    rail.look(told.onboarding.steps)
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

  const send = async (change: Shown, path: ChangePath, body?: object): Promise<Changed> => {
    const turn = screen.turn()
    const { refused, state } = await requests.change(path, body)
    // Without a state, or when a later one may be known already, the change stays shown until it is read.
    const news = turn === screen.turn() ? state : undefined
    if (refused) {
      screen.drop(change, refused)
      report(refused)
    } else {
      change.isAcknowledged = true
      accept(news, { refused: undefined })
      tell?.('changed')
    }
    // A refused one was made on a state that does not hold, or nobody knows whether it happened.
    if (!news) void refresh()
    return refused ? { kind: 'refused', refused } : { kind: 'done' }
  }

  /** One after the other, as they were made: a step may depend on the one before. */
  const change = async (apply: Apply, path: ChangePath, body?: object, step?: string): Promise<Changed> => {
    if (!enabled) return { kind: 'refused', refused: { code: 'unreached', message: 'not enabled' } }
    const shown = { apply, step }
    screen.add(shown)
    const changed = changes.then(() => send(shown, path, body))
    changes = changed
    return changed
  }
  const changeStep = (id: string, status: 'done' | 'skipped', more: object): Promise<Changed> =>
    change(
      withStep(id, status),
      `/api/onboarding/steps/${encodeURIComponent(id)}`,
      { status, ...more } satisfies Sending<'changeStep'>['body'],
      id,
    )

  const connect = (): void => {
    leaving = new AbortController()
    const { signal } = leaving
    tell = goLive(
      options,
      tabs && `${tabs} ${options.url} ${options.storageKey}`,
      signal,
      requests.openStream,
      () => screen.state().phase === 'ready',
      () => void refresh(),
    )
    signal.addEventListener('abort', () => {
      tell = undefined
      // Nobody is there to close it.
      rail.close()
    })
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
    completeStep: (id, metadata) => changeStep(id, 'done', { metadata }),
    skipStep: (id, reason) => changeStep(id, 'skipped', { reason }),
    snoozeNudge: () => change(withSnooze(clock()), '/api/onboarding/nudge/snooze'),
    unsnoozeNudge: () => change(withoutSnooze, '/api/onboarding/nudge/unsnooze'),
    dismissNudge: () => change(withoutNudge, '/api/onboarding/nudge/dismiss'),
    dismissGuide: () => change(withGuide(true), '/api/onboarding/guide/dismiss'),
    restoreGuide: () => change(withGuide(false), '/api/onboarding/guide/restore'),
    seeWelcome: () => change(withWelcomeSeen, '/api/onboarding/welcome/seen'),
    skipFlow: (reason) => change(withStatus('skipped'), '/api/onboarding/skip', { reason }),
    resumeFlow: () => change(withStatus('in_progress'), '/api/onboarding/resume'),
    guardFetch: guardFetch(
      async (blocked, signal) => {
        // Without a connection there is no screen that could show it.
        if (connections.size === 0) return false
        const waiting = rail.wait(blocked, signal)
        void refresh()
        return waiting
      },
      { fetch: options.fetch, opens: 2 },
    ),
    closeGuardRail: rail.close,
  }
}
