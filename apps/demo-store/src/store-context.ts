import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { readForm, type Form, type Values } from './fields.ts'
import { languageOf } from './language.ts'
import { sessionSeconds, type Person, type Shops } from './shops.ts'
import type { Refusal } from './store-view.ts'
import { texts, type Texts } from './texts.ts'

/** The store's own routes behind `signedIn` have the person. */
export type Env = { readonly Variables: { person: Person } }

export const sessionCookie = 'store_session'

export const sayings = (context: Context): Texts => texts[languageOf(context)]

export const refuse = (
  context: Context,
  status: ContentfulStatusCode,
  error: string,
  message: string,
  more: Omit<Refusal, 'error' | 'message'> = {},
): Response => {
  if (status === 503) context.header('Retry-After', '1')
  return context.json({ error, message, ...more } satisfies Refusal, status)
}

export const refuseFields = (context: Context, problems: Refusal['problems'] = {}): Response =>
  refuse(context, 400, 'invalid', sayings(context).invalid, { problems })

/** The values of the form, or the refusal that tells what is wrong with each field. */
export const formOf = async <Of extends Form>(
  context: Context,
  form: Of,
): Promise<Values<Of> | { readonly refusal: Response }> => {
  const words = sayings(context)
  const body: unknown = await context.req.json().catch(() => undefined)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { refusal: refuse(context, 400, 'not_json', words.notJson) }
  const read = readForm(form, body as Record<string, unknown>)
  if ('values' in read) return read.values
  const problems = Object.entries(read.faults).map(([field, fault]) => [field, words[fault]] as const)
  return { refusal: refuseFields(context, Object.fromEntries(problems)) }
}

export const personOf = (context: Context, shops: Shops): Person | undefined =>
  shops.signedIn(getCookie(context, sessionCookie) ?? '')

export const signedIn =
  (shops: Shops): MiddlewareHandler<Env> =>
  async (context, next) => {
    const person = personOf(context, shops)
    if (person === undefined) return refuse(context, 401, 'signed_out', sayings(context).signedOut)
    context.set('person', person)
    return next()
  }

const cookieFor = ({ req }: Context) => ({
  path: '/',
  httpOnly: true,
  sameSite: 'Lax' as const,
  secure: req.url.startsWith('https:'),
})

export const startSession = (context: Context, secret: string): void =>
  setCookie(context, sessionCookie, secret, { ...cookieFor(context), maxAge: sessionSeconds })

export const endSession = (context: Context): void =>
  void deleteCookie(context, sessionCookie, cookieFor(context))
