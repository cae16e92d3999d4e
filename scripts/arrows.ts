/** Who may know whom (docs: "Arrows"). A package that is not listed here does not pass the check. */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  contract: ['engine'],
  store: ['engine'],
  server: ['engine', 'contract', 'store'],
  cli: ['contract', 'engine', 'server', 'store'],
  bench: ['engine', 'contract', 'store', 'server', 'cli'],
}

/** The one door that tests of every package may use besides their own arrows. */
export const testKit = '@boardwalk/store/test-kit'

/** Why an arrow is missing; said to whoever draws it. */
export const whyArrows: Readonly<Record<string, string>> = {
  engine: 'the engine decides alone, so that server, browser and tests get the same answer',
  contract: 'the contract is read by clients, who have neither database nor server',
  store: 'the store turns rows into domain values; whoever serves or prints them is above it',
  server: 'the server is a library; the commands that start it are above it',
  cli: 'nothing may depend on a bench',
}

export type Place = { owner: string; folder: string; inner: string }

/** `packages/server/src/a.ts` is owned by `server`, `bench/src/a.ts` by `bench`, `scripts/a.ts` by nobody. */
export function placeOf(path: string): Place | undefined {
  const found = /^(?:packages\/([^/]+)|(bench))\/(.+)$/.exec(path)
  if (!found) return undefined
  const [, owner, bench, inner] = found
  const name = owner ?? bench!
  return { owner: name, folder: bench ?? `packages/${name}`, inner: inner! }
}

export function isForTests(place: Place): boolean {
  return /^(test|test-kit)\//.test(place.inner)
}
