import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import { tokenClaims, type TokenClaims } from '@boardwalk/contract'
import { rememberVerified } from './verified-tokens.ts'

/** What a valid token says, and until when: milliseconds since 1970. */
export type Verified = { readonly claims: TokenClaims; readonly expiresAt: number }

/** Answers what a valid token says, or why it is not one, in words that are safe to tell. */
export type VerifyToken = (token: string) => Promise<Verified | { readonly invalid: string }>

export type TokenOptions = {
  /** HS256 secret, at least 32 bytes. */
  readonly secret?: string | undefined
  /** Where the public keys for RS256 and ES256 are. */
  readonly jwksUrl?: string | undefined
  readonly issuer?: string | undefined
  readonly audience?: string | undefined
}

const longestToken = 4096
// Clocks of host and server differ a little.
const toleranceSeconds = 30

const reasons: readonly [new (...args: never[]) => Error, string][] = [
  [errors.JWTExpired, 'it has expired'],
  [errors.JWTClaimValidationFailed, 'its iss, aud, exp or nbf does not fit'],
  [errors.JOSEAlgNotAllowed, 'its algorithm is not the configured one'],
  [errors.JWSSignatureVerificationFailed, 'its signature does not fit'],
  [errors.JWKSNoMatchingKey, 'no published key fits it'],
]

/** The key-set could not be read: nobody's token is wrong, the answer just cannot be found out. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable'
}

const isOurs = (error: unknown): boolean =>
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC') ||
  !(error instanceof errors.JOSEError)

const explain = (error: unknown): { invalid: string } => {
  if (isOurs(error)) throw new KeysUnavailable('The keys for tokens cannot be read now', { cause: error })
  const known = reasons.find(([type]) => error instanceof type)
  return { invalid: known?.[1] ?? 'it is not a signed JWT' }
}

/** `undefined` when neither a secret nor a key set is configured. With both, a token's header chooses only which of the two pinned families is tried. */
export const tokenVerifier = (
  options: TokenOptions,
  clock: () => number = Date.now,
): VerifyToken | undefined => {
  const secret = options.secret === undefined ? undefined : new TextEncoder().encode(options.secret)
  const keySet = options.jwksUrl === undefined ? undefined : createRemoteJWKSet(new URL(options.jwksUrl))
  if (secret === undefined && keySet === undefined) return undefined
  const common = {
    clockTolerance: toleranceSeconds,
    ...(options.issuer !== undefined && { issuer: options.issuer }),
    ...(options.audience !== undefined && { audience: options.audience }),
    requiredClaims: ['exp'],
  }

  const verify = async (token: string): Promise<JWTPayload> => {
    if (secret === undefined || (keySet !== undefined && !claimsSharedSecret(token))) {
      const keys: JWTVerifyGetKey = keySet as JWTVerifyGetKey
      return (await jwtVerify(token, keys, { ...common, algorithms: ['RS256', 'ES256'] })).payload
    }
    return (await jwtVerify(token, secret, { ...common, algorithms: ['HS256'] })).payload
  }

  const check = async (token: string) => {
    if (token.length > longestToken) return { invalid: `it is longer than ${longestToken} characters` }
    try {
      const payload = await verify(token)
      // 1e400 is a number in JSON, and then the end of a token that has none.
      if (!Number.isFinite(payload.exp)) return { invalid: 'its exp is no moment' }
      const claims = tokenClaims.safeParse(payload)
      if (claims.success)
        return { claims: claims.data, expiresAt: 1000 * ((payload.exp ?? 0) + toleranceSeconds) }
      return { invalid: `its claim ${String(claims.error.issues[0]?.path[0] ?? '')} does not fit` }
    } catch (error) {
      return explain(error)
    }
  }
  return rememberVerified(check, clock)
}

const claimsSharedSecret = (token: string): boolean => {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString())
    return typeof header === 'object' && header !== null && Reflect.get(header, 'alg') === 'HS256'
  } catch {
    return false
  }
}
