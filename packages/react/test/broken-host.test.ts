import { createElement } from 'react'
import { expect, test } from 'vitest'
import { SetupGuide, StepItemView, useGuardRail, type StepItemViewProps } from '../src/index.ts'
import { leadOf } from '../src/kit/lead.ts'
import { inMemoryClient, onboardingOf, TestOnboardingProvider } from '../src/testing/index.ts'
import { mounted } from './mounted.ts'
import { html, textOf } from './rendered.tsx'

const guideOf = (step: Record<string, unknown>, more: object = {}): string =>
  textOf(
    html(
      createElement(
        TestOnboardingProvider,
        { onboarding: { steps: [{ id: 'payments', ...step }] }, ...more },
        createElement(SetupGuide),
      ),
    ),
  )

test.each([null, 0, false, ''])('a step whose action is %j has nowhere to go, and can be done', (action) => {
  expect(leadOf(action as never, true)).toEqual({ kind: 'claim' })
  expect(guideOf({ title: 'Payments', action })).toContain('Payments')
})

test.each([[{ en: 'Payments' }], [['Payments']], [null], [7], [{ toString: null }]])(
  'a title and a description of %j break nothing: the step goes by its id',
  (text) => {
    expect(guideOf({ title: text, description: text }).split('\n')).toContain('payments')
  },
)

test('a name that cannot be had is nobody’s', () => {
  const done = { title: 'Payments', status: 'done', completedBy: 'u-2' }
  const nameOf = (): string => {
    throw new Error('no such member')
  }
  expect(guideOf(done, { nameOf })).toContain('Done')
  expect(guideOf(done, { nameOf: () => 'Grace' })).toContain('Done by Grace')
})

test('a step by itself breaks nothing either', () => {
  const step = { ...onboardingOf({ steps: ['a'] }).steps[0]!, title: {}, action: null }
  const props = { step, onComplete: () => {} } as unknown as StepItemViewProps
  expect(textOf(html(createElement(StepItemView, props)))).toContain('a')
})

test('a gate whose message is no text, before a step whose title is none', async () => {
  const client = inMemoryClient({ onboarding: onboardingOf({ steps: [{ id: 'a', title: {} as string }] }) })
  const Probe = () => {
    const { message, steps } = useGuardRail()
    return createElement('p', null, `${message}|${steps.map(({ title }) => title).join()}`)
  }
  const page = await mounted(createElement(TestOnboardingProvider, { client }, createElement(Probe)))
  await page.act(() => client.block('a', { message: {} as string }))
  expect(page.text()).toContain('|a')
  expect(page.text()).not.toContain('object')
})
