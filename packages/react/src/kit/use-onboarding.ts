'use client'
import { useRef, useSyncExternalStore } from 'react'
import type { OnboardingClient, OnboardingState } from '@boardwalk/client'
import { useKit } from './kit.ts'
import { shallowEqual } from './shallow-equal.ts'

const whole = (state: OnboardingState): unknown => state

type Selected = { readonly state: OnboardingState; readonly select: unknown; readonly value: unknown }

const useSelected = (client: OnboardingClient, select: (state: OnboardingState) => unknown): unknown => {
  const last = useRef<Selected>(undefined)
  const selectFrom = (state: OnboardingState): unknown => {
    const before = last.current
    if (before?.state === state && before.select === select) return before.value
    const next = select(state)
    const value = before !== undefined && shallowEqual(before.value, next) ? before.value : next
    last.current = { state, select, value }
    return value
  }
  return useSyncExternalStore(
    client.subscribe,
    () => selectFrom(client.getSnapshot()),
    () => selectFrom(client.getServerSnapshot()),
  )
}

type UseOnboarding = {
  (): OnboardingState
  <Value>(select: (state: OnboardingState) => Value): Value
}

/**
 * The person's onboarding, or what `select` takes from it. The component renders again only when that has changed,
 * compared shallowly.
 */
export const useOnboarding: UseOnboarding = (select: (state: OnboardingState) => unknown = whole) =>
  useSelected(useKit().client, select) as never

const leave = (): void => {}
const never = (): (() => void) => leave

/** False on the server and in the first render of the browser, which must equal the server's. */
export const useIsInBrowser = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
