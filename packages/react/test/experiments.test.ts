import { createElement } from 'react'
import { expect, test } from 'vitest'
import { CompletionNudge, SetupGuide, StepItem } from '../src/index.ts'
import {
  inMemoryClient,
  onboardingOf,
  TestOnboardingProvider,
  type OnboardingOf,
} from '../src/testing/index.ts'
import { html, textOf } from './rendered.tsx'

const shown = (
  onboarding: OnboardingOf,
  component: Parameters<typeof createElement>[0] | typeof StepItem = SetupGuide,
): string => {
  const client = inMemoryClient({ onboarding: onboardingOf({ steps: ['theme'], ...onboarding }) })
  return html(
    createElement(
      TestOnboardingProvider,
      { client },
      createElement(component as typeof StepItem, { id: 'theme' }),
    ),
  )
}

test.each([
  ['in the guide', SetupGuide],
  ['in a step by itself', StepItem],
])('the button that skips bears the arm’s text and style, %s', (_, component) => {
  const plain = shown({}, component)
  expect(textOf(plain)).toContain('Skip')
  expect(plain).toContain('bw-control bw-quiet')
  const config = { skipButtonText: 'Faire plus tard', skipButtonStyle: 'link' as const }
  const link = shown({ config }, component)
  expect(textOf(link)).toContain('Faire plus tard')
  expect(link).toContain('bw-control bw-link')
  expect(link).not.toContain('bw-control bw-quiet')
  // What is read on it is part of its name.
  expect(link).toMatch(/aria-label="Skip theme[^"]*" id="([^"]+)" aria-labelledby="\1text \1"/)
  const button = shown({ config: { skipButtonStyle: 'button' } }, component)
  expect(button).toContain('bw-control bw-button')
})

test('the reminder says where it is to stand, how long it sleeps, and whether it may', () => {
  const due = { visible: true, placement: 'top' as const, snoozeDays: 3 }
  const top = shown({ nudge: due }, CompletionNudge)
  expect(top).toContain('data-placement="top"')
  expect(textOf(top)).toContain('Hide for 3 days')
  const awake = shown({ nudge: due, features: { snooze: false } }, CompletionNudge)
  expect(textOf(awake)).not.toContain('Hide for')
  expect(shown({ nudge: { visible: true } }, CompletionNudge)).not.toContain('data-placement')
})

test('an answer of a server that knows no experiments is shown as ever', () => {
  const { config: _, experiments: __, ...before } = onboardingOf({ steps: ['theme'] })
  const client = inMemoryClient({ onboarding: before as ReturnType<typeof onboardingOf> })
  const markup = html(createElement(TestOnboardingProvider, { client }, createElement(SetupGuide)))
  expect(textOf(markup)).toContain('Skip')
})
