import type { Kit } from './kit.ts'

/** Tells what is before the person's eyes; the client sends each once a page. */
export const seeTurns = ({ client, turns }: Kit): void => {
  const surface = (['welcome', 'guide'] as const).find(turns.isClaimed)
  if (surface) void client.observe('viewed', { surface })
  if (turns.isClaimed('nudge')) void client.observe('nudge_shown')
}
