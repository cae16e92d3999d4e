import { useContext, type ReactNode } from 'react'
import { words } from '../texts.ts'
import { AppearanceSwitch } from './appearance-switch.tsx'
import { LanguageSwitch } from './language-switch.tsx'
import { StoreContext } from './store-context.ts'

const places = [
  ['/dashboard', words.nav.dashboard],
  ['/store/products', words.nav.products],
  ['/store/integrations', words.nav.integrations],
  ['/onboarding', words.nav.guide],
  ['/settings', words.nav.settings],
] as const

const isHere = (path: string): 'page' | 'true' | undefined => {
  if (location.pathname === path) return 'page'
  return location.pathname.startsWith(`${path}/`) ? 'true' : undefined
}

const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" />
    <path d="M7 14h18l-2.2 11H9.2z" />
    <path className="handle" d="M12 16v-4a4 4 0 0 1 8 0v4" />
  </svg>
)

/** What is around every page. */
export const Frame = ({ children }: { readonly children: ReactNode }) => {
  const store = useContext(StoreContext)
  return (
    <>
      <header className="bar">
        <div className="inner">
          <a className="brand" href="/">
            <Mark />
            Harbour
          </a>
          {store && (
            <nav aria-label={words.nav.name}>
              {places.map(([path, text]) => (
                <a key={path} href={path} aria-current={isHere(path)}>
                  {text}
                </a>
              ))}
            </nav>
          )}
          <LanguageSwitch short />
        </div>
        {store !== undefined && store.daysAhead > 0 && (
          <p className="ahead">
            {words.clock.ahead(store.daysAhead)} <a href="/settings#clock">{words.clock.change}</a>
          </p>
        )}
      </header>
      <main>{children}</main>
      <footer>
        <p>{words.demo}</p>
        {store === undefined && <AppearanceSwitch />}
      </footer>
    </>
  )
}

export const PageTitle = ({ title }: { readonly title: string }) => <title>{`${title} · Harbour`}</title>

/** The heading of a page, what it is about, and what may be done at once. */
export const PageHead = ({
  title,
  lead,
  children,
}: {
  readonly title: ReactNode
  readonly lead?: string
  readonly children?: ReactNode
}) => (
  <div className="head">
    <div>
      <h1>{title}</h1>
      {lead && <p className="lead">{lead}</p>}
    </div>
    {children}
  </div>
)

/** A page with one subject in the middle. */
export const Sheet = ({
  title,
  lead,
  back = false,
  children,
}: {
  readonly title: string
  readonly lead?: string
  readonly back?: boolean
  readonly children?: ReactNode
}) => (
  <section className="card sheet">
    <PageTitle title={title} />
    {back && (
      <a className="back" href="/dashboard">
        <span aria-hidden="true">← </span>
        {words.back}
      </a>
    )}
    <h1>{title}</h1>
    {lead && <p className="lead">{lead}</p>}
    {children}
  </section>
)
