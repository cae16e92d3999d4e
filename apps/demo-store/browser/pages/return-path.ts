const home = '/dashboard'

/**
 * Where to go after signing in. What stands in the address may come from anybody, so only ever a path of this store, as
 * browsers understand it: with its dots taken out, `/.//evil.example` begins with the `//` of another host.
 */
export const returnPath = (next: string | null, origin: string): string => {
  if (!next?.startsWith('/') || !URL.canParse(next, origin)) return home
  const url = new URL(next, origin)
  return url.origin === origin && !url.pathname.startsWith('//') ? url.pathname + url.search : home
}
