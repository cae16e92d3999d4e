import type { ReactElement } from 'react'
import { renderToString } from 'react-dom/server'
import { CompletionNudge, SetupGuide, SetupGuideLauncher } from '../src/index.ts'
import { fr } from '../src/locales/fr.ts'
import { TestOnboardingProvider, type TestOnboardingProviderProps } from '../src/testing/index.ts'
import { clientOf, type StoryName } from '../stories/onboardings.ts'

export const html = (element: ReactElement): string => renderToString(element)

/** What a server sends of a story. */
export const rendered = (
  name: StoryName,
  language: 'en' | 'fr' = 'en',
  more: Partial<TestOnboardingProviderProps> = {},
): string =>
  html(
    <TestOnboardingProvider
      client={clientOf(name)}
      locale={language}
      messages={language === 'fr' ? fr : undefined}
      modals={() => {}}
      nameOf={(id) => (id === 'u-2' ? 'Grace' : undefined)}
      fallback={<p>legacy</p>}
      {...more}
    >
      <SetupGuideLauncher />
      <CompletionNudge />
      <SetupGuide reserveSpace />
    </TestOnboardingProvider>,
  )

/** The same, without attributes that only wire, and as lines. */
export const textOf = (markup: string): string =>
  markup
    .replaceAll(/<[^>]+>/g, '\n')
    .replaceAll('&#x27;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n')
