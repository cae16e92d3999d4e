import { useCallback, useEffect, useState } from 'react'
import { SetupGuide } from '@boardwalk/react'
import { accountingApps, type AccountingApp } from '../../src/choices.ts'
import type { MessagesView, MessageView, StoreView } from '../../src/store-view.ts'
import { Card } from '../parts/card.tsx'
import { Frame, PageHead, PageTitle } from '../parts/frame.tsx'
import { useStore } from '../parts/store-context.ts'
import { useOnFocus } from '../parts/use-focus.ts'
import { Name } from '../parts/with-name.tsx'
import { askStore } from '../store-requests.ts'
import { language, words } from '../texts.ts'

const { integrations: texts } = words
const lookMs = 2_000
const when = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' })

const Apps = () => {
  const { view, show } = useStore()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const connected = view.store.accounting

  // The guide is not told: the store says to the world what happened, and the guide hears of it.
  const connect = async (app: AccountingApp): Promise<void> => {
    if (busy || app === connected) return
    setBusy(true)
    setProblem(undefined)
    const answer = await askStore<StoreView>('POST', '/api/store/integrations', { app })
    setBusy(false)
    if (answer.kind === 'ok') show(answer.body)
    else setProblem(answer.refusal.message)
  }

  return (
    <Card title={texts.apps}>
      <p className="faint">{texts.appsLead}</p>
      <ul className="list">
        {accountingApps.map((app) => (
          <li key={app} className="spread">
            {texts.names[app]}
            {/* It stays when it has done its work, and so does the focus. */}
            <button
              type="button"
              aria-disabled={busy || app === connected}
              aria-label={(app === connected ? texts.connectedTo : texts.connectTo)(texts.names[app])}
              onClick={() => void connect(app)}
            >
              {app === connected ? texts.connected : texts.connect}
            </button>
          </li>
        ))}
      </ul>
      <p className="good" role="status">
        {connected !== null && texts.done(texts.names[connected])}
      </p>
      <p className="problem" role="alert">
        {problem}
      </p>
    </Card>
  )
}

const Message = ({ type, at, step, personId }: MessageView) => {
  const { members } = useStore().view
  return (
    <li className="spread">
      <span>
        <code>{type}</code>
        {step !== null && <span className="faint"> {step}</span>}
      </span>
      <span className="faint">
        <Name>{members.find(({ id }) => id === personId)?.name ?? ''}</Name>,{' '}
        <time dateTime={at}>{when.format(new Date(at))}</time>
      </span>
    </li>
  )
}

const Messages = () => {
  const [messages, setMessages] = useState<readonly MessageView[]>([])
  const read = useCallback(async (): Promise<void> => {
    const answer = await askStore<MessagesView>('GET', '/api/store/messages')
    if (answer.kind === 'ok') setMessages(answer.body.messages)
  }, [])
  useOnFocus(read)
  useEffect(() => {
    void read()
    const timer = setInterval(() => {
      if (!document.hidden) void read()
    }, lookMs)
    return () => clearInterval(timer)
  }, [read])

  return (
    <Card title={texts.messages}>
      <p className="faint">{texts.messagesLead}</p>
      {messages.length === 0 ? (
        <p className="faint">{texts.noMessages}</p>
      ) : (
        <ul className="list messages">
          {messages.map((message) => (
            <Message key={message.id} {...message} />
          ))}
        </ul>
      )}
    </Card>
  )
}

export const IntegrationsPage = () => (
  <Frame>
    <PageTitle title={texts.title} />
    <PageHead title={texts.title} lead={texts.lead} />
    <div className="dashboard">
      <div className="column">
        <Apps />
        <Messages />
      </div>
      <div className="column beside">
        <SetupGuide />
      </div>
    </div>
  </Frame>
)
