import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { Dashboard } from './pages/dashboard.tsx'
import { EmailPage } from './pages/email.tsx'
import { Join, Register, SignIn } from './pages/entrance.tsx'
import { DomainPage, LegalPage, NewProductPage, ThemePage } from './pages/features.tsx'
import { HelpPage, NotFound } from './pages/reading.tsx'
import { words } from './texts.ts'

// Every page is a document of its own, told apart here by its address.
const pages: { readonly [path: string]: ReactNode } = {
  '/register': <Register />,
  '/join': <Join />,
  '/sign-in': <SignIn />,
  '/dashboard': <Dashboard />,
  '/store/theme': <ThemePage />,
  '/store/products/new': <NewProductPage />,
  '/store/domain': <DomainPage />,
  '/store/legal': <LegalPage />,
  '/account/email': <EmailPage />,
}

const isTopic = (name: string): name is keyof typeof words.help => Object.hasOwn(words.help, name)

const pageAt = (path: string): ReactNode => {
  const [, topic = ''] = /^\/help\/([a-z]+)$/.exec(path) ?? []
  if (isTopic(topic)) return <HelpPage topic={topic} />
  return Object.hasOwn(pages, path) ? pages[path] : <NotFound />
}

createRoot(document.querySelector('#page')!).render(pageAt(location.pathname))
