export type Surface = 'guardRail' | 'welcome' | 'nudge' | 'guide'

/** Who is on the page and wants to be seen. At most one interrupts: guard rail, then welcome, then nudge. */
export type Turns = {
  readonly claim: (surface: Surface) => () => void
  readonly isClaimed: (surface: Surface) => boolean
  readonly subscribe: (listener: () => void) => () => void
}

const createTurns = (): Turns => {
  const claims: Surface[] = []
  const listeners = new Set<() => void>()
  const tell = (): void => listeners.forEach((listener) => listener())
  return {
    claim: (surface) => {
      claims.push(surface)
      tell()
      return () => {
        claims.splice(claims.indexOf(surface), 1)
        tell()
      }
    },
    isClaimed: (surface) => claims.includes(surface),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const known = new WeakMap<object, Turns>()

/** One for each client: several providers of it are one page, and its gates are theirs together. */
export const turnsOf = (client: object): Turns => {
  const turns = known.get(client) ?? createTurns()
  known.set(client, turns)
  return turns
}
