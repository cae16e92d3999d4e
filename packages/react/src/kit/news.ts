import type { Onboarding } from '@boardwalk/contract'
import { laterEnglish } from './later-english.ts'
import type { Words } from './words.ts'

/** What to tell of the way from one onboarding to the next; nothing of the first, nor of another flow. */
export const news = (
  before: Onboarding | undefined,
  now: Onboarding | undefined,
  words: Words,
): readonly string[] => {
  if (before === undefined || now === undefined || before.flow?.name !== now.flow?.name) return []
  const became = (status: 'done' | 'skipped'): string =>
    now.steps
      .filter((step) => {
        const old = before.steps.find(({ id }) => id === step.id)
        return step.status === status && old !== undefined && old.status !== status
      })
      .map(({ title }) => title)
      .join(', ')
  const [done, skipped] = [became('done'), became('skipped')]
  const { completed, total } = now.position
  return [
    ...(done === '' ? [] : [words('said.done', { titles: done, done: completed, total }, laterEnglish)]),
    ...(skipped === '' ? [] : [words('said.skipped', { titles: skipped }, laterEnglish)]),
    ...(now.status === 'completed' && before.status === 'in_progress' ? [words('guide.allDone')] : []),
  ]
}
