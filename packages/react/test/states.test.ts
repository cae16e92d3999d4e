import { describe, expect, test } from 'vitest'
import { storyNames, type StoryName } from '../stories/onboardings.ts'
import { rendered, textOf } from './rendered.tsx'

type Row = {
  readonly en: readonly string[]
  readonly fr: readonly string[]
  /** In neither language. */
  readonly never?: readonly string[]
}

const rows: Readonly<Record<StoryName, Row | 'nothing' | 'legacy'>> = {
  first: {
    en: [
      'Setup guide',
      'Step 1 of 5',
      '0% completed',
      'Required',
      'about 1 min',
      'Finish the setup (5)',
      'Hide for 7 days',
    ],
    fr: [
      'Guide de démarrage',
      'Étape 1 sur 5',
      '0% complété',
      'Obligatoire',
      'environ 1 min',
      'Terminer la configuration (5)',
      'Masquer 7 jours',
    ],
  },
  partial: {
    en: ['Step 2 of 5', '29% completed', 'Done by Grace', 'Show skipped steps'],
    fr: ['Étape 2 sur 5', '29% complété', 'Terminé par Grace', 'Afficher les étapes passées'],
    never: ['Choose a theme'],
  },
  pending: { en: ['…'], fr: ['…'] },
  locked: { en: ['Finish the steps before it first'], fr: ['Terminez d’abord les étapes précédentes'] },
  restricted: {
    en: ['Ask the owner', 'Ask somebody with the role admin'],
    fr: ["Demander à l'owner", 'Demander à quelqu’un qui a le rôle admin'],
  },
  skipped: { en: ['Show skipped steps'], fr: ['Afficher les étapes passées'], never: ['Choose a theme'] },
  completed: {
    en: ['Everything is set up. Well done!', 'Steps'],
    fr: ['Tout est configuré. Bravo !', 'Étapes'],
  },
  dismissed: {
    en: ['Show the setup guide'],
    fr: ['Afficher le guide de démarrage'],
    never: ['Set up payments'],
  },
  stale: {
    en: ['This may be out of date: the server cannot be reached.', 'Try again'],
    fr: ['Ceci date peut-être : le serveur est injoignable.', 'Réessayer'],
  },
  // Why is said by what is loaded in the browser.
  refused: {
    en: ['Something went wrong. Please try again.'],
    fr: ['Une erreur est survenue. Veuillez réessayer.'],
    never: ['is not done'],
  },
  'last-nudge': {
    en: ['Finish the setup (2)'],
    fr: ['Terminer la configuration (2)'],
    never: ['Hide for 7 days', 'Masquer 7 jours'],
  },
  // The screen itself is loaded in the browser; the nudge waits for it.
  welcome: { en: ['Setup guide'], fr: ['Guide de démarrage'], never: ['Finish the setup', 'Terminer'] },
  none: 'nothing',
  off: 'legacy',
  loading: 'nothing',
  idle: 'nothing',
  failed: 'legacy',
  hostile: {
    en: ['<img src=x onerror="window.hacked=1">', '<script>window.hacked=1</script>{title}$&'],
    fr: ['<img src=x onerror="window.hacked=1">'],
  },
}

describe.each(storyNames)('%s, from the server', (name) => {
  test.each(['en', 'fr'] as const)('in %s', (language) => {
    const row = rows[name]
    const text = textOf(rendered(name, language))
    if (row === 'nothing') return expect(text).toBe('')
    if (row === 'legacy') return expect(text).toBe('legacy')
    const lines = text.split('\n')
    for (const line of row[language]) expect(lines).toContain(line)
    for (const line of row.never ?? []) expect(text).not.toContain(line)
  })

  test('without a style, a script, or an address that runs', () => {
    const markup = rendered(name)
    expect(markup).not.toMatch(
      /<script|<style|<img|\sstyle=|\son\w+="|href="(?!\/(?!\/)|https:\/\/domains\.)/,
    )
  })
})

describe('what tests of hosts rely on', () => {
  test('a place is kept free only when the host wants it', () => {
    const loading = rendered('loading', 'fr')
    expect(loading).toContain('aria-busy="true" aria-label="Guide de démarrage"')
    expect(rendered('idle', 'fr')).not.toContain('aria-busy')
  })

  test('steps by id and status, progress by value and words', () => {
    const markup = rendered('partial', 'fr')
    expect(markup).toContain('data-step-id="email" data-status="done"')
    expect(markup).toMatch(
      /role="progressbar" aria-labelledby="[^"]+" aria-valuenow="29" aria-valuemin="0" aria-valuemax="100" aria-valuetext="Étape 2 sur 5, 29% complété"/,
    )
    expect(markup).toContain('width="29"')
    expect(markup.match(/role="status"/g)).toHaveLength(1)
  })

  test('the French names of the design', () => {
    const markup = rendered('first', 'fr').replaceAll('&#x27;', "'")
    for (const label of [
      'Compléter Choose a theme',
      "Passer Choose a theme pour l'instant (vous pourrez y revenir depuis le tableau de bord)",
      'En savoir plus sur Set up payments',
      'Fermer',
    ])
      expect(markup).toContain(`aria-label="${label}"`)
    expect(markup).toContain('lang="fr" dir="ltr"')
  })

  test('a name holds the words that are read', () => {
    const markup = rendered('first', 'fr')
    const [, id] =
      /<button class="[^"]+" aria-label="Compléter Choose a theme" id="([^"]+)"/.exec(markup) ?? []
    expect(markup).toContain(`aria-labelledby="${id}text ${id}"`)
    expect(markup).toContain(`<span id="${id}text" class="bw-text">Faire</span>`)
  })
})
