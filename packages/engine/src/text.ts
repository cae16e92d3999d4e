/** Text shown to people: one string for all, or one per locale (BCP 47 tag → string). */
export type Text = string | { readonly [locale: string]: string }

const fallbackLocale = 'en'

const languageOf = (locale: string): string => locale.split('-', 1)[0]!.toLowerCase()

const match = (locales: readonly string[], wanted: string): string | undefined => {
  const exact = locales.find((locale) => locale.toLowerCase() === wanted.toLowerCase())
  if (exact !== undefined) return exact
  const language = languageOf(wanted)
  return (
    locales.find((locale) => locale.toLowerCase() === language) ??
    locales.find((locale) => languageOf(locale) === language)
  )
}

/**
 * The text in the first of the preferred locales that it has: exact tag, else the same language, else English, else
 * one of them, always the same.
 */
export const textIn = (text: Text, preferred: readonly string[]): string => {
  if (typeof text === 'string') return text
  const locales = Object.keys(text)
  for (const wanted of [...preferred, fallbackLocale]) {
    const found = match(locales, wanted)
    if (found !== undefined) return text[found]!
  }
  return text[locales[0]!] ?? ''
}

/** Tags of an `Accept-Language` header, most wanted first; `*`, refused (`q=0`) and malformed parts are left out. At most 10 are read. */
export const parseAcceptLanguage = (header: string): string[] =>
  header
    .slice(0, 1000)
    .split(',', 10)
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';')
      const weight = parameters
        .map((parameter) => /^\s*q=(.*)$/i.exec(parameter)?.[1])
        .find((q) => q !== undefined)
      return { tag: tag.trim(), weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ tag, weight }) => /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(tag) && weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)
