import { request } from 'node:http'

export type RawAnswer = {
  readonly status: number
  /** What the JSON says, else the text. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
  readonly body: any
  readonly headers: Headers
}

/** Sends a path exactly as it is written, to a server on this machine; `fetch` would tidy it. Fails after `silenceMs` without an answer. */
export const rawRequest = (
  port: number,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  { silenceMs = 30_000 } = {},
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== ''
        resolve({
          status: response.statusCode ?? 0,
          body: isJson ? JSON.parse(text) : text,
          headers: new Headers(response.headers as Record<string, string>),
        })
      })
    })
    sent.on('error', reject)
    // Of a body that was announced and never comes, some hosts wait for ever.
    sent.setTimeout(silenceMs, () => sent.destroy(new Error('No answer came')))
    sent.end()
  })
