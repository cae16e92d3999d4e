import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createInterface, type Interface } from 'node:readline'
import { TLSSocket } from 'node:tls'

export type Mailed = {
  readonly from: string
  readonly to: string
  /** As it came, without the dots that were stuffed. */
  readonly lines: readonly string[]
  readonly header: (name: string) => string
  readonly body: string
  readonly secure: boolean
  readonly credentials: string | null
}

type Options = {
  /** Offered as STARTTLS. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** By command: what is answered instead. */
  readonly answers?: { [command: string]: string }
}

const mailOf = (lines: string[], more: Pick<Mailed, 'from' | 'to' | 'secure' | 'credentials'>): Mailed => {
  const blank = lines.indexOf('')
  const headers = lines
    .slice(0, blank)
    .join('\r\n')
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  return {
    ...more,
    lines,
    header: (name) => headers.find((one) => one.startsWith(`${name}: `))?.slice(name.length + 2) ?? '',
    body: Buffer.from(lines.slice(blank + 1).join(''), 'base64').toString(),
  }
}

/** A mail server on this machine, which takes what it is sent. */
export const startMailReceiver = async ({ tls, answers = {} }: Options = {}) => {
  const mails: Mailed[] = []
  const sockets = new Set<Socket>()

  const serve = (socket: Socket, secure: boolean): void => {
    const lines: Interface = createInterface({ input: socket, crlfDelay: Infinity })
    let data: string[] | undefined
    let [from, to, credentials]: [string, string, string | null] = ['', '', null]
    const answer = (text: string): void => void socket.write(`${text}\r\n`)
    lines.on('line', (line) => {
      if (data !== undefined) {
        if (line !== '.') return void data.push(line.replace(/^\./, ''))
        mails.push(mailOf(data, { from, to, secure, credentials }))
        data = undefined
        return answer(answers['.'] ?? '250 taken')
      }
      const command = line.split(/[ :]/, 1)[0]?.toUpperCase() ?? ''
      const instead = answers[command]
      if (instead !== undefined) return answer(instead)
      if (command === 'EHLO') {
        const offers = ['hello', ...(tls && !secure ? ['STARTTLS'] : []), 'AUTH PLAIN LOGIN']
        return offers.forEach((offer, n) => answer(`250${n === offers.length - 1 ? ' ' : '-'}${offer}`))
      }
      if (command === 'STARTTLS' && tls) {
        answer('220 go on')
        lines.close()
        const upgraded = new TLSSocket(socket, { isServer: true, ...tls })
        upgraded.on('error', () => undefined)
        return serve(upgraded, true)
      }
      if (command === 'AUTH') {
        credentials = Buffer.from(line.split(' ')[2] ?? '', 'base64').toString()
        return answer('235 welcome')
      }
      if (command === 'MAIL') from = /<(.*)>/.exec(line)?.[1] ?? ''
      if (command === 'RCPT') to = /<(.*)>/.exec(line)?.[1] ?? ''
      if (command !== 'DATA') return answer('250 well')
      data = []
      answer('354 go on')
    })
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.write('220 mail.test\r\n')
    serve(socket, false)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    mails,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
