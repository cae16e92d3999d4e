import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { languages, type Language } from './choices.ts'

const cookie = 'language'
const yearSeconds = 365 * 24 * 60 * 60

export const isLanguage = (value: unknown): value is Language => languages.some((one) => one === value)

/** The first of our languages that the header wants; English when it wants none of them. */
export const wantedLanguage = (acceptLanguage: string): Language =>
  acceptLanguage
    .split(',')
    .map((item) => {
      const [tag = '', ...parameters] = item
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/)
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      return { language: tag.split('-')[0], quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter(({ language, quality }) => isLanguage(language) && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ language }) => language)
    .find(isLanguage) ?? 'en'

export const languageOf = (context: Context): Language => {
  const chosen = getCookie(context, cookie)
  return isLanguage(chosen) ? chosen : wantedLanguage(context.req.header('accept-language') ?? '')
}

export const rememberLanguage = (context: Context, language: Language): void =>
  setCookie(context, cookie, language, { path: '/', sameSite: 'Lax', maxAge: yearSeconds })
