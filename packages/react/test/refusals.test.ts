import { createElement } from 'react'
import { beforeEach, expect, test, vi } from 'vitest'
import { errorCodes } from '@boardwalk/contract'
import { CompletionNudge, GuardRailModal, OnboardingProvider, SetupGuide } from '../src/index.ts'
import { laterEnglish } from '../src/kit/later-english.ts'
import { refusedText } from '../src/kit/refused-text.ts'
import { wordsOf } from '../src/kit/words.ts'
import { ar } from '../src/locales/ar.ts'
import { de } from '../src/locales/de.ts'
import { fr } from '../src/locales/fr.ts'
import { inMemoryClient, onboardingOf } from '../src/testing/index.ts'
import { mounted } from './mounted.ts'

const nudge = { visible: true }
const clientOf = () => inMemoryClient({ onboarding: onboardingOf({ steps: ['theme'], nudge }) })

test.each([
  ['snooze_limit', 'Le rappel ne peut plus être masqué.'],
  ['step_required', 'Obligatoire'],
  ['role_not_allowed', fr.error],
  ['dependency_open', 'Terminez d’abord les étapes précédentes'],
  ['proof_required', 'L’étape sera terminée une fois faite pour de bon.'],
  ['step_already_done', 'Terminé'],
  ['SERVICE_UNAVAILABLE', fr.error],
  ['RATE_LIMIT_EXCEEDED', fr.error],
  ['unreached', fr.error],
  ['internal', fr.error],
  ['constructor', fr.error],
])('the refusal %s in French', (code, text) => {
  expect(refusedText({ code, message: 'developer English' }, wordsOf('fr', fr))).toBe(text)
})

test('every code with a text of its own is one of the contract’s, and said otherwise in each language', () => {
  const said = Object.keys(laterEnglish).filter((key) =>
    key.startsWith('refused.'),
  ) as 'refused.snooze_limit'[]
  expect(said.length).toBeGreaterThan(0)
  for (const key of said) {
    expect(errorCodes).toContain(key.replace('refused.', ''))
    expect(new Set([laterEnglish[key], fr[key], de[key], ar[key]]).size).toBe(4)
  }
})

test('the guide says why a change was refused, in the person’s language', async () => {
  await GuardRailModal.preload()
  const client = clientOf()
  const page = await mounted(
    createElement(OnboardingProvider, { client, locale: 'fr', messages: fr }, createElement(SetupGuide)),
  )
  await page.act(() => client.set({ refused: { code: 'proof_required', message: 'developer English' } }))
  expect(page.text()).toContain('L’étape sera terminée une fois faite pour de bon.')
  expect(page.text()).not.toContain('developer')
})

test('what was refused is told by the live region, in the person’s language', async () => {
  await GuardRailModal.preload()
  vi.useFakeTimers()
  const client = clientOf()
  const page = await mounted(createElement(OnboardingProvider, { client, locale: 'fr', messages: fr }))
  await page.act(() => client.set({ refused: { code: 'snooze_limit', message: 'developer English' } }))
  await page.act(() => vi.advanceTimersByTime(1000))
  expect(page.text()).toBe('Le rappel ne peut plus être masqué.')
})

test('a first read that fails is told to the developer, once', async () => {
  // oxlint-disable-next-line house/only-commands-print -- looked at, not printed
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  await GuardRailModal.preload()
  const client = inMemoryClient()
  const page = await mounted(createElement(OnboardingProvider, { client }))
  expect(warn).not.toHaveBeenCalled()
  for (const phase of ['failed', 'loading', 'failed'] as const) await page.act(() => client.set({ phase }))
  expect(warn.mock.calls.map(String)).toEqual([expect.stringMatching(/url.*token.*CORS.*onError/)])
  warn.mockRestore()
})

test('the way to take a snooze back goes with the ten seconds, whatever has the focus or came late', async () => {
  await GuardRailModal.preload()
  vi.useFakeTimers()
  const client = clientOf()
  const page = await mounted(
    createElement(OnboardingProvider, { client, locale: 'fr', messages: fr }, createElement(CompletionNudge)),
  )
  const shown = page.find('bw-snoozed')
  expect(shown).toBeUndefined()
  await page.act(() => page.find('bw-quiet')!.props.onClick!({}))
  await page.act(() => page.find('bw-snoozed')!.props.onPointerEnter?.({}))
  await page.act(() => page.find('bw-snoozed')!.props.onFocus?.({ target: { matches: () => true } }))
  await page.act(() => vi.advanceTimersByTime(9999))
  expect(page.find('bw-snoozed')).toBeDefined()
  await page.act(() => vi.advanceTimersByTime(1))
  expect(page.find('bw-snoozed')).toBeUndefined()
})

beforeEach(() => void vi.useRealTimers())
