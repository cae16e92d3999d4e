'use client'
import { useSyncExternalStore } from 'react'
import type { Later } from './later.ts'

/** Until what could not be loaded is asked for again. */
const againMs = 10_000

/** What is loaded after the first paint: undefined until it is there, null while it cannot be had. */
type Loaded = Later | null | undefined

let loaded: Loaded
const listeners = new Set<() => void>()

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Also before any provider is there. */
export const preload = async (): Promise<void> => {
  try {
    loaded ??= (await import('./later.ts')).later
  } catch {
    loaded = null
  }
  for (const listener of listeners) listener()
}

/** Loads it, again after a while when it cannot be had, and begins once it is there; until the answer is called. */
export const whenLoaded = (begin: (later: Later) => () => void): (() => void) => {
  let isLeft = false
  let leave: (() => void) | undefined
  const get = async (): Promise<void> => {
    await preload()
    if (isLeft) return
    if (loaded) leave = begin(loaded)
    else {
      const timer = setTimeout(() => void get(), againMs)
      leave = () => clearTimeout(timer)
    }
  }
  void get()
  return () => {
    isLeft = true
    leave?.()
  }
}

/** What of it is there at this moment, for handlers and effects. */
export const laterNow = (): Loaded => loaded

/** For who needs it now, in the browser; a server, and the first render that must equal the server's, is without it. */
export const useLater = (isNeeded: boolean): Loaded =>
  useSyncExternalStore(
    subscribe,
    () => (isNeeded ? loaded : undefined),
    () => undefined,
  )
