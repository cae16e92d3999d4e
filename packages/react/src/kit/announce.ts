import type { Kit } from './kit.ts'
import { laterEnglish } from './later-english.ts'
import { news } from './news.ts'
import { isSaid, refusedText } from './refused-text.ts'
import { warnOnce } from './warn-once.ts'

/** What happens within this time is said at once, in one go. */
const mergeMs = 500

/**
 * Says what became of things since it was told last: what a person did, what happened elsewhere, what was refused, and
 * whatever the components say. Until the answer is called.
 */
export const announce = (
  { client, said, words }: Kit,
  tell: (change: (before: string) => string) => void,
): (() => void) => {
  let refused = said.told?.refused
  let timer: ReturnType<typeof setTimeout> | undefined

  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      const now = client.getSnapshot()
      // What is on its way may still be refused.
      if (now.pending.length > 0) return soon()
      const texts = [...said.texts].map((text) => (isSaid(text) ? words(text, {}, laterEnglish) : text))
      const all = [...news(said.told?.onboarding, now.onboarding, words), ...texts].join(' ')
      said.told = now
      said.texts.clear()
      // The same text once more would not be read: a space that nobody hears makes it another one.
      if (all !== '') tell((before) => (before === all ? `${all}\u00A0` : all))
    }, mergeMs)
  }
  const look = (): void => {
    const state = client.getSnapshot()
    if (state.refused !== refused && state.refused !== undefined)
      said.texts.add(refusedText(state.refused, words))
    refused = state.refused
    if (state.phase === 'failed')
      warnOnce(
        'Boardwalk did not answer the first read. Look at the `url` and `token` of createOnboarding, and at CORS where Boardwalk has another origin; its `onError` is told why.',
      )
    soon()
  }
  const leave = client.subscribe(look)
  said.hear = soon
  // Something may have happened while this was loaded.
  look()
  return () => {
    clearTimeout(timer)
    leave()
    said.hear = undefined
  }
}
