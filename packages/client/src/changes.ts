import { isOnboarding, type Tagged } from './first-paint.ts'
import type { Changed, OnboardingState, Refused } from './onboarding-state.ts'
import { applied } from './optimistic.ts'
import { refusedBy, type ChangePath, type PersonRequests } from './person-requests.ts'
import { withRetries, type RetryOptions } from './retry.ts'
import type { Screen } from './screen.ts'

/** A change that shows before the server has told the state that it came to. */
export type Change = {
  readonly path: ChangePath
  readonly body: object | undefined
  readonly step: string | undefined
  /** When it was made, in milliseconds since 1970. */
  readonly at: number
  /** It happened; shown until a state is told that holds it. */
  isAcknowledged?: boolean
}

/** What changes need of the client that they are made by. */
export type House = {
  readonly options: { readonly sleep?: RetryOptions['sleep'] }
  readonly requests: PersonRequests
  readonly screen: Screen
  readonly accept: (told: Tagged | undefined, part?: Partial<OnboardingState>) => void
  readonly report: (refused: Refused) => void
  readonly refresh: () => Promise<void>
}

type Body = { readonly success?: unknown; readonly onboarding?: unknown } | undefined

/** Changes, shown at once on top of what the server told, and sent one after the other: a step may depend on another. */
export const createChanges = ({ options, requests, screen, accept, report, refresh }: House) => {
  const none = screen.state().pending
  let changes: readonly Change[] = []
  let last: Promise<unknown> = Promise.resolve()
  // The read that follows a refusal by itself must not take the word from the person's eyes.
  let isFresh = false

  screen.lookBy((known, isTold) => {
    const { refused, phase } = screen.state()
    const isBack = isTold && refused?.code === 'unreached' && (!isFresh || phase !== 'ready')
    if (isTold) isFresh = false
    if (isTold) changes = changes.filter(({ isAcknowledged }) => !isAcknowledged)
    const pending = changes.flatMap(({ step, isAcknowledged }) => (isAcknowledged ? [] : (step ?? [])))
    return {
      onboarding: known && changes.reduce(applied, known),
      pending: pending[0] === undefined ? none : [...new Set(pending)],
      ...(isBack && { refused: undefined }),
    }
  })

  /** Tried again after one second and after two, always as the same change. */
  const request = ({ path, body }: Change) => {
    const init = {
      method: path.startsWith('steps/') ? 'PATCH' : 'POST',
      headers: {
        'content-type': body && 'application/json',
        prefer: 'return=representation',
        // Unlike randomUUID, this is there in an insecure page too.
        'idempotency-key': crypto.getRandomValues(new Uint32Array(4)).join('-'),
      },
      body: body ? JSON.stringify(body) : null,
    }
    return withRetries(() => requests.ask(`/${path}`, init, (answer) => (answer as Body)?.success === true), {
      firstPauseMs: 1000,
      // Changes go one after the other: the next ones, and the person, would wait as long.
      mostAskedMs: 5000,
      random: () => 1,
      sleep: options.sleep,
    })
  }

  const send = async (change: Change): Promise<Changed> => {
    const turn = screen.turn()
    const sent = await request(change)
    const refused = sent.kind === 'answered' ? undefined : refusedBy(sent)
    const { body, etag } = sent as { body?: Body; etag?: string }
    const onboarding = body?.onboarding
    // Without a state, or when a later one may be known already, the change stays shown until it is read.
    const news = isOnboarding(onboarding) && turn === screen.turn() ? { onboarding, etag } : undefined
    if (refused) {
      changes = changes.filter((other) => other !== change)
      screen.look({ refused })
      isFresh = true
      report(refused)
    } else {
      change.isAcknowledged = true
      accept(news, { refused: undefined })
    }
    // A refused one was made on a state that does not hold, or nobody knows whether it happened.
    if (!news) void refresh()
    return refused ? { kind: 'refused', refused } : { kind: 'done' }
  }

  return (change: Change): Promise<Changed> => {
    changes = [...changes, change]
    screen.look()
    const changed = last.then(() => send(change))
    last = changed
    return changed
  }
}
