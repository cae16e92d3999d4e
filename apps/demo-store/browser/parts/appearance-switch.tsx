import { useState } from 'react'
import { appearances, type Appearance } from '../../src/choices.ts'
import { words } from '../texts.ts'
import { Segments } from './segments.tsx'

type Choice = Appearance | 'auto'

const yearSeconds = 31_536_000
const page = document.documentElement

/** The server reads the cookie, so that the next page is in this look from its first paint. */
const wear = (choice: Choice): void => {
  const life = choice === 'auto' ? 0 : yearSeconds
  document.cookie = `appearance=${choice}; path=/; max-age=${life}; samesite=lax`
  if (choice === 'auto') delete page.dataset['theme']
  else page.dataset['theme'] = choice
}

export const AppearanceSwitch = () => {
  const [chosen, setChosen] = useState<Choice>(
    appearances.find((one) => one === page.dataset['theme']) ?? 'auto',
  )
  const { appearance, appearances: texts } = words.settings
  return (
    <Segments
      label={appearance}
      chosen={chosen}
      segments={(['auto', ...appearances] as const).map((value) => ({ value, text: texts[value] }))}
      onChoose={(choice) => {
        wear(choice)
        setChosen(choice)
      }}
    />
  )
}
