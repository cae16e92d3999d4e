import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { createOnboarding, type OnboardingState } from '@boardwalk/client'
import { GuardRailModal, OnboardingProvider, useOnboarding, type OpenModal } from '@boardwalk/react'
import { fr } from '@boardwalk/react/locales/fr'
import { dayMs } from '../../src/movable-clock.ts'
import type { StoreView } from '../../src/store-view.ts'
import { PaymentsModal, paymentsModal } from '../pages/payments-modal.tsx'
import type { pageState } from '../page-state.ts'
import { createNewest } from '../newest.ts'
import { askStore, signedInFetch } from '../store-requests.ts'
import { language, words } from '../texts.ts'
import { StoreContext, useStore } from './store-context.ts'
import { useOnFocus } from './use-focus.ts'
import { isolatedName } from './with-name.tsx'

type Props = { readonly state: NonNullable<typeof pageState>; readonly children: ReactNode }
type Opened = Parameters<OpenModal>[1]

const doneSteps = ({ onboarding }: OnboardingState): string =>
  (onboarding?.steps ?? []).flatMap(({ id, status }) => (status === 'done' ? id : [])).join()

/** In place of the guide when nothing can be found out. Where a team switched the onboarding off there is nothing. */
const NoGuide = () => {
  const { client } = useStore()
  const failed = useOnboarding(({ phase }) => phase === 'failed')
  return failed ? (
    <div className="card row note" role="alert">
      <p>{words.guide.failed}</p>
      <button type="button" onClick={() => void client.refresh()}>
        {words.retry}
      </button>
    </div>
  ) : null
}

/** Around the pages of somebody who is signed in: their store, their onboarding, and what may open over a page. */
export const SignedIn = ({ state, children }: Props) => {
  const [view, setView] = useState(state.view)
  const [begin] = useState(createNewest)
  const [daysAhead, setDaysAhead] = useState(state.daysAhead)
  const [modal, setModal] = useState<Opened>()
  const ahead = useRef(daysAhead)
  const me = view.person.id
  const { onboarding } = state

  const client = useMemo(
    () =>
      createOnboarding({
        storageKey: `harbour ${me}`,
        locale: language,
        fetch: signedInFetch,
        clock: () => Date.now() + ahead.current * dayMs,
        ...(onboarding && { initial: onboarding }),
      }),
    [me, onboarding],
  )
  const show = useCallback(
    (now: StoreView): void => {
      begin()
      setView(now)
    },
    [begin],
  )
  const read = useCallback(async (): Promise<void> => {
    const isNewest = begin()
    const answer = await askStore<StoreView>('GET', '/api/store')
    if (answer.kind === 'ok' && isNewest()) setView(answer.body)
  }, [begin])
  useOnFocus(read)
  // A step that was done elsewhere has left something in the store, too.
  useEffect(() => {
    let done = doneSteps(client.getSnapshot())
    return client.subscribe(() => {
      const now = doneSteps(client.getSnapshot())
      if (now !== done) void read()
      done = now
    })
  }, [client, read])

  const store = useMemo(
    () => ({
      view,
      show,
      read,
      client,
      daysAhead,
      showDaysAhead: (days: number): void => {
        ahead.current = days
        setDaysAhead(days)
        void client.refresh()
      },
    }),
    [view, show, read, client, daysAhead],
  )
  const { members } = view
  const nameOf = useCallback(
    (userId: string): string | undefined => {
      const member = members.find(({ id }) => id === userId)
      return member === undefined || member.id === me ? undefined : isolatedName(member.name)
    },
    [members, me],
  )
  const open: OpenModal = (name, about) => {
    if (name === paymentsModal && modal === undefined) setModal(about)
    else about.done(false)
  }
  const close = (done: boolean): void => {
    setModal(undefined)
    modal?.done(done)
  }

  return (
    <StoreContext value={store}>
      <OnboardingProvider
        client={client}
        locale={language}
        messages={language === 'fr' ? fr : undefined}
        modals={open}
        nameOf={nameOf}
        fallback={<NoGuide />}
      >
        {children}
        <GuardRailModal />
      </OnboardingProvider>
      {modal && (
        <PaymentsModal
          prefill={modal.prefill}
          onDone={(now) => {
            show(now)
            close(true)
          }}
          onCancel={() => close(false)}
        />
      )}
    </StoreContext>
  )
}
