import type { Person } from '@boardwalk/engine'

export const presentConsent = ({ consent }: Pick<Person, 'consent'>) => ({
  analytics: consent?.analytics ?? false,
  ...(consent && { at: new Date(consent.at).toISOString() }),
})
