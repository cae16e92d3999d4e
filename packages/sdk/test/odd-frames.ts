import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What is sent, byte for byte, by somebody whom the host's session knows as `user`. */
export const oddFrames = (method: string, path: string, user: string): readonly string[] => {
  const who = `Host: 127.0.0.1\r\nX-User: ${user}\r\n`
  const last = `${who}Connection: close\r\n`
  const plain = `${method} ${path} HTTP/1.1\r\n${last}\r\n`
  const chunked = (encoding: string): string =>
    `${method} ${path} HTTP/1.1\r\n${last}Transfer-Encoding: ${encoding}\r\n\r\n0\r\n\r\n`
  const line = (text: string): string => `${text}\r\n${last}\r\n`
  const inside = `${method} ${path} HTTP/1.1\r\n${who}\r\n`
  return [
    plain,
    // Several in one connection, and one in the body of another.
    `GET /nothing HTTP/1.1\r\n${who}\r\n${plain}`,
    `${inside}${inside}${plain}`,
    `GET / HTTP/1.1\r\n${who}Content-Length: ${inside.length}\r\n\r\n${inside}${plain}`,
    `POST /nothing HTTP/1.1\r\n${who}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${plain}`,
    `POST /nothing HTTP/1.1\r\n${who}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n${plain}\r\n0\r\n\r\n`,
    `POST /nothing HTTP/1.1\r\n${who}Content-Length: 0\r\nContent-Length: 44\r\n\r\n${plain}`,
    `POST /nothing HTTP/1.1\r\n${who}Content-Length: +0\r\n\r\n${plain}`,
    `POST /nothing HTTP/1.1\r\n${who}Content-Length: -1\r\n\r\n${plain}`,
    `POST /nothing HTTP/1.1\r\n${who}Content-Length: 0x0\r\n\r\n${plain}`,
    ...[
      'chunked',
      'xchunked',
      'identity',
      'chunked, identity',
      'identity, chunked',
      'CHUNKED',
      '\tchunked',
      'chunked\r\nTransfer-Encoding: identity',
      '\x0bchunked',
      'gzip, chunked',
    ].map(chunked),
    `${method} ${path} HTTP/1.1\r\n${last}Transfer-Encoding: chunked\r\n\r\n0;x=1\r\nX-User: admin\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\n${last}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
    // Other versions and first lines.
    ...['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.2', 'HTTP/1.1.1', 'http/1.1', 'RTSP/1.0', ''].map(
      (version) => line(`${method} ${path} ${version}`),
    ),
    `${method} ${path}\r\n`,
    `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${plain}`,
    line(`${method.toLowerCase()} ${path} HTTP/1.1`),
    line(`${method}  ${path}  HTTP/1.1`),
    line(`${method}\t${path}\tHTTP/1.1`),
    line(` ${method} ${path} HTTP/1.1`),
    line(`\r\n\r\n${method} ${path} HTTP/1.1`),
    line(`${method}\0 ${path} HTTP/1.1`),
    line(`${method} ${path} x HTTP/1.1`),
    line(`${method} * HTTP/1.1`),
    line(`${method} *${path} HTTP/1.1`),
    line(`${method} ${path.slice(1)} HTTP/1.1`),
    line(`${method} ?${path} HTTP/1.1`),
    line(`${method} 127.0.0.1:80${path} HTTP/1.1`),
    line(`CONNECT 127.0.0.1${path} HTTP/1.1`),
    line(`CONNECT ${path} HTTP/1.1`),
    line(`M-SEARCH ${path} HTTP/1.1`),
    line(`QUERY ${path} HTTP/1.1`),
    ...[
      `${path}\0`,
      `${path}\x01`,
      `${path}\x7f`,
      `${path}\x0b`,
      `${path}\xa0`,
      `\xc0\xaf${path}`,
      `/\xe0\x80\xaf${path}`,
      `/\xef\xbc\x8f${path.slice(1)}`,
      `${path}\xff\xfe`,
      `${path}\xe2\x80\x8b`,
      `\\${path.slice(1)}`,
      `${path}\\`,
      `${path}#x`,
      `${path}?\0`,
    ].map((odd) => line(`${method} ${odd} HTTP/1.1`)),
    // Headers, told twice or oddly.
    `${method} ${path} HTTP/1.1\r\nX-User: ${user}\r\nConnection: close\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\n${last}Host: evil.example\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\nHost: evil.example${path}\r\nX-User: ${user}\r\nConnection: close\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1/x?\r\nX-User: ${user}\r\nConnection: close\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\nHost: @\r\nX-User: ${user}\r\nConnection: close\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\n${last}X-User: \r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\n${last} X-User: folded\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\n${last}X-User : spaced\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\n${last}X\0User: nul\r\n\r\n`,
    `${method} ${path} HTTP/1.1\n${last.replaceAll('\r', '')}\n`,
    `${method} ${path} HTTP/1.1\r${last.replaceAll('\n', '')}\r`,
    `${method} ${path} HTTP/1.1\r\n${last}Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\n${last}Content-Length: 9\r\n\r\n_method=GET`,
  ]
}

const quietMs = 150

/** Sends these bytes to a server on this machine; resolves with all that it answers until it has nothing to say. */
export const sendFrame = async (port: number, frame: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1')
  let answered = ''
  const closed = new Promise<void>((resolve) => {
    socket.on('error', () => resolve()).on('close', () => resolve())
  })
  socket.on('data', (bytes) => (answered += bytes.toString('latin1')))
  socket.write(Buffer.from(frame, 'latin1'))
  // A server that waits for more of an odd frame would wait for long.
  let length = -1
  while (length < answered.length || answered === '') {
    length = answered.length
    const isOver = await Promise.race([closed.then(() => true), sleep(quietMs, false)])
    if (isOver || (answered === '' && length === 0)) break
  }
  socket.destroy()
  return answered
}
