import { english, type Message, type MessageKey, type Messages } from './english.ts'

export type Values = Readonly<Record<string, string | number>>

/** The text of that key in the language of the kit, its values filled in; of a part's own texts when it brings them. */
export type Words = {
  (key: keyof typeof english, values?: Values): string
  <More extends Partial<Messages>>(
    key: keyof More & MessageKey,
    values: Values | undefined,
    more: More,
  ): string
}

const formOf = (message: Message, locale: string, n: string | number | undefined): string => {
  if (typeof message === 'string') return message
  const form = new Intl.PluralRules(locale).select(Number(n))
  return message[form] ?? message.other ?? ''
}

/** What the table lacks is said in English. */
export const wordsOf =
  (locale: string, messages: Partial<Messages> | undefined): Words =>
  (key: MessageKey, values: Values = {}, more?: Partial<Messages>) => {
    const translated = messages?.[key]
    const said = translated ?? more?.[key] ?? (english as Partial<Messages>)[key] ?? ''
    const text = formOf(said, translated === undefined ? 'en' : locale, values['n'])
    return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
  }

/** What hosts write as they like (`fr_CA`) as the browser wants it; what is no language is English, and breaks nothing. */
export const localeOf = (given: string): string => {
  try {
    return new Intl.Locale(given.replaceAll('_', '-')).baseName
  } catch {
    return 'en'
  }
}

// Scripts that run from right to left, by the languages that are written in them.
const rightToLeft = /^(ar|arc|ckb|dv|fa|he|iw|ks|ps|sd|ug|ur|yi)\b/i

export type Direction = 'ltr' | 'rtl'

export const directionOf = (locale: string): Direction => (rightToLeft.test(locale) ? 'rtl' : 'ltr')
