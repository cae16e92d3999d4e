// Bundlers put a text in its place, as they do for React.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

const warned = new Set<string>()

/** Tells the developer of the host, once and never in production: the page goes on without the kit. */
export const warnOnce = (text: string): void => {
  // oxlint-disable-next-line house/environment-is-read-once -- a constant of the bundler
  if (process.env.NODE_ENV === 'production' || warned.has(text)) return
  warned.add(text)
  // oxlint-disable-next-line house/only-commands-print -- a component has no logger, and must not throw
  console.warn(`@boardwalk/react: ${text}`)
}
