import type { PersonRequests } from './person-requests.ts'

/** What only a browser sees of a person's onboarding; each is sent as `onboarding.…`, with the page's path. */
export type Seen = {
  /** The first of the onboarding on this page; the kit's surfaces are `welcome` and `guide`. */
  readonly viewed: { readonly surface: string }
  readonly nudge_shown: undefined
  /** What leads to a step was pressed; the kit's are `step`, its own "Do", and `nudge`. */
  readonly step_started: { readonly stepId: string; readonly entrypoint: string }
}

export type Observe = <Type extends keyof Seen>(type: Type, data?: Seen[Type]) => Promise<void>

/**
 * Tells the server what was seen: one request for each page, and for each step that was started, whatever becomes of it.
 * Nothing more once the server says that it stores nothing of this person.
 */
export const createObserver = (ask: PersonRequests['ask'], isWanted = true) => {
  const told = new Set<string>()
  return async (type: keyof Seen, data?: Partial<Seen['viewed'] & Seen['step_started']>): Promise<void> => {
    // A server has no page.
    const page = (globalThis as { location?: { pathname: string } }).location?.pathname
    const once = type + page + data?.stepId
    if (!isWanted || told.has(once)) return
    told.add(once)
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: `onboarding.${type}`, data: { page, ...data } }),
      // What was pressed may lead away from the page.
      keepalive: true,
    }
    await ask('/events', init, (body) => (isWanted &&= (body as { stored?: unknown }).stored !== false))
  }
}
