/** What Boardwalk tells by a webhook. */
export type WebhookMessage = {
  /** Such as `onboarding.step_completed`. */
  readonly type: string
  /** When it happened, in ISO 8601. */
  readonly timestamp: string
  /** Whom it is about, and what the happening itself carries. */
  readonly data: { readonly userId?: string | null; readonly [name: string]: unknown }
}

/** Why a request is not believed: for your log. Whoever sent it gets a 401 and nothing more. */
export type WebhookRefusal =
  | 'secret_unfit'
  | 'body_not_raw'
  | 'headers_unfit'
  | 'too_old'
  | 'too_new'
  | 'signature_wrong'
  | 'not_a_message'

export type VerifiedWebhook =
  /** `id` is the same on every try: whoever has seen it need do nothing more. */
  | { readonly kind: 'verified'; readonly id: string; readonly message: WebhookMessage }
  | { readonly kind: 'refused'; readonly reason: WebhookRefusal }

export type VerifyWebhookOptions = {
  /** How far the time of the signature may be away, in seconds; default 300. What is older may be a replay. */
  readonly toleranceSeconds?: number
  /** Milliseconds since 1970; default the system's clock. */
  readonly now?: number
}

/** Of a web-standard request, or as `node:http` has them. */
type GivenHeaders =
  | { readonly get: (name: string) => string | null }
  | { readonly [name: string]: string | readonly string[] | undefined }

const algorithm = { name: 'HMAC', hash: 'SHA-256' }
const mostSignatures = 10
const text = new TextEncoder()

const headerOf = (headers: GivenHeaders, name: string): string => {
  if (typeof headers.get === 'function') return headers.get(name) ?? ''
  const value = (headers as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' ? value : ''
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> | undefined => {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return bytes.length > 0 ? bytes : undefined
  } catch {
    return undefined
  }
}

const messageIn = (body: Uint8Array): WebhookMessage | undefined => {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    const isMessage =
      typeof parsed === 'object' && parsed !== null && typeof Reflect.get(parsed, 'type') === 'string'
    return isMessage ? (parsed as WebhookMessage) : undefined
  } catch {
    return undefined
  }
}

const refused = (reason: WebhookRefusal): VerifiedWebhook => ({ kind: 'refused', reason })

/**
 * Whether a request comes from the Boardwalk that gave you this secret (`whsec_…`), as Standard Webhooks says. `body` is
 * the body as it came, before anything parsed it. Never throws.
 */
export const verifyWebhook = async (
  secret: string,
  headers: GivenHeaders,
  body: string | Uint8Array,
  { toleranceSeconds = 300, now = Date.now() }: VerifyWebhookOptions = {},
): Promise<VerifiedWebhook> => {
  const keyBytes = bytesOf(secret.replace(/^whsec_/, ''))
  if (keyBytes === undefined) return refused('secret_unfit')
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return refused('body_not_raw')

  const id = headerOf(headers, 'webhook-id')
  const timestamp = headerOf(headers, 'webhook-timestamp')
  const signatures = headerOf(headers, 'webhook-signature').split(' ').slice(0, mostSignatures)
  // What is signed is joined by dots: an id with one could shift what is taken for the time and the body.
  const fit = /^[\w-]{1,255}$/.test(id) && /^\d{1,12}$/.test(timestamp)
  if (!fit || signatures[0] === '') return refused('headers_unfit')
  const agoSeconds = Math.floor(now / 1000) - Number(timestamp)
  if (agoSeconds > toleranceSeconds) return refused('too_old')
  if (agoSeconds < -toleranceSeconds) return refused('too_new')

  const sent = typeof body === 'string' ? text.encode(body) : body
  const before = text.encode(`${id}.${timestamp}.`)
  const signed = new Uint8Array(before.length + sent.length)
  signed.set(before)
  signed.set(sent, before.length)
  const { subtle } = globalThis.crypto
  const key = await subtle.importKey('raw', keyBytes, algorithm, false, ['verify'])
  for (const signature of signatures) {
    const bytes = signature.startsWith('v1,') ? bytesOf(signature.slice(3)) : undefined
    // The platform compares in constant time.
    if (bytes === undefined || !(await subtle.verify(algorithm.name, key, bytes, signed))) continue
    const message = messageIn(sent)
    return message === undefined ? refused('not_a_message') : { kind: 'verified', id, message }
  }
  return refused('signature_wrong')
}
