import { createElement, StrictMode } from 'react'
import { beforeEach, describe, expect, test } from 'vitest'
import { CompletionNudge, GuardRailModal, SetupGuide, useSetupGuide, WelcomeScreen } from '../src/index.ts'
import {
  inMemoryClient,
  onboardingOf,
  TestOnboardingProvider,
  type InMemoryClient,
  type OnboardingOf,
} from '../src/testing/index.ts'
import { mounted } from './mounted.ts'
import { html } from './rendered.tsx'

const payments = { id: 'payments', action: { type: 'redirect' as const, url: '/payments' } }
const clientOf = (onboarding: OnboardingOf = {}): InMemoryClient =>
  inMemoryClient({ onboarding: onboardingOf({ steps: [payments, 'theme'], ...onboarding }) })

const seenBy = ({ calls }: InMemoryClient) =>
  calls.flatMap(([verb, ...seen]) => (verb === 'observe' ? [seen] : []))

const page = (client: InMemoryClient) =>
  createElement(
    StrictMode,
    null,
    createElement(
      TestOnboardingProvider,
      { client },
      createElement(WelcomeScreen),
      createElement(CompletionNudge),
      createElement(SetupGuide),
    ),
  )

/** Mounted, and looked at for as long as what is claimed needs to settle. */
const shown = async (client: InMemoryClient) => {
  const visited = await mounted(page(client))
  const settle = (): Promise<void> => visited.act(() => new Promise((resolve) => setTimeout(resolve, 20)))
  await settle()
  return { ...visited, settle }
}

beforeEach(() => GuardRailModal.preload())

describe('what the kit observes', () => {
  test('a guide and a nudge, once, although effects run twice', async () => {
    const client = clientOf({ nudge: { visible: true } })
    await shown(client)
    expect(seenBy(client)).toEqual([['viewed', { surface: 'guide' }], ['nudge_shown']])
  })

  test('a welcome over a guide is one view; the nudge comes when it is its turn', async () => {
    const client = clientOf({ nudge: { visible: true }, welcome: { seen: false } })
    const { find, act, settle } = await shown(client)
    expect(seenBy(client)).toEqual([['viewed', { surface: 'welcome' }]])
    await act(() => find('bw-quiet')!.props.onClick!({}))
    await settle()
    expect(seenBy(client)).toEqual([['viewed', { surface: 'welcome' }], ['nudge_shown']])
  })

  test('a guide that comes only now', async () => {
    const client = inMemoryClient()
    const { act, settle } = await shown(client)
    expect(seenBy(client)).toEqual([])
    await act(() => client.set({ phase: 'ready', onboarding: onboardingOf({ steps: ['theme'] }) }))
    await settle()
    expect(seenBy(client)).toEqual([['viewed', { surface: 'guide' }]])
  })

  test.each<[string, OnboardingOf]>([
    ['that was put away', { guide: { dismissed: true } }],
    ['that is switched off', { features: { enabled: false } }],
    ['without a step', { steps: [] }],
  ])('nothing of a guide %s', async (_, onboarding) => {
    const client = clientOf(onboarding)
    await shown(client)
    expect(seenBy(client)).toEqual([])
  })

  test('nothing of a guide that is only asked about', async () => {
    const client = clientOf()
    const Probe = () => useSetupGuide().standing
    await mounted(createElement(TestOnboardingProvider, { client }, createElement(Probe)))
    expect(seenBy(client)).toEqual([])
  })

  test('a press on what leads to a step, and from where; none on what only claims it', async () => {
    const client = clientOf({ nudge: { visible: true }, steps: [payments] })
    const { find, act } = await shown(client)
    await act(() => find('bw-normal')!.props.onClick!({}))
    expect(seenBy(client).at(-1)).toEqual(['step_started', { stepId: 'payments', entrypoint: 'step' }])

    const other = clientOf({ nudge: { visible: true }, steps: [payments] })
    const reminded = await shown(other)
    await reminded.act(() => reminded.find('bw-primary')!.props.onClick!({}))
    expect(seenBy(other).at(-1)).toEqual(['step_started', { stepId: 'payments', entrypoint: 'nudge' }])

    const claiming = clientOf({ steps: ['theme'] })
    const claimed = await shown(claiming)
    await claimed.act(() => claimed.find('bw-normal')!.props.onClick!({}))
    expect(claiming.calls).toContainEqual(['completeStep', 'theme'])
    expect(seenBy(claiming).map(([type]) => type)).not.toContain('step_started')
  })

  test('nothing on a server', () => {
    const client = clientOf({ nudge: { visible: true } })
    expect(html(page(client))).toContain('bw-nudge')
    expect(client.calls).toEqual([])
  })
})
