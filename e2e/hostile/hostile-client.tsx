import type { Blocked } from '@boardwalk/client'
import { inMemoryClient, onboardingOf, type InMemoryClient } from '@boardwalk/react/testing'

const when = '2026-11-20T10:00:00.000Z'

/**
 * A client whose server says this text wherever it says a text at all, also where the contract has an address, a name or
 * one of a few words: the API may be somebody else's. Of what interrupts, a page shows one at a time.
 */
export const hostileClient = (text: string, shows: 'nudge' | 'guard rail' | 'welcome'): InMemoryClient => {
  const everywhere = {
    title: text,
    description: text,
    learnMoreUrl: text,
    roleRestricted: text,
    metadata: { [text]: text },
    reason: text,
    skippedReason: text,
    version: text,
    estimateMinutes: text,
  }
  const redirect = { type: 'redirect', url: text, prefill: { [text]: text } }
  const modal = { type: 'open_modal', modal: text, prefill: { [text]: text } }
  const steps = [
    { ...everywhere, id: 'page', action: redirect },
    {
      ...everywhere,
      id: 'own',
      action: { ...redirect, url: `/${text}` },
      learnMoreUrl: `https://host.example/${text}`,
    },
    { ...everywhere, id: 'modal', action: modal, required: true },
    { ...everywhere, id: 'claim' },
    { ...everywhere, id: 'done', status: 'done', completedAt: when, completedBy: text },
    { ...everywhere, id: 'skipped', status: 'skipped', action: redirect },
    { ...everywhere, id: 'restricted', allowed: false },
    { ...everywhere, id: 'locked', locked: true },
    { ...everywhere, id: text, action: { type: text, url: text, modal: text } },
    { ...everywhere, id: 'odd', status: text, completedAt: text },
  ]
  const onboarding = {
    steps,
    flow: { name: text, version: text },
    nudge: { visible: true, placement: text, snoozedUntil: text, undoUntil: text },
    welcome: { seen: shows !== 'welcome' },
    experiments: { [text]: { variant: text, config: { skipButtonText: text } } },
    config: { skipButtonText: text, skipButtonStyle: text, nudgePlacement: text, [text]: text },
  }
  const client = inMemoryClient({
    onboarding: onboardingOf(onboarding as unknown as Parameters<typeof onboardingOf>[0]),
    refused: { code: text, message: text } as unknown as NonNullable<
      ReturnType<InMemoryClient['getSnapshot']>['refused']
    >,
  })
  const blocked = {
    message: text,
    title: text,
    detail: text,
    correlationId: text,
    type: text,
    action: redirect,
  }
  if (shows === 'guard rail')
    client.block('page', {
      ...(blocked as unknown as Partial<Blocked>),
      missingSteps: ['page', 'modal', text],
    })
  return client
}
