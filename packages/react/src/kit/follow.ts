import { announce } from './announce.ts'
import { freeGate } from './free-gate.ts'
import type { Kit } from './kit.ts'

/** What a provider sees to for as long as it is on the page. */
export const follow = (kit: Kit, tell: Parameters<typeof announce>[1]): (() => void) => {
  const leaves = [announce(kit, tell), freeGate(kit)]
  return () => {
    for (const leave of leaves) leave()
  }
}
