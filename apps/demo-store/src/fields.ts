import { accountingApps, markets, mostDaysAhead, plans, roles, themes } from './choices.ts'
import { isLanguage } from './language.ts'
import type { Texts } from './texts.ts'

type Fault = { [Name in keyof Texts]: Texts[Name] extends string ? Name : never }[keyof Texts]
type Field<Value> = { readonly fault: Fault; readonly read: (given: unknown) => Value | undefined }
type Form = { readonly [field: string]: Field<unknown> }

export type Values<Of extends Form> = {
  readonly [Name in keyof Of]: Exclude<ReturnType<Of[Name]['read']>, undefined>
}

/** Control characters end up in logs, headers and terminals; a half character cannot be stored. */
const isClean = (text: string): boolean => text.isWellFormed() && !/\p{Cc}/u.test(text)

const line =
  (max: number) =>
  (given: unknown): string | undefined => {
    const text = typeof given === 'string' ? given.trim() : ''
    return text !== '' && text.length <= max && isClean(text) ? text : undefined
  }

const matching =
  (pattern: RegExp, tidy: (text: string) => string = (text) => text.trim()) =>
  (given: unknown): string | undefined => {
    const text = typeof given === 'string' && given.length <= 300 ? tidy(given) : ''
    return pattern.test(text) ? text : undefined
  }

const oneOf =
  <const Choice extends string>(choices: readonly Choice[]) =>
  (given: unknown): Choice | undefined =>
    choices.find((choice) => choice === given)

const centsOf = (given: unknown): number | undefined => {
  const text = typeof given === 'number' ? String(given) : given
  if (typeof text !== 'string' || !/^\d{1,5}([.,]\d{1,2})?$/.test(text.trim())) return undefined
  const cents = Math.round(Number(text.trim().replace(',', '.')) * 100)
  return cents > 0 ? cents : undefined
}

const longText = (given: unknown): string | undefined => {
  const text = typeof given === 'string' ? given.trim() : ''
  const fits = text.length >= 10 && text.length <= 5000 && isClean(text.replaceAll(/[\r\n\t]/g, ''))
  return fits ? text : undefined
}

/** The present, or a whole number of days after it: time that has passed for Boardwalk cannot unhappen. */
const daysOf = (given: unknown): number | undefined =>
  Number.isInteger(given) && Number(given) >= 0 && Number(given) <= mostDaysAhead ? Number(given) : undefined

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'

export const fields = {
  name: { fault: 'name', read: line(80) },
  email: {
    fault: 'email',
    read: matching(/^(?=.{3,254}$)[^\s@\p{Cc}]+@[^\s@\p{Cc}.]+(\.[^\s@\p{Cc}.]+)+$/u, (text) =>
      text.trim().toLowerCase(),
    ),
  },
  role: { fault: 'role', read: oneOf(roles) },
  market: { fault: 'market', read: oneOf(markets) },
  plan: { fault: 'plan', read: oneOf(plans) },
  invite: { fault: 'invite', read: line(64) },
  language: { fault: 'language', read: (given) => (isLanguage(given) ? given : undefined) },
  holder: { fault: 'holder', read: line(80) },
  iban: {
    fault: 'iban',
    read: matching(/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/, (text) => text.replaceAll(/\s/g, '').toUpperCase()),
  },
  app: { fault: 'app', read: oneOf(accountingApps) },
  theme: { fault: 'theme', read: oneOf(themes) },
  price: { fault: 'price', read: centsOf },
  domain: {
    fault: 'domain',
    read: matching(new RegExp(`^(?=.{4,253}$)(${label}\\.)+[a-z]{2,63}$`), (text) =>
      text.trim().toLowerCase(),
    ),
  },
  impressum: { fault: 'impressum', read: longText },
  code: { fault: 'code', read: line(64) },
  days: { fault: 'days', read: daysOf },
} as const satisfies Form

/** The values of a form, or the fault of every field at once. */
export const readForm = <Of extends Form>(
  form: Of,
  body: Readonly<Record<string, unknown>>,
): { readonly values: Values<Of> } | { readonly faults: { readonly [field: string]: Fault } } => {
  const read = Object.entries(form).map(([name, field]) => {
    const value = field.read(Object.hasOwn(body, name) ? body[name] : undefined)
    return { name, value, fault: field.fault }
  })
  const wrong = read.filter(({ value }) => value === undefined)
  if (wrong.length > 0) return { faults: Object.fromEntries(wrong.map(({ name, fault }) => [name, fault])) }
  return { values: Object.fromEntries(read.map(({ name, value }) => [name, value])) as Values<Of> }
}

export type { Fault, Form }
