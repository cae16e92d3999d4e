'use client'
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { OnboardingClient } from '@boardwalk/client'
import type { Messages } from './kit/english.ts'
import {
  createSaid,
  FallbackContext,
  KitContext,
  type HeadingLevel,
  type Kit,
  type OpenModal,
  type Slots,
} from './kit/kit.ts'
import { LiveRegion } from './kit/live-region.tsx'
import { turnsOf } from './kit/turns.ts'
import { useSame } from './kit/use-same.ts'
import { directionOf, localeOf, wordsOf, type Direction } from './kit/words.ts'

export type OnboardingProviderProps = {
  /** Of `createOnboarding`. Connected while the provider is on the page. */
  readonly client: OnboardingClient
  /** BCP 47, e.g. `fr-CA`; default `en`. For plurals and dates; the texts come with `messages`. */
  readonly locale?: string | undefined
  /** A table of `@boardwalk/react/locales/…`, or single texts; what is missing is said in English. */
  readonly messages?: Partial<Messages> | undefined
  /** Default: as the locale is written; without a locale, as the page. */
  readonly dir?: Direction | undefined
  /** How the host's router goes to one of its own paths; without it links are plain. */
  readonly navigate?: ((url: string) => void) | undefined
  readonly components?: Slots | undefined
  /** Opens the host's modal that a step names; without it such steps have nothing to press. */
  readonly modals?: OpenModal | undefined
  /** The host's legacy onboarding: in place of the guide where `features.enabled` is false or nothing is known. */
  readonly fallback?: ReactNode
  /** Level of the components' headings; titles of steps are one deeper. Default 2. */
  readonly headingLevel?: HeadingLevel | undefined
  /** What to call who did a step; undefined for nobody in particular. The same function as long as names are the same. */
  readonly nameOf?: ((userId: string) => string | undefined) | undefined
  readonly children?: ReactNode
}

/** Connects the components below it with a person's onboarding. It has no look of its own. */
export const OnboardingProvider = (props: OnboardingProviderProps) => {
  const { client, headingLevel = 2, nameOf, fallback, children } = props
  const locale = localeOf(props.locale ?? 'en')
  const dir = props.dir ?? (props.locale === undefined ? undefined : directionOf(locale))
  // Hosts write tables and slots in place: new objects with the same values render nothing again.
  const messages = useSame()(props.messages)
  const slots = useSame()(props.components)
  const words = useMemo(() => wordsOf(locale, messages), [locale, messages])
  const latest = useRef(props)
  useEffect(() => {
    latest.current = props
  })
  const [mine] = useState(() => ({
    said: createSaid(),
    // Handlers are called, never shown: the last ones given do.
    navigate: (url: string) => latest.current.navigate?.(url),
    openModal: ((name, about) => latest.current.modals?.(name, about)) satisfies OpenModal,
  }))

  useEffect(() => client.connect(), [client])

  const kit = useSame()<Kit>({
    ...mine,
    turns: turnsOf(client),
    client,
    words,
    locale,
    dir,
    headingLevel,
    slots,
    navigate: props.navigate && mine.navigate,
    openModal: props.modals && mine.openModal,
    nameOf,
  })

  return (
    <KitContext.Provider value={kit}>
      <FallbackContext.Provider value={fallback}>{children}</FallbackContext.Provider>
      <LiveRegion kit={kit} />
    </KitContext.Provider>
  )
}
