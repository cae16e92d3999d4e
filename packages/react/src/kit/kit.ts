'use client'
import { createContext, useContext, type ComponentType, type HTMLAttributes, type ReactNode } from 'react'
import type { OnboardingClient, OnboardingState } from '@boardwalk/client'
import { nobody } from './nobody.ts'
import { turnsOf, type Turns } from './turns.ts'
import { warnOnce } from './warn-once.ts'
import { wordsOf, type Direction, type Words } from './words.ts'

export type OpenModal = (
  /** The name that the flow gives it. */
  name: string,
  about: {
    /** Values to start with. */
    readonly prefill: Readonly<Record<string, unknown>>
    readonly stepId: string
    /** To be called when the modal closes: true when the step was done in it, false when it was given up. */
    readonly done: (completed: boolean) => void
  },
) => void

export type DialogProps = {
  /** Goes into `data-modal`. */
  readonly name: string
  readonly titleId: string
  readonly descriptionId: string
  /** By Escape, or however else the dialog can be left. */
  readonly onCancel: () => void
  /** The element with `data-first` in it is the one to focus. */
  readonly children: ReactNode
}

export type LinkProps = HTMLAttributes<HTMLElement> & { readonly href: string; readonly children?: ReactNode }

export type Slots = {
  /** In place of the native dialog, e.g. the one of the host's design system. */
  readonly Dialog?: ComponentType<DialogProps> | undefined
  /** In place of `<a>`, e.g. that of the host's router. */
  readonly Link?: ComponentType<LinkProps> | undefined
}

export type HeadingLevel = 1 | 2 | 3 | 4 | 5

/** What the live region is about: its memory, and who looks at it when there is something new. */
type Said = {
  /** How things stood when they were told last. */
  told?: OnboardingState
  /** To be said as well: texts, and keys of texts. */
  readonly texts: Set<string>
  hear?: (() => void) | undefined
}

export const createSaid = (): Said => ({ texts: new Set() })

/** What all components of one provider have in common. */
export type Kit = {
  readonly client: OnboardingClient
  readonly words: Words
  readonly locale: string
  readonly dir: Direction | undefined
  readonly headingLevel: HeadingLevel
  readonly slots: Slots | undefined
  readonly navigate: ((url: string) => void) | undefined
  readonly openModal: OpenModal | undefined
  readonly nameOf: ((userId: string) => string | undefined) | undefined
  readonly turns: Turns
  readonly said: Said
}

/** Outside of any provider: English words for plain views, and nothing to show. */
const bare = {
  client: nobody,
  words: wordsOf('en', undefined),
  locale: 'en',
  headingLevel: 2,
  turns: turnsOf(nobody),
  said: createSaid(),
} satisfies Partial<Kit> as Partial<Kit> as Kit

export const KitContext = createContext<Kit | undefined>(undefined)
/** Apart from the rest: an element is new each time its parent renders, and only the guide shows it. */
export const FallbackContext = createContext<ReactNode>(null)

/** Tells the person, by the live region: a text, or the key of one that is loaded later. */
export const say = ({ said }: Kit, text: string): void => {
  said.texts.add(text)
  said.hear?.()
}

/** For views: they are shown without a provider, too. */
export const useLook = (): Kit => useContext(KitContext) ?? bare

/** For all that needs the person's onboarding. */
export const useKit = (): Kit => {
  const kit = useLook()
  if (kit === bare)
    warnOnce('there is no OnboardingProvider above; hooks know nothing and components show nothing.')
  return kit
}
