import type { Called } from './authenticate.ts'

/** Who did it, as it is written down. */
export const actor = (called: Called): string =>
  called.kind === 'server' ? `key:${called.key.id}` : called.kind
