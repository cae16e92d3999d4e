import { useEffect, useMemo, useRef, type ComponentProps } from 'react'
import {
  CompletionNudge,
  GuardRailModal,
  OnboardingProvider,
  SetupGuide,
  SetupGuideLauncher,
  StepItem,
  WelcomeScreen,
} from '@boardwalk/react'
import { fr } from '@boardwalk/react/locales/fr'
import { hostileClient } from './hostile-client.tsx'

type Texts = { readonly texts: readonly string[] }
type Provided = Partial<ComponentProps<typeof OnboardingProvider>>

/** For the test: what the kit asked the host's router for. */
const ways: string[] = []
Object.assign(globalThis, { ways })
const navigate = (url: string): void => void ways.push(url)

/** All of the kit, with one text for all that anybody but the kit may say. */
const Said = ({ text, stops, ...provided }: { text: string; stops?: boolean } & Provided) => {
  const client = useMemo(() => hostileClient(text, stops ? 'guard rail' : 'nudge'), [text, stops])
  return (
    <OnboardingProvider client={client} modals={() => {}} nameOf={() => text} {...provided}>
      <SetupGuideLauncher />
      <CompletionNudge />
      <SetupGuide />
      <ul>
        <StepItem id="page" />
        <StepItem id="done" />
      </ul>
      <GuardRailModal />
    </OnboardingProvider>
  )
}

const Welcomed = ({ text, messages }: { text: string } & Provided) => {
  const client = useMemo(() => hostileClient(text, 'welcome'), [text])
  return (
    <OnboardingProvider client={client} messages={messages}>
      <WelcomeScreen title={text} />
    </OnboardingProvider>
  )
}

/** Each text in a section of its own: as what a server says, as a translation and a language, and in the welcome. */
export const HostilePage = ({ texts }: Texts) => (
  <>
    {texts.map((text, index) => {
      const messages = Object.fromEntries(Object.keys(fr).map((key) => [key, text]))
      return (
        <section key={text} data-text={index}>
          <Said text={text} />
          <Said text={text} stops messages={messages} locale={text} navigate={navigate} />
          <Welcomed text={text} messages={messages} />
        </section>
      )
    })}
  </>
)

/** As somebody would write it who trusts texts: what finds nothing in the kit must find this. */
export const CarelessPage = ({ texts }: Texts) => (
  <>
    {texts.map((text, index) => (
      <section key={text} data-text={index}>
        <div dangerouslySetInnerHTML={{ __html: text }} />
        <div dangerouslySetInnerHTML={{ __html: `<img src="/pixel" alt="${text}">` }} />
        <CarelessLink url={text} />
      </section>
    ))}
  </>
)

/** React itself stops most addresses that run; versions before 19 do not. */
const CarelessLink = ({ url }: { readonly url: string }) => {
  const link = useRef<HTMLAnchorElement>(null)
  useEffect(() => link.current?.setAttribute('href', url), [url])
  return <a ref={link}>x</a>
}
