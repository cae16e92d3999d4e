import type { Refused } from '@boardwalk/client'
import { laterEnglish, type LaterEnglish } from './later-english.ts'
import type { Words } from './words.ts'

/** Whether it is the key of a text that is loaded later. */
export const isSaid = (key: string): key is keyof LaterEnglish => Object.hasOwn(laterEnglish, key)

// Said of the step elsewhere already; a table of texts has 1 kB.
const known = {
  dependency_open: 'step.locked',
  step_already_done: 'step.done',
  step_required: 'step.required',
} as const

const isKnown = (code: string): code is keyof typeof known => Object.hasOwn(known, code)

/** Why a change did not happen, by its code: the server's own text is English, and for developers. */
export const refusedText = ({ code }: Refused, words: Words): string => {
  const key = `refused.${code}`
  if (isSaid(key)) return words(key, {}, laterEnglish)
  return words(isKnown(code) ? known[code] : 'error')
}
