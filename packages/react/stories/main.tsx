import { StrictMode } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import type { InMemoryClient } from '../src/testing/index.ts'
import { play, sceneClient } from './scenes.ts'
import { StoryPage, type Language } from './story-page.tsx'
import { asOnSystem } from './theme.ts'

declare global {
  interface Window {
    /** For tests: what the components asked, and a way to change what they show. */
    client?: InMemoryClient
  }
}

const asked = new URLSearchParams(location.search)
const name = asked.get('story') ?? 'first'
const { lang, dir } = document.documentElement
if (asked.has('theme')) asOnSystem(asked.get('theme')!)
const client = sceneClient(name, lang, Number(asked.get('delay') ?? 0))
window.client = client

const page = (
  <StrictMode>
    <StoryPage
      client={client}
      language={lang as Language}
      dir={dir === 'rtl' ? 'rtl' : 'ltr'}
      onShown={async () => {
        await play(name, lang, client)
        // For tests: what happens by itself in the story has happened.
        document.documentElement.dataset['played'] = ''
      }}
    />
  </StrictMode>
)
const root = document.querySelector('#page')!
if (root.hasChildNodes()) hydrateRoot(root, page)
else createRoot(root).render(page)
