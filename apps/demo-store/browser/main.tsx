import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { WelcomeScreen } from '@boardwalk/react'
import { pageState } from './page-state.ts'
import { Dashboard } from './pages/dashboard.tsx'
import { EmailPage } from './pages/email.tsx'
import { Join, Register, SignIn } from './pages/entrance.tsx'
import { DomainPage, LegalPage, NewProductPage, ThemePage } from './pages/features.tsx'
import { GuidePage } from './pages/guide.tsx'
import { IntegrationsPage } from './pages/integrations.tsx'
import { ProductsPage } from './pages/products.tsx'
import { HelpPage, NotFound } from './pages/reading.tsx'
import { SettingsPage } from './pages/settings.tsx'
import { SignedIn } from './parts/signed-in.tsx'
import { words } from './texts.ts'

// Every page is a document of its own, told apart here by its address.
const pages: { readonly [path: string]: ReactNode } = {
  '/register': <Register />,
  '/join': <Join />,
  '/sign-in': <SignIn />,
  '/dashboard': <Dashboard />,
  '/onboarding': <GuidePage />,
  '/settings': <SettingsPage />,
  '/store/theme': <ThemePage />,
  '/store/products': <ProductsPage />,
  '/store/products/new': <NewProductPage />,
  '/store/domain': <DomainPage />,
  '/store/legal': <LegalPage />,
  '/store/integrations': <IntegrationsPage />,
  '/account/email': <EmailPage />,
}

const isTopic = (name: string): name is keyof typeof words.help => Object.hasOwn(words.help, name)

const pageAt = (path: string): ReactNode => {
  const [, topic = ''] = /^\/help\/([a-z]+)$/.exec(path) ?? []
  if (isTopic(topic)) return <HelpPage topic={topic} />
  return Object.hasOwn(pages, path) ? pages[path] : <NotFound />
}

const page = pageAt(location.pathname)
// What comes at the top of a page must not push the rest down later. A page is there without it, too.
if (pageState?.onboarding?.welcome.seen === false) await WelcomeScreen.preload().catch(() => {})
createRoot(document.querySelector('#page')!).render(
  pageState ? <SignedIn state={pageState}>{page}</SignedIn> : page,
)
