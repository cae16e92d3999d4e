import { createElement, useContext, type ComponentType } from 'react'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  CompletionNudge,
  CompletionNudgeView,
  GuardRailModal,
  SetupGuide,
  SetupGuideLauncher,
  SetupGuideView,
  StepItem,
  StepItemView,
  useSetupGuide,
  useStep,
  WelcomeScreen,
  WelcomeScreenView,
} from '../src/index.ts'
import { KitContext } from '../src/kit/kit.ts'
import { inMemoryClient, onboardingOf, TestOnboardingProvider } from '../src/testing/index.ts'
import { html, rendered, textOf } from './rendered.tsx'

const onboarding = onboardingOf({ steps: [{ id: 'payments', title: 'Set up payments' }] })
const nothing = (): void => {}

describe('without a provider', () => {
  // oxlint-disable-next-line house/only-commands-print -- looked at, not printed
  const warn = vi.spyOn(console, 'warn')
  beforeEach(() => void warn.mockReset().mockImplementation(nothing))

  test('components show nothing, hooks know nothing, and the developer hears of it once', async () => {
    const Host = () => {
      const { standing } = useSetupGuide()
      const { step } = useStep('payments')
      return `${standing} ${step?.id}`
    }
    const all: readonly ComponentType[] = [
      SetupGuide,
      SetupGuideLauncher,
      CompletionNudge,
      GuardRailModal,
      WelcomeScreen,
      Host,
    ]
    const markup = [
      ...all.map((component) => html(createElement(component))),
      html(createElement(StepItem, { id: 'payments' })),
    ]
    expect(markup.join('')).toBe('undecided undefined')
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn.mock.calls[0]![0]).toContain('OnboardingProvider')
    const { nobody } = await import('../src/kit/nobody.ts')
    expect(await nobody.completeStep('payments')).toMatchObject({ kind: 'refused' })
  })

  test('views are shown, in English', () => {
    const guide = { onboarding, onComplete: nothing, onSkip: nothing, onRefresh: nothing }
    expect(textOf(html(createElement(SetupGuideView, guide)))).toContain('Set up payments')
    const step = { step: onboarding.steps[0]!, onComplete: nothing }
    expect(html(createElement(StepItemView, step))).toContain('aria-label="Do: Set up payments"')
    const nudge = { nudge: onboarding.nudge, canSnooze: true, onSnooze: nothing, onDismiss: nothing }
    expect(textOf(html(createElement(CompletionNudgeView, nudge)))).toContain('Finish the setup (1)')
    const welcome = { remainingSteps: 1, onStart: nothing, onLater: nothing }
    expect(textOf(html(createElement(WelcomeScreenView, welcome)))).toContain('1 short step,')
    expect(warn).not.toHaveBeenCalled()
  })
})

describe('with a provider', () => {
  test('the first render is the server’s, whatever was loaded before it', async () => {
    const before = rendered('welcome')
    await Promise.all([GuardRailModal.preload(), WelcomeScreen.preload()])
    const client = inMemoryClient({ onboarding: onboardingOf({ steps: ['a'], welcome: { seen: false } }) })
    client.block('a')
    const later = createElement(
      TestOnboardingProvider,
      { client: inMemoryClient(client.getSnapshot()) },
      createElement(GuardRailModal),
      createElement(WelcomeScreen),
    )
    expect(textOf(html(later))).toBe('')
    expect(rendered('welcome')).toBe(before)
  })

  test('headings begin where the host says', () => {
    const markup = rendered('first', 'en', { headingLevel: 3 })
    expect(markup).toMatch(/<h3 id="[^"]+" class="bw-title">/)
    expect(markup).toContain('<h4 class="bw-step-title">')
  })

  test('a modal that nobody opens cannot be pressed', () => {
    expect(rendered('first', 'en', { modals: undefined })).not.toContain('Do: Set up payments')
  })

  test('a text of the host in place of one of the table; what is missing is English', () => {
    const text = textOf(rendered('first', 'en', { locale: 'sv', messages: { 'step.do': 'Gör' } }))
    expect(text).toContain('Gör')
    expect(text).toContain('Setup guide')
  })

  test('parts in the host’s own order, each with what the host renders', () => {
    const parts = createElement(
      SetupGuide.Root,
      null,
      createElement(SetupGuide.List, { key: 'list', render: createElement('ol', { className: 'mine' }) }),
      createElement('hr', { key: 'own' }),
      createElement(SetupGuide.Header, {
        key: 'header',
        render: (props) => createElement('header', { ...props, id: 'top' }),
      }),
    )
    const markup = html(createElement(TestOnboardingProvider, { onboarding: { steps: ['a'] } }, parts))
    expect(markup).toMatch(/<ol class="bw-steps mine">.+<hr\/><header class="bw-header" id="top">/)
    expect(markup).not.toContain('progressbar')
  })

  test('the host’s link', () => {
    const Link = ({ href, children }: { readonly href: string; readonly children?: unknown }) =>
      createElement('router-link', { to: href }, children as string)
    expect(rendered('first', 'en', { components: { Link } })).toContain('<router-link to="/account/email">')
  })

  test('the same kit as long as nothing changes', () => {
    const Probe = () => String(useContext(KitContext)?.locale)
    const element = createElement(TestOnboardingProvider, { locale: 'fr-CA' }, createElement(Probe))
    expect(textOf(html(element))).toBe('fr-CA')
  })
})

describe('the client for tests', () => {
  test('does what is asked, keeps what was asked, and shows it before it is settled', async () => {
    const client = inMemoryClient({ onboarding: onboardingOf({ steps: ['a', { id: 'b', required: true }] }) })
    const done = client.completeStep('b', { count: 2 })
    expect(client.getSnapshot()).toMatchObject({
      pending: ['b'],
      onboarding: { status: 'completed', progress: 50 },
    })
    expect(await done).toEqual({ kind: 'done' })
    client.refuseNext({ code: 'snooze_limit', message: 'No more.' })
    expect(await client.snoozeNudge()).toMatchObject({ kind: 'refused', refused: { code: 'snooze_limit' } })
    expect(client.getSnapshot().onboarding?.nudge.snoozeCount).toBe(0)
    expect(client.calls).toEqual([['completeStep', 'b', { count: 2 }], ['snoozeNudge']])
  })

  test('a gate waits for its steps', async () => {
    const client = inMemoryClient({ onboarding: onboardingOf({ steps: ['a', 'b'] }) })
    client.block('a', { missingSteps: ['a', 'b'] })
    await client.completeStep('a')
    expect(client.getSnapshot().guardRail?.missingSteps).toEqual(['a', 'b'])
    await client.completeStep('b')
    expect(client.getSnapshot().guardRail).toBeUndefined()
  })
})
