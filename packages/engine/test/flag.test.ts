import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import { fillFacts } from '../src/facts.ts'
import { flagOf, flagsOf, type Flag } from '../src/flag.ts'
import { compileFlow } from '../src/flow.ts'
import { stranger, type Facts } from '../src/person.ts'
import { compileRelease, releasedToAll, type Release } from '../src/release.ts'
import { readCases } from './read-cases.ts'

type Case = {
  name: string
  key?: string
  userId?: string
  facts?: Partial<Facts>
  release?: Partial<Release>
  expected: Pick<Flag, 'value' | 'variant' | 'reason'> | null
}

const { defaults } = readCases('gates')

const catalogueWith = (names: readonly string[], release: Partial<Release>) =>
  catalogueOf(
    1,
    names.map((name) => ({
      flow: compileFlow({ ...defaults.flow, name, steps: [] }, 1),
      open: true,
      release: compileRelease(name, { ...releasedToAll, ...release }, 7),
    })),
  )

const person = (userId = 'ada', facts: Partial<Facts> = {}) => ({
  ...stranger(userId),
  facts: { attributes: {}, ...facts },
})

for (const { name, cases } of readCases<Case>('flags').groups) {
  describe(`conformance: ${name}`, () => {
    test.each(cases)('$name', ({ key = 'shop', userId, facts, release = {}, expected }) => {
      const catalogue = catalogueWith(['shop'], release)
      const found = flagOf(catalogue, person(userId, facts), key)
      if (expected === null) expect(found).toBeUndefined()
      else expect(found).toEqual({ key, ...expected, metadata: { flow: 'shop', revision: 7 } })
      expect(flagsOf(catalogue, person(userId, facts)).find((flag) => flag.key === key)).toEqual(found)
    })
  })
}

test('all flags come in the order of their keys, whatever the order of the flows', () => {
  const keys = (...names: string[]) => flagsOf(catalogueWith(names, {}), person()).map(({ key }) => key)
  expect(keys('shop', 'saas')).toEqual(
    ['saas', 'shop'].flatMap((name) => [name, `${name}.guardRails`, `${name}.skip`, `${name}.snooze`]),
  )
  expect(keys('saas', 'shop')).toEqual(keys('shop', 'saas'))
})

describe('what is said of a person', () => {
  const known = person('ada', { market: 'FR', attributes: { beta: false } })

  test('fills in what is not known, and changes nothing that is', () => {
    const said = { market: 'DE', plan: 'team', attributes: { beta: true, size: 3 } }
    expect(fillFacts(known, said).facts).toEqual({
      market: 'FR',
      plan: 'team',
      attributes: { beta: false, size: 3 },
    })
    expect(known.facts).toEqual({ market: 'FR', attributes: { beta: false } })
  })

  test.each([{}, { market: null, attributes: {} }, { attributes: { beta: null } }])(
    'forgets nothing: %j',
    (said) => {
      expect(fillFacts(known, said).facts).toEqual(known.facts)
    },
  )
})
