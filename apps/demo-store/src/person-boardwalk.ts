import type { Context } from 'hono'
import { within } from '@boardwalk/client'
import type { Boardwalk } from '@boardwalk/server'
import { languageOf } from './language.ts'
import type { Shops } from './shops.ts'
import { personOf } from './store-context.ts'
import type { Telling } from './telling.ts'

export type PersonBoardwalk = {
  /** Boardwalk's own answer to a request. */
  readonly answer: (context: Context, request: Request) => Promise<Response>
  /** What the person would read, for the page they asked for; undefined when that takes too long or fails. */
  readonly onboarding: (context: Context) => Promise<unknown>
}

/** A page is not held up for longer: its script asks for itself then. */
const pageDeadlineMs = 1000

const isErased = async (response: Response): Promise<boolean> => {
  if (response.status !== 403) return false
  const problem = (await response.clone().json()) as { readonly error?: unknown }
  return problem.error === 'person_erased'
}

/** Boardwalk as the signed-in person meets it. */
export const personBoardwalk = (boardwalk: Boardwalk, shops: Shops, telling: Telling): PersonBoardwalk => {
  const answer: PersonBoardwalk['answer'] = async (context, request) => {
    const first = await boardwalk.fetch(request)
    const person = personOf(context, shops)
    // The guide is the first to be asked for, and a reading can be repeated.
    const back =
      request.method === 'GET' && person && (await isErased(first)) && (await telling.tellAgain(person))
    return back ? boardwalk.fetch(request) : first
  }
  const read = async (context: Context): Promise<unknown> => {
    const headers = { 'accept-language': languageOf(context), cookie: context.req.header('cookie') ?? '' }
    const response = await answer(
      context,
      new Request(new URL('/api/onboarding', context.req.url), { headers }),
    )
    return response.status === 200 ? response.json() : undefined
  }
  return {
    answer,
    onboarding: (context) =>
      within(
        pageDeadlineMs,
        () => read(context),
        () => undefined,
      ).catch(() => undefined),
  }
}
