import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { clientOf, type StoryName } from './onboardings.ts'
import { StoryPage, type Language } from './story-page.tsx'

/** What a server sends for that story. */
export const render = (name: StoryName, language: Language): string =>
  renderToString(
    <StrictMode>
      <StoryPage client={clientOf(name)} language={language} />
    </StrictMode>,
  )

export { storyNames } from './onboardings.ts'
