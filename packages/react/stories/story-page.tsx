import { useEffect, useRef, useState } from 'react'
import {
  CompletionNudge,
  GuardRailModal,
  OnboardingProvider,
  SetupGuide,
  SetupGuideLauncher,
  WelcomeScreen,
  type OpenModal,
} from '../src/index.ts'
import { ar } from '../src/locales/ar.ts'
import { de } from '../src/locales/de.ts'
import { fr } from '../src/locales/fr.ts'
import type { InMemoryClient } from '../src/testing/index.ts'

const tables = { en: {}, fr, de, ar }

export type Language = keyof typeof tables

type Props = {
  readonly client: InMemoryClient
  readonly language: Language
  readonly dir: 'ltr' | 'rtl'
  /** Once, when everything is on the page. */
  readonly onShown?: () => Promise<void>
}

/** A page of a host, with everything of the kit on it. */
export const StoryPage = ({ client, language, dir, onShown }: Props) => {
  const shown = useRef(false)
  useEffect(() => {
    // Development runs effects twice, and a second press would take back the first.
    if (!shown.current) void onShown?.()
    shown.current = true
  })
  const [modal, setModal] = useState<{ name: string; done: (completed: boolean) => void }>()
  const [went, setWent] = useState('')
  const open: OpenModal = (name, { done }) => setModal({ name, done })
  const close = (completed: boolean): void => {
    setModal(undefined)
    if (completed) void client.completeStep('payments')
    modal?.done(completed)
  }
  return (
    <OnboardingProvider
      client={client}
      locale={language}
      messages={tables[language]}
      dir={dir}
      modals={open}
      navigate={setWent}
      nameOf={(id) => (id === 'u-2' ? 'Grace' : undefined)}
      fallback={<p>The legacy onboarding</p>}
    >
      <main>
        <h1>A shop</h1>
        <p>
          <button type="button" onClick={() => client.block('payments', { message: 'Payments come first' })}>
            Publish
          </button>{' '}
          <button
            type="button"
            onClick={() => client.block('payments', { missingSteps: ['payments', 'email', 'theme'] })}
          >
            Sell
          </button>{' '}
          <SetupGuideLauncher />
        </p>
        <output>{went}</output>
        <WelcomeScreen />
        <CompletionNudge />
        <SetupGuide reserveSpace />
        <p>
          <a href="#end">After it all</a>
        </p>
      </main>
      {modal && (
        <div role="dialog" aria-label="A modal of the host" data-modal={modal.name}>
          <button type="button" onClick={() => close(true)}>
            Save
          </button>
          <button type="button" onClick={() => close(false)}>
            Give up
          </button>
        </div>
      )}
      <GuardRailModal />
    </OnboardingProvider>
  )
}
