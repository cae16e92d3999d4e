import { useState } from 'react'
import type { OrderView, StoreView } from '../../src/store-view.ts'
import { Card } from '../parts/card.tsx'
import { useStore } from '../parts/store-context.ts'
import { askStore, newKey, type Answer } from '../store-requests.ts'
import { money, words } from '../texts.ts'

const { dashboard: texts } = words

/** The two things that wait for a step. */
export const Selling = () => {
  const { client, show, read } = useStore()
  const [busy, setBusy] = useState(false)
  const [said, setSaid] = useState<{ readonly text: string; readonly bad: boolean }>()

  const act = async <Body,>(path: string, done: (body: Body) => string): Promise<void> => {
    if (busy) return
    setBusy(true)
    setSaid(undefined)
    // With a key, a request that a gate stopped is sent again by itself when the step is done.
    const options = { key: newKey(), fetch: client.guardFetch }
    const answer: Answer<Body> = await askStore('POST', path, {}, options)
    setBusy(false)
    setSaid(
      answer.kind === 'ok'
        ? { text: done(answer.body), bad: false }
        : { text: answer.refusal.message, bad: true },
    )
  }
  const publish = () =>
    act<StoreView>('/api/store/publish', (published) => {
      show(published)
      return texts.published
    })
  const checkout = () =>
    act<OrderView>('/api/store/checkout', ({ number, totalCents, currency }) => {
      void read()
      return texts.ordered(number, money(totalCents, currency))
    })

  return (
    <Card title={texts.sell}>
      <p className="faint">{texts.sellLead}</p>
      {/* Not `disabled`: a button that is would lose the focus that a dialog gives back. */}
      <div className="row">
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
    </Card>
  )
}
