import { StrictMode } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import type { InMemoryClient } from '../src/testing/index.ts'
import { clientOf, storyNames } from './onboardings.ts'
import { StoryPage, type Language } from './story-page.tsx'

declare global {
  interface Window {
    /** For tests: what the components asked, and a way to change what they show. */
    client?: InMemoryClient
  }
}

const asked = new URLSearchParams(location.search)
const name = storyNames.find((one) => one === asked.get('story')) ?? 'first'
const language = document.documentElement.lang as Language
const client = clientOf(name, Number(asked.get('delay') ?? 0))
window.client = client

const page = (
  <StrictMode>
    <StoryPage client={client} language={language} />
  </StrictMode>
)
const root = document.querySelector('#page')!
if (root.hasChildNodes()) hydrateRoot(root, page)
else createRoot(root).render(page)
