import {
  factsOfClaims,
  operationRow,
  tokenClaims,
  type OperationId,
  type TokenClaims,
} from '@boardwalk/contract'
import type { FactsUpdate } from '@boardwalk/engine'
import type { KeyHolder } from '../identity/api-key.ts'
import type { VerifyToken } from '../identity/token.ts'
import { Failure } from './reply.ts'

/** Who the host says is calling, with the facts it vouches for. */
export type Identity = { readonly userId: string } & FactsUpdate

/** Nothing (null, undefined, false) when nobody is signed in. */
export type Identify = (request: Request) => Promise<Identity | Nobody> | Identity | Nobody

type Nobody = null | undefined | false

export type Authentication = {
  /** Sites besides the host's own whose pages may change something by the host's session. */
  readonly corsOrigins?: readonly string[] | undefined
  readonly identify?: Identify | undefined
  readonly verifyToken?: VerifyToken | undefined
  readonly findKey: (key: string) => Promise<KeyHolder | undefined>
}

/** Who called: a person with what is vouched for, a server by its key, or nobody in particular. */
export type Called =
  | {
      readonly kind: 'person'
      readonly userId: string
      readonly claims: FactsUpdate
      /** When the token ends, in milliseconds since 1970; undefined where the host says who calls. */
      readonly expiresAt: number | undefined
    }
  | { readonly kind: 'server'; readonly key: KeyHolder }
  | { readonly kind: 'anyone' }

const bearer = (request: Request): string => {
  const header = request.headers.get('authorization') ?? ''
  const [, token] = /^Bearer +([^\s]+) *$/i.exec(header) ?? []
  if (token === undefined) {
    throw new Failure('unauthenticated', 'The header "Authorization: Bearer …" is missing or malformed.')
  }
  return token
}

/**
 * Segment's clients send their write key as the user of `Basic`. Only events are taken so: what a browser keeps of `Basic`
 * it sends along with requests of any page.
 */
const apiKeyOf = (request: Request, operation: OperationId): string => {
  const header = request.headers.get('authorization') ?? ''
  const [, credentials] = /^Basic +([\w+/=-]+) *$/i.exec(header) ?? []
  if (credentials === undefined || operation !== 'sendEvents') return bearer(request)
  return Buffer.from(credentials, 'base64').toString().split(':', 1)[0] ?? ''
}

/** OFREP's clients send a key as such, or as a bearer's, which a person's token is too. */
const keyOrToken = ({ headers }: Request): string | undefined =>
  headers.get('x-api-key') ?? /^Bearer +([^\s]+) *$/i.exec(headers.get('authorization') ?? '')?.[1]

const personOf = (claims: TokenClaims, expiresAt?: number): Called => ({
  kind: 'person',
  userId: claims.sub,
  claims: factsOfClaims(claims),
  expiresAt,
})

/** A host writes `role: user.role`; a role it does not know is no claim. */
export const withoutUndefined = <Facts extends object>(facts: Facts): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Facts

const identified = async (identify: Identify, request: Request): Promise<Called> => {
  const identity = await identify(request)
  if (!identity) {
    throw new Failure('unauthenticated', 'The host application does not know who is calling. Sign in first.')
  }
  const { userId, ...facts } = identity
  const claims = tokenClaims.safeParse({ sub: userId, ...withoutUndefined(facts) })
  if (claims.success) return personOf(claims.data)
  throw new Error(`identify() answered a ${String(claims.error.issues[0]?.path[0])} that does not fit`)
}

const hostOf = (origin: string): string | undefined => URL.parse(origin)?.host

/**
 * The host's session may be a cookie, which a browser sends with what other sites make it send. A token is nothing that
 * they have.
 */
const refuseForeignChange = ({ method, headers, url }: Request, known: readonly string[] = []): void => {
  if (method === 'GET' || method === 'HEAD') return
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  if (origin !== null && known.includes(origin)) return
  const isForeign = site === null ? origin !== null && hostOf(origin) !== hostOf(url) : site === 'cross-site'
  if (isForeign) {
    const message =
      'The request comes from a page of another site, and only pages of this one may change something.'
    throw new Failure('cross_site', message)
  }
}

const authenticatePerson = async (
  { identify, verifyToken, corsOrigins }: Authentication,
  request: Request,
): Promise<Called> => {
  const bearsToken =
    verifyToken !== undefined && /^bearer\s/i.test(request.headers.get('authorization') ?? '')
  if (identify && !bearsToken) {
    refuseForeignChange(request, corsOrigins)
    return identified(identify, request)
  }
  if (verifyToken === undefined) {
    throw new Failure(
      'unauthenticated',
      'No way to identify people is configured. Set BOARDWALK_JWT_SECRET or BOARDWALK_JWKS_URL.',
    )
  }
  const token = await verifyToken(bearer(request))
  if ('invalid' in token) throw new Failure('unauthenticated', `The token is refused: ${token.invalid}.`)
  return personOf(token.claims, token.expiresAt)
}

/** Lets the caller in that the operation is for, or throws the `Failure` to answer with. */
export const authenticate = async (
  operation: OperationId,
  ways: Authentication,
  request: Request,
): Promise<Called> => {
  const { caller } = operationRow(operation)
  if (caller.kind === 'anyone') return { kind: 'anyone' }
  if (caller.kind === 'person') return authenticatePerson(ways, request)
  const key = caller.kind === 'either' ? keyOrToken(request) : apiKeyOf(request, operation)
  const holder = key === undefined ? undefined : await ways.findKey(key)
  if (holder === undefined && caller.kind === 'either' && !request.headers.has('x-api-key'))
    return authenticatePerson(ways, request)
  if (holder === undefined)
    throw new Failure('unauthenticated', 'The API key is unknown, expired or revoked.')
  if (!holder.scopes.has(caller.scope))
    throw new Failure('forbidden', `This API key lacks the scope ${caller.scope}.`)
  return { kind: 'server', key: holder }
}
