import type { OnboardingState } from '@boardwalk/client'
import {
  inMemoryClient,
  onboardingOf,
  type InMemoryClient,
  type OnboardingOf,
  type StepOf,
} from '../src/testing/index.ts'
import { texts } from './texts.ts'

const email: StepOf = {
  id: 'email',
  title: 'Verify your email',
  description: 'Confirm your email address to secure your account',
  required: true,
  weight: 20,
  action: { type: 'redirect', url: '/account/email' },
  learnMoreUrl: '/help/email',
  estimateMinutes: 1,
}
const payments: StepOf = {
  id: 'payments',
  title: 'Set up payments',
  description: 'Add your payment details so that you can be paid',
  required: true,
  weight: 30,
  action: { type: 'open_modal', modal: 'payments_setup', prefill: { country: 'FR' } },
  learnMoreUrl: '/help/payments',
  estimateMinutes: 5,
}
const theme: StepOf = {
  id: 'theme',
  title: 'Choose a theme',
  description: 'Give your shop its look',
  weight: 15,
}
const product: StepOf = {
  id: 'product',
  title: 'Add your first product',
  description: 'Something to sell: a name, a price, a picture',
  weight: 10,
  action: { type: 'redirect', url: '/store/products/new' },
  estimateMinutes: 5,
}
const domain: StepOf = {
  id: 'domain',
  title: 'Connect your domain',
  weight: 10,
  action: { type: 'redirect', url: 'https://domains.example.org/connect' },
}

const done = { status: 'done', completedAt: '2026-11-20T10:00:00.000Z', completedBy: 'u-2' } as const
const nudge = { visible: true }

type StoryOf = Omit<OnboardingOf, 'steps'> & {
  readonly steps?: readonly StepOf[]
  readonly state?: Partial<OnboardingState>
}

/** One state of the kit each; tests and pictures go through all of them. */
export const stories = {
  first: { steps: [email, payments, theme, product, domain], nudge },
  partial: {
    steps: [{ ...email, ...done }, payments, { ...theme, status: 'skipped' }, product, domain],
    nudge,
  },
  pending: { steps: [email, payments, theme, product], state: { pending: ['theme'] } },
  locked: { steps: [email, { ...payments, locked: true }, { ...theme, locked: true }] },
  restricted: {
    steps: [
      { ...email, ...done },
      { ...payments, allowed: false, roleRestricted: 'owner' },
      { ...domain, allowed: false, roleRestricted: 'admin' },
    ],
  },
  skipped: {
    steps: [
      { ...email, ...done },
      payments,
      { ...theme, status: 'skipped' },
      { ...product, status: 'skipped' },
      domain,
    ],
  },
  completed: {
    steps: [
      { ...email, ...done },
      { ...payments, ...done },
      { ...theme, status: 'skipped' },
    ],
  },
  dismissed: { steps: [email, payments], guide: { dismissed: true } },
  stale: { steps: [email, payments, theme], nudge, state: { phase: 'stale' } },
  refused: {
    steps: [email, theme],
    state: { refused: { code: 'dependency_open', message: 'The step `email` is not done.' } },
  },
  'last-nudge': { steps: [email, payments], nudge: { visible: true, snoozeCount: 3 } },
  welcome: { steps: [email, payments, theme], welcome: { seen: false }, nudge },
  none: { flow: null, steps: [], status: null },
  off: { steps: [email], features: { enabled: false } },
  loading: { state: { phase: 'loading', onboarding: undefined } },
  idle: { state: { phase: 'idle', onboarding: undefined } },
  failed: { state: { phase: 'failed', onboarding: undefined } },
  hostile: {
    steps: [
      {
        id: 'html',
        title: '<img src=x onerror="window.hacked=1">',
        description: '<script>window.hacked=1</script>{title}$&',
        action: { type: 'redirect', url: 'javascript:window.hacked=1' },
        learnMoreUrl: 'javascript:window.hacked=1',
      },
      { id: 'elsewhere', title: 'Elsewhere', action: { type: 'redirect', url: '//evil.example' } },
      { id: 'disguised', title: 'Disguised', action: { type: 'redirect', url: 'https://host@evil.example' } },
      {
        id: 'long',
        title: 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(3),
        description: 'x'.repeat(400),
      },
    ],
    nudge,
  },
} as const satisfies Readonly<Record<string, StoryOf>>

export type StoryName = keyof typeof stories

export const storyNames = Object.keys(stories) as StoryName[]

type ClientOf = { readonly language?: string; readonly delayMs?: number }

export const clientOf = (
  name: StoryName,
  { language = 'en', delayMs = 0 }: ClientOf = {},
): InMemoryClient => {
  const { state, steps = [], ...onboarding }: StoryOf = stories[name]
  const told = steps.map((step) => ({ ...step, ...texts[language]?.[step.id] }))
  return inMemoryClient({ onboarding: onboardingOf({ ...onboarding, steps: told }), delayMs, ...state })
}
