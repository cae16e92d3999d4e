import type { ReactNode } from 'react'
import { languages } from '../../src/choices.ts'
import { askStore } from '../store-requests.ts'
import { language, words } from '../texts.ts'

const speak = async (chosen: string): Promise<void> => {
  const answer = await askStore('POST', '/api/language', { language: chosen })
  if (answer.kind === 'ok') location.reload()
}

const signOut = async (): Promise<void> => {
  const answer = await askStore('POST', '/api/sign-out', {})
  if (answer.kind === 'ok') location.assign('/sign-in')
}

const nameOf = (one: string): string => new Intl.DisplayNames([one], { type: 'language' }).of(one) ?? one

type Props = { readonly person?: { readonly name: string } | undefined; readonly children: ReactNode }

/** What is around every page. */
export const Frame = ({ person, children }: Props) => (
  <>
    <header className="bar">
      <a className="brand" href="/">
        Harbour
      </a>
      <nav aria-label={words.languageName} className="row">
        {languages.map((one) => (
          <button
            key={one}
            type="button"
            className="quiet"
            lang={one}
            aria-label={nameOf(one)}
            aria-pressed={one === language}
            onClick={() => void speak(one)}
          >
            {one.toUpperCase()}
          </button>
        ))}
        {person && (
          <button type="button" className="quiet" onClick={() => void signOut()}>
            {words.signOut}
          </button>
        )}
      </nav>
    </header>
    <main>{children}</main>
    <footer>{words.demo}</footer>
  </>
)

export const PageTitle = ({ title }: { readonly title: string }) => <title>{`${title} · Harbour`}</title>

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
