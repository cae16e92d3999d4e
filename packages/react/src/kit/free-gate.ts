import type { Kit } from './kit.ts'
import { seeTurns } from './see-turns.ts'
import { warnOnce } from './warn-once.ts'

/** A gate that nobody on the page can show must not hold the host's requests for ever. Until the answer is called. */
export const freeGate = (kit: Kit): (() => void) => {
  const { client, turns } = kit
  const look = (): void => {
    seeTurns(kit)
    if (client.getSnapshot().guardRail === undefined || turns.isClaimed('guardRail')) return
    warnOnce('a gate stopped a request and there is no GuardRailModal on the page; the caller gets its 409.')
    client.closeGuardRail()
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  // One task later: a modal that is only mounted anew (StrictMode, another key) is back by then.
  const lookSoon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(look)
  }
  const leaves = [client.subscribe(look), turns.subscribe(lookSoon)]
  look()
  return () => {
    clearTimeout(timer)
    for (const leave of leaves) leave()
  }
}
