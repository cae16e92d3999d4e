import type { Logger } from 'pino'
import type { Receiver } from '@boardwalk/engine/health'
import {
  dueMessages,
  messageFailed,
  messageTold,
  readWatched,
  type DueMessage,
  type Query,
} from '@boardwalk/store'
import { nextTryAt } from '../delivery/schedule.ts'
import type { Mailer } from '../outbound/mail.ts'
import type { Outbound } from '../outbound/outbound.ts'

export type Telling = {
  /** There may be somebody to tell. One turn at a time. */
  readonly tell: () => void
  readonly stop: () => Promise<void>
}

type Parts = {
  readonly query: Query
  readonly outbound: Pick<Outbound, 'post'>
  /** Absent: no mail can be sent. */
  readonly mailer: Mailer | undefined
  readonly clock: () => number
  readonly log: Logger
}

const atOnce = 20
// Over some three hours: later an alert helps nobody.
const mostTries = 8

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const textOf = ({ body: { severity, message } }: DueMessage): string => `${severity ?? ''}: ${message ?? ''}`

/** Sends what is due, by the process that watches. Should it die on the way, another sends it again, under the same id. */
export const tellReceivers = ({ query, outbound, mailer, clock, log }: Parts): Telling => {
  const leaving = new AbortController()

  const post = async (url: string, id: string, body: object): Promise<string | undefined> => {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Boardwalk',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(clock() / 1000)),
    }
    const sent = await outbound.post(url, headers, JSON.stringify(body), leaving.signal)
    if (sent.kind === 'failed') return sent.reason
    return sent.status >= 200 && sent.status < 300 ? undefined : `answered ${sent.status}`
  }

  const mail = async (to: string, message: DueMessage): Promise<string | undefined> => {
    if (mailer === undefined) return 'there is no mail server (SMTP_URL, ALERT_FROM)'
    const { id, body } = message
    const subject = `[Boardwalk] ${textOf(message)}`.slice(0, 200)
    const lines = Object.entries(body).map(([name, value]) => `${name}: ${value ?? '-'}`)
    const sent = await mailer({ to, subject, body: `${lines.join('\n')}\n`, id }, clock())
    return sent.kind === 'failed' ? sent.reason : undefined
  }

  /** Why it was not taken. */
  const send = ({ kind, to }: Receiver, message: DueMessage): Promise<string | undefined> => {
    if (kind === 'email') return mail(to, message)
    return post(to, message.id, kind === 'slack' ? { text: escaped(textOf(message)) } : message.body)
  }

  const tellOne = async (message: DueMessage): Promise<void> => {
    const { id, flow, receiver: name, attempts } = message
    const receivers = (await readWatched(query, flow))?.settings.receivers ?? []
    const receiver = receivers.find((one) => one.id === name)
    if (receiver === undefined) return messageFailed(query, id, 'the receiver was removed', null)
    const failed = await send(receiver, message)
    if (failed === undefined) return messageTold(query, id)
    const tries = attempts + 1
    const next = tries < mostTries ? nextTryAt(tries, 0, undefined, Math.random()) : undefined
    log.warn({ event: 'onboarding.alert_not_told', flow, receiver: name, tries, reason: failed })
    await messageFailed(query, id, failed, next ?? null)
  }

  const run = async (): Promise<void> => {
    const due = await dueMessages(query, atOnce)
    await Promise.all(due.map(tellOne))
  }

  let running: Promise<void> | undefined
  return {
    tell: () => {
      running ??= run()
        .catch((error: unknown) =>
          log.warn({ event: 'onboarding.alert_not_told', err: error }, 'will try again'),
        )
        .finally(() => (running = undefined))
    },
    stop: async () => {
      leaving.abort()
      await running
    },
  }
}
