import { languages, type Language } from '../../src/choices.ts'
import { askStore } from '../store-requests.ts'
import { language, words } from '../texts.ts'
import { Segments } from './segments.tsx'

const speak = async (chosen: Language): Promise<void> => {
  const answer = await askStore('POST', '/api/language', { language: chosen })
  if (answer.kind === 'ok') location.reload()
}

const nameOf = (one: Language): string => new Intl.DisplayNames([one], { type: 'language' }).of(one) ?? one

const shortly = (one: Language): { readonly text: string; readonly label: string } => {
  const text = one.toUpperCase()
  return { text, label: `${text}, ${nameOf(one)}` }
}

/** `short`: by their codes, where there is little room. */
export const LanguageSwitch = ({ short = false }: { readonly short?: boolean }) => (
  <Segments
    label={words.languageName}
    chosen={language}
    segments={languages.map((one) => ({
      value: one,
      ...(short ? shortly(one) : { text: nameOf(one) }),
      lang: one,
    }))}
    onChoose={(chosen) => void speak(chosen)}
  />
)
