import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { sceneClient } from './scenes.ts'
import { StoryPage, type Language } from './story-page.tsx'

/** What a server sends for that story. */
export const render = (name: string, language: Language, dir: 'ltr' | 'rtl'): string =>
  renderToString(
    <StrictMode>
      <StoryPage client={sceneClient(name, language)} language={language} dir={dir} />
    </StrictMode>,
  )

export { sceneNames } from './scenes.ts'
