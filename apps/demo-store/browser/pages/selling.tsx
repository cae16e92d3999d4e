import { useState } from 'react'
import type { OrderView, StoreView } from '../../src/store-view.ts'
import { askStore, newKey, type Answer } from '../store-requests.ts'
import { money, words } from '../texts.ts'

const { dashboard: texts } = words

type Props = {
  readonly view: StoreView
  /** Meets the gates. */
  readonly guarded: typeof globalThis.fetch
  readonly onPublished: (view: StoreView) => void
}

/** The two things that wait for a step. */
export const Selling = ({ view, guarded, onPublished }: Props) => {
  const [busy, setBusy] = useState(false)
  const [said, setSaid] = useState<{ readonly text: string; readonly bad: boolean }>()

  const act = async <Body,>(path: string, done: (body: Body) => string): Promise<void> => {
    if (busy) return
    setBusy(true)
    setSaid(undefined)
    // With a key, a request that a gate stopped is sent again by itself when the step is done.
    const answer: Answer<Body> = await askStore('POST', path, {}, { key: newKey(), fetch: guarded })
    setBusy(false)
    setSaid(
      answer.kind === 'ok'
        ? { text: done(answer.body), bad: false }
        : { text: answer.refusal.message, bad: true },
    )
  }
  const publish = () =>
    act<StoreView>('/api/store/publish', (published) => {
      onPublished(published)
      return texts.published
    })
  const checkout = () =>
    act<OrderView>('/api/store/checkout', ({ number, totalCents, currency }) =>
      texts.ordered(number, money(totalCents, currency)),
    )

  return (
    <section className="card" aria-labelledby="sell-title">
      <h2 id="sell-title">{texts.sell}</h2>
      <p className={view.store.publishedAt ? 'good' : 'faint'}>
        {view.store.publishedAt ? texts.open : texts.draft}
      </p>
      {/* Not `disabled`: a button that is would lose the focus that a dialog gives back. */}
      <div className="column">
        <button type="button" className="primary" aria-disabled={busy} onClick={() => void publish()}>
          {texts.publish}
        </button>
        <button type="button" aria-disabled={busy} onClick={() => void checkout()}>
          {texts.checkout}
        </button>
      </div>
      <p role="status" className={said?.bad ? 'problem' : 'good'}>
        {said?.text}
      </p>
    </section>
  )
}
