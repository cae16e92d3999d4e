/** Who may know whom (docs: "Arrows"). A package that is not listed here does not pass the check. */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  contract: ['engine'],
  store: ['engine'],
  server: ['engine', 'contract', 'store'],
  client: ['contract', 'engine'],
  sdk: ['client', 'contract'],
  react: ['client', 'contract'],
  cli: ['contract', 'engine', 'server', 'store'],
  'demo-store': ['server', 'sdk', 'client', 'react'],
  examples: ['server', 'sdk'],
  bench: ['engine', 'contract', 'store', 'server', 'cli', 'sdk', 'client', 'react', 'e2e'],
  e2e: ['server', 'store', 'sdk', 'client', 'react', 'demo-store'],
}

/** Whom the tests of a package may know besides: a host's side is proven against the real server. */
export const testArrows: Readonly<Record<string, readonly string[]>> = {
  client: ['server'],
  sdk: ['server', 'store'],
  'demo-store': ['store'],
}

/** The doors that tests of every package may use besides their own arrows. */
export const testKits: readonly string[] = ['@boardwalk/store/test-kit', '@boardwalk/sdk/test-kit']

/** Why an arrow is missing; said to whoever draws it. */
export const whyArrows: Readonly<Record<string, string>> = {
  engine: 'the engine decides alone, so that server, browser and tests get the same answer',
  contract: 'the contract is read by clients, who have neither database nor server',
  store: 'the store turns rows into domain values; whoever serves or prints them is above it',
  server: 'the server is a library; the commands that start it are above it',
  client:
    'the client runs in browsers: it knows what travels and the one sum both sides share, and nothing of the server',
  react: 'screens are made on the client alone, so that any client will do',
  sdk: 'a host installs the SDK without the server; what it needs of one is passed to it',
  cli: 'nothing may depend on a bench',
  'demo-store': 'the store uses Boardwalk as a customer would, by what is published',
  examples: 'an example shows what a host installs, and no more',
}

export type Place = { owner: string; folder: string; inner: string }

/** `packages/server/src/a.ts` is owned by `server`, `examples/hono/app.ts` by `examples`, `scripts/a.ts` by nobody. */
export function placeOf(path: string): Place | undefined {
  const found = /^(?:((?:packages|apps)\/([^/]+))|(bench|e2e|examples))\/(.+)$/.exec(path)
  if (!found) return undefined
  const [, folder, owner, single, inner] = found
  return { owner: owner ?? single!, folder: folder ?? single!, inner: inner! }
}

export function isForTests(place: Place): boolean {
  return place.owner === 'e2e' || /^(test|test-kit)\//.test(place.inner)
}
