import type { Language } from '../src/choices.ts'
import { english, type Texts } from './texts/english.ts'
import { french } from './texts/french.ts'

export type { AroundName } from './texts/english.ts'

const tables: { readonly [name in Language]: Texts } = { en: english, fr: french }

/** The server says in which language the page is; another one is another page. */
export const language: Language = document.documentElement.lang === 'fr' ? 'fr' : 'en'
export const words = tables[language]

export const money = (cents: number, currency: string): string =>
  new Intl.NumberFormat(language, { style: 'currency', currency }).format(cents / 100)
