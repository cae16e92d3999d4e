import { Failure } from './reply.ts'

// The longest flow document fits twice; everything else a client sends is far shorter.
const longestBody = 512 * 1024

// The rest of the body is left unread, so that nothing else can come over this connection.
const tooLarge = (): Failure =>
  new Failure('body_too_large', `The body is longer than ${longestBody} bytes. Send less.`, {
    headers: { connection: 'close' },
  })

const bytesOf = async (request: Request): Promise<Uint8Array> => {
  const declared = request.headers.get('content-length')
  if (declared !== null && Number(declared) > longestBody) throw tooLarge()
  if (declared !== null) {
    const bytes = new Uint8Array(await request.arrayBuffer())
    // HTTP ends a body where it was said to end; a host that hands over requests of its own may say what it likes.
    if (bytes.byteLength > longestBody) throw tooLarge()
    return bytes
  }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength
    if (length > longestBody) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const cutShort = (): Failure =>
  new Failure('malformed_json', 'The body ended before its time. Send it again, to its end.')

const isJson = (type: string | null): boolean =>
  type !== null && /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)

const parse = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    const reason =
      error instanceof SyntaxError
        ? error.message.replaceAll(/[\p{Cc}]/gu, ' ').slice(0, 200)
        : 'it is not UTF-8'
    throw new Failure('malformed_json', `The body is not JSON: ${reason}. Send one JSON value in UTF-8.`)
  }
}

/** The JSON of a request, or a `Failure`. `undefined`: there is no body. */
export const readJson = async (request: Request): Promise<unknown> => {
  const bytes = await bytesOf(request).catch((error: unknown) => {
    // A caller who hangs up is no outage of ours, whatever the socket calls it.
    throw error instanceof Failure ? error : cutShort()
  })
  if (bytes.length === 0) return undefined
  if (!isJson(request.headers.get('content-type'))) {
    throw new Failure(
      'unsupported_media_type',
      'Send the body with the header Content-Type: application/json.',
    )
  }
  return parse(bytes)
}
