import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { connect as connectTls } from 'node:tls'

export type MailOptions = {
  /** `smtp://` (TLS when the server offers it) or `smtps://` (TLS from the beginning), with user and password if need be. */
  readonly url: string
  /** The mailbox that it comes from. */
  readonly from: string
  /** Certificates to trust besides those of the system, in PEM. */
  readonly ca?: string
  /** Milliseconds for one message in all. Default 15,000. */
  readonly timeoutMs?: number
}

/** `body` is plain text. */
export type Mail = {
  readonly to: string
  readonly subject: string
  readonly body: string
  readonly id: string
}

export type Mailed = { readonly kind: 'sent' } | { readonly kind: 'failed'; readonly reason: string }

/** Sends by one server, which whoever runs this process has chosen; never throws. */
export type Mailer = (mail: Mail, now: number) => Promise<Mailed>

class Refused extends Error {
  override readonly name = 'Refused'
}

const usualTimeoutMs = 15_000
const mailPorts: { readonly [protocol: string]: number } = { 'smtp:': 587, 'smtps:': 465 }
const isLoopback = (host: string): boolean => /^(localhost|127\.[\d.]+|::1)$/.test(host)

// Of a line longer than 998 bytes a server may refuse the rest. A chunk of 45 bytes makes a word of 72 characters at most.
const chunkBytes = 45

const chunksOf = (text: string): string[] => {
  const chunks: string[] = []
  let chunk = ''
  for (const character of text) {
    if (Buffer.byteLength(chunk + character) > chunkBytes) {
      chunks.push(chunk)
      chunk = ''
    }
    chunk += character
  }
  return [...chunks, chunk]
}

/** RFC 2047: whatever is in the text, it can neither end the header nor begin another. */
const encodedWords = (text: string): string =>
  chunksOf(text)
    .map((chunk) => `=?utf-8?B?${Buffer.from(chunk).toString('base64')}?=`)
    .join('\r\n ')

/** The body in base64: short lines, none of which begins with a dot. */
const contentOf = ({ to, subject, body, id }: Mail, from: string, now: number): string =>
  [
    `From: <${from}>`,
    `To: <${to}>`,
    `Subject: ${encodedWords(subject)}`,
    `Date: ${new Date(now).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${id}@${from.split('@')[1] ?? 'localhost'}>`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(Buffer.from(body)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
    '.',
  ].join('\r\n')

type Reply = { readonly code: number; readonly lines: readonly string[] }

/** Commands and their replies, one after another. */
const dialogueOn = (socket: Socket) => {
  const lines = createInterface({ input: socket, crlfDelay: Infinity })
  const each = lines[Symbol.asyncIterator]()
  // A socket that is destroyed has no end, for which the lines would wait.
  const gone = new Promise<never>((_, reject) => {
    socket.once('close', () => reject(new Refused('the mail server hung up')))
  })
  gone.catch(() => undefined)
  const reply = async (): Promise<Reply> => {
    const told: string[] = []
    for (;;) {
      const { value, done } = await Promise.race([each.next(), gone])
      if (done === true) throw new Refused('the mail server hung up')
      const line = value.slice(0, 2000)
      told.push(line.slice(4))
      if (told.length > 100) throw new Refused('the mail server says too much')
      if (!line.startsWith('-', 3)) return { code: Number(line.slice(0, 3)), lines: told }
    }
  }
  return {
    expect: async (what: string, command: string | null, ...codes: number[]): Promise<Reply> => {
      if (command !== null) socket.write(`${command}\r\n`)
      const answered = await reply()
      // What the server says may repeat what was sent, so only its number is told.
      if (!codes.includes(answered.code))
        throw new Refused(`the mail server answered ${answered.code} to ${what}`)
      return answered
    },
    leave: () => lines.close(),
  }
}

const opened = (socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> =>
  new Promise((resolve, reject) => socket.once(event, resolve).once('error', reject))

const reasonOf = (error: unknown, timedOut: boolean): string => {
  if (timedOut) return 'timed out'
  if (error instanceof Refused) return error.message
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code === '' ? 'the mail was not sent' : code.slice(0, 60)
}

export const createMailer = ({ url, from, ca, timeoutMs = usualTimeoutMs }: MailOptions): Mailer => {
  const { protocol, hostname, port, username, password } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const tls = { host, ...(isIP(host) === 0 && { servername: host }), ...(ca !== undefined && { ca }) }
  const at = { host, port: Number(port || mailPorts[protocol]) }
  const user = decodeURIComponent(username)
  const plain = Buffer.from(`\0${user}\0${decodeURIComponent(password)}`).toString('base64')

  const converse = async (mail: Mail, now: number, hold: (socket: Socket) => void): Promise<void> => {
    let secure = protocol === 'smtps:'
    let socket: Socket = secure ? connectTls({ ...tls, ...at }) : connectPlain(at)
    hold(socket)
    await opened(socket, secure ? 'secureConnect' : 'connect')
    let { expect, leave } = dialogueOn(socket)
    await expect('the greeting', null, 220)
    const hello = `EHLO ${from.split('@')[1] ?? 'localhost'}`
    let { lines } = await expect('EHLO', hello, 250)
    if (!secure && lines.some((line) => /^STARTTLS$/i.test(line.trim()))) {
      await expect('STARTTLS', 'STARTTLS', 220)
      // What came before the handshake counts for nothing.
      leave()
      const upgraded = connectTls({ ...tls, socket })
      await opened(upgraded, 'secureConnect')
      socket = upgraded
      hold(socket)
      secure = true
      ;({ expect, leave } = dialogueOn(socket))
      ;({ lines } = await expect('EHLO', hello, 250))
    }
    if (user !== '') {
      if (!secure && !isLoopback(host)) throw new Refused('the mail server offers no TLS for the password')
      await expect('AUTH', `AUTH PLAIN ${plain}`, 235)
    }
    await expect('MAIL FROM', `MAIL FROM:<${from}>`, 250)
    await expect('RCPT TO', `RCPT TO:<${mail.to}>`, 250, 251)
    await expect('DATA', 'DATA', 354)
    await expect('the message', contentOf(mail, from, now), 250)
    socket.end('QUIT\r\n')
  }

  return async (mail, now) => {
    const held: Socket[] = []
    let timedOut = false
    const end = (): void => held.forEach((socket) => socket.destroy())
    const timer = setTimeout(() => {
      timedOut = true
      end()
    }, timeoutMs)
    const hold = (socket: Socket): void => {
      held.push(socket)
      // Told by whoever waits on it.
      socket.on('error', () => undefined)
    }
    try {
      await converse(mail, now, hold)
      return { kind: 'sent' }
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error, timedOut) }
    } finally {
      clearTimeout(timer)
      end()
    }
  }
}
