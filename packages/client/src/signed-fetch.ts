import { present } from './present.ts'

export type Token = () => string | undefined | Promise<string | undefined>

/** Headers that are undefined are left out. */
export type Init = Omit<RequestInit, 'headers'> & {
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** A `fetch` that carries the person's token: the one at hand, and after a 401 once the one that `token` gives then. */
export const signedFetch = (send: typeof globalThis.fetch, token: Token = () => undefined) => {
  let held: Promise<string | undefined> | undefined

  const ask = (): Promise<string | undefined> => {
    const asked = Promise.resolve().then(token)
    // A token that could not be had is asked for again by the next request.
    asked.catch(() => (held = undefined))
    return (held = asked)
  }

  return async (address: string, init: Init): Promise<Response> => {
    const attempt = async (asked: Promise<string | undefined>): Promise<Response> => {
      const value = await asked
      const authorization = value ? `Bearer ${value}` : undefined
      return send(address, { ...init, headers: present({ authorization, ...init.headers }) })
    }
    const first = held ?? ask()
    const response = await attempt(first)
    if (response.status !== 401) return response
    // Of several that were refused at once, one asks.
    return attempt(held === first ? ask() : (held ?? ask()))
  }
}
