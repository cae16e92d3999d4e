import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createMailer } from '../src/outbound/mail.ts'
import { certificate } from './mail-certificate.ts'
import { startMailReceiver } from './mail-receiver.ts'

const now = Date.parse('2026-03-02T10:00:00Z')
const from = 'alerts@shop.example'
const mail = { to: 'on-call@shop.example', subject: 'critical: payments', body: 'one\n.\ntwo\n', id: 'm-1' }

describe('a mail', () => {
  let receiver: Awaited<ReturnType<typeof startMailReceiver>>
  afterEach(() => receiver.stop())

  test('arrives with its text, and with dots that end nothing', async () => {
    receiver = await startMailReceiver()
    expect(await createMailer({ url: receiver.url, from })(mail, now)).toEqual({ kind: 'sent' })
    const [taken, ...others] = receiver.mails
    expect(others).toEqual([])
    expect(taken).toMatchObject({ from, to: mail.to, body: mail.body, secure: false, credentials: null })
    expect(taken!.header('Date')).toBe('Mon, 02 Mar 2026 10:00:00 +0000')
    expect(taken!.header('Message-ID')).toBe('<m-1@shop.example>')
  })

  test.each([
    'over\r\nBcc: all@shop.example\r\n\r\nanother body',
    `ünïcode 😀 ${'é'.repeat(200)}`,
    '.\r\nQUIT',
    '=?utf-8?B?eA==?=',
    '',
  ])('says %j as its subject and nothing else by it', async (subject) => {
    receiver = await startMailReceiver()
    await createMailer({ url: receiver.url, from })({ ...mail, subject }, now)
    const [taken] = receiver.mails
    expect(receiver.mails).toHaveLength(1)
    expect(taken!.header('Bcc')).toBe('')
    const words = taken!.header('Subject').split(' ')
    const read = words.map((word) =>
      Buffer.from(/^=\?utf-8\?B\?(.*)\?=$/.exec(word)![1]!, 'base64').toString(),
    )
    expect(read.join('')).toBe(subject)
    expect(Math.max(...taken!.lines.map((line) => line.length))).toBeLessThan(90)
    expect(taken!.body).toBe(mail.body)
  })

  test('goes by TLS where the server offers it, and the password with it', async () => {
    receiver = await startMailReceiver({ tls: certificate })
    const url = receiver.url.replace('//', '//postman:p%40ss@')
    const send = createMailer({ url, from, ca: certificate.cert })
    expect(await send(mail, now)).toEqual({ kind: 'sent' })
    expect(receiver.mails).toMatchObject([{ secure: true, credentials: '\0postman\0p@ss', body: mail.body }])
  })

  test('is not sent to a server whose certificate nobody trusts', async () => {
    receiver = await startMailReceiver({ tls: certificate })
    expect(await createMailer({ url: receiver.url, from })(mail, now)).toMatchObject({ kind: 'failed' })
    expect(receiver.mails).toEqual([])
  })

  test.each(['EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', '.'])(
    'that the server refuses at %s has failed, and nothing of it is told but the number',
    async (command) => {
      receiver = await startMailReceiver({ answers: { [command]: '550 no: p@ss' } })
      const url = receiver.url.replace('//', '//postman:p%40ss@')
      const sent = await createMailer({ url, from })(mail, now)
      expect(sent).toMatchObject({ kind: 'failed', reason: expect.stringContaining('answered 550') })
      expect(JSON.stringify(sent)).not.toContain('p@ss')
    },
  )
})

describe('a mail server that', () => {
  test('is away is a failure', async () => {
    const gone = await startMailReceiver()
    await gone.stop()
    const sent = await createMailer({ url: gone.url, from })(mail, now)
    expect(sent).toEqual({ kind: 'failed', reason: 'ECONNREFUSED' })
  })

  test.each([
    ['says nothing', ''],
    ['never ends what it says', '220-and\r\n'.repeat(5)],
    ['talks without end', '220-and\r\n'.repeat(500)],
  ])('%s is left in the end', async (_, says) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.write(says)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const send = createMailer({ url: `smtp://127.0.0.1:${port}`, from, timeoutMs: 300 })
    expect(await send(mail, now)).toMatchObject({ kind: 'failed' })
    server.close()
    // Nobody holds on to the connection.
    await once(server, 'close')
  })
})
