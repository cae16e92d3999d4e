import { useState } from 'react'
import type { StoreView } from '../../src/store-view.ts'
import { GuardRail } from '../onboarding/guard-rail.tsx'
import { safeUrl } from '../onboarding/safe-url.ts'
import { SetupGuide } from '../onboarding/setup-guide.tsx'
import { useGuardRail } from '../onboarding/use-guard-rail.ts'
import { useGuide, type Step } from '../onboarding/use-guide.ts'
import { Frame, PageTitle } from '../parts/frame.tsx'
import { useStore } from '../parts/use-store.ts'
import { isolated, WithName } from '../parts/with-name.tsx'
import { words } from '../texts.ts'
import { Members, Products } from './dashboard-lists.tsx'
import { PaymentsModal, paymentsModal } from './payments-modal.tsx'
import { Selling } from './selling.tsx'

type Prefill = Readonly<Record<string, unknown>>

const knowsModal = (modal: string): boolean => modal === paymentsModal

export const Dashboard = () => {
  const store = useStore()
  const guide = useGuide()
  const { blocked, guarded, settle } = useGuardRail()
  const [modal, setModal] = useState<{ readonly prefill: Prefill | undefined }>()
  const { view } = store

  const open = ({ action }: Step): void => {
    if (action?.type === 'open_modal' && knowsModal(action.modal)) setModal({ prefill: action.prefill })
  }
  const configure = (): void => {
    const action = blocked?.action
    if (action?.type === 'open_modal') return setModal({ prefill: action.prefill })
    settle(false)
    const url = safeUrl(action?.url)
    if (url !== undefined) location.assign(url)
  }
  /** What waited at the gate goes on, or is given up. */
  const close = (done: boolean): void => {
    setModal(undefined)
    settle(done)
  }
  const paid = (now: StoreView): void => {
    store.show(now)
    void guide.read()
    close(true)
  }
  const missing = guide.guide?.steps.find(({ id }) => id === blocked?.missingStep)

  return (
    <Frame person={view?.person}>
      {view === undefined ? (
        <Waiting problem={store.problem} onRetry={() => void store.read()} />
      ) : (
        <>
          <PageTitle title={isolated(words.dashboard.title(view.store.ownerName))} />
          <h1>
            <WithName text={words.dashboard.title(view.store.ownerName)} />
          </h1>
          <div className="dashboard">
            <SetupGuide
              guide={guide.guide}
              failed={guide.failed}
              me={view.person.id}
              nameOf={(userId) => view.members.find(({ id }) => id === userId)?.name}
              onRead={guide.read}
              onOpen={open}
              onChange={guide.change}
            />
            <div className="column">
              <Selling
                view={view}
                guarded={guarded}
                onPublished={(published) => {
                  store.show(published)
                  void guide.read()
                }}
              />
              <Products view={view} />
              <Members view={view} />
            </div>
          </div>
        </>
      )}
      {modal && <PaymentsModal prefill={modal.prefill} onDone={paid} onCancel={() => close(false)} />}
      {blocked && !modal && (
        <GuardRail
          blocked={blocked}
          allowed={missing?.allowed ?? true}
          knowsModal={knowsModal}
          onConfigure={configure}
          onCancel={() => settle(false)}
        />
      )}
    </Frame>
  )
}

const Waiting = ({
  problem,
  onRetry,
}: {
  readonly problem: string | undefined
  readonly onRetry: () => void
}) =>
  problem === undefined ? (
    <p className="faint" role="status">
      {words.loading}
    </p>
  ) : (
    <div className="card row note" role="alert">
      <p>{problem}</p>
      <button type="button" onClick={onRetry}>
        {words.retry}
      </button>
    </div>
  )
