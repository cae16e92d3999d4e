import type { Sending } from '@boardwalk/client'

/** What a token may say of its bearer: the facts of `PUT /api/users/{userId}`. */
export type PersonClaims = Sending<'putUser'>['body']

export type PersonTokenOptions = {
  /** `BOARDWALK_JWT_SECRET`, at least 32 bytes. */
  readonly secret: string
  /** Seconds until it is refused, from 1 to 86,400; default 3600. */
  readonly expiresInSeconds?: number
  /** `iss` and `aud`, when Boardwalk is configured to ask for them. */
  readonly issuer?: string
  readonly audience?: string
}

const text = new TextEncoder()
const leastSecretBytes = 32
const mostSeconds = 86_400

const base64url = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const encoded = (value: object): string => base64url(text.encode(JSON.stringify(value)))

/**
 * The token by which a person's browser speaks to Boardwalk: a JWT (RFC 7519) signed with HS256. Make it on the server
 * for the person of the session; what it says of them is believed. A token of more than 4,096 characters is refused:
 * tell what is long with `putUser` instead.
 */
export const personToken = async (
  userId: string,
  claims: PersonClaims,
  { secret, expiresInSeconds = 3600, issuer, audience }: PersonTokenOptions,
): Promise<string> => {
  const bytes = text.encode(secret)
  if (bytes.length < leastSecretBytes)
    throw new TypeError(`The secret has ${bytes.length} bytes; it takes at least ${leastSecretBytes}.`)
  if (!(expiresInSeconds >= 1 && expiresInSeconds <= mostSeconds))
    throw new TypeError(`expiresInSeconds is ${expiresInSeconds}; it takes 1 to ${mostSeconds}.`)
  const now = Math.floor(Date.now() / 1000)
  const payload = {
    ...claims,
    sub: userId,
    iat: now,
    exp: now + Math.ceil(expiresInSeconds),
    ...(issuer !== undefined && { iss: issuer }),
    ...(audience !== undefined && { aud: audience }),
  }
  const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(payload)}`
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await globalThis.crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign'])
  const signature = await globalThis.crypto.subtle.sign('HMAC', key, text.encode(signed))
  return `${signed}.${base64url(new Uint8Array(signature))}`
}
