import { describe, expect, test } from 'vitest'
import { declaredSteps, unknownIn } from '../src/declared-routes.ts'
import { createGates, type Requirements } from '../src/index.ts'
import { requirementsOf } from '../src/requirements.ts'

const quiet = { warn: () => {}, error: () => {} }
const away = { url: 'http://127.0.0.1:1', apiKey: 'k' }

/** The requirements of a framework that does nothing with them; what hosts write in JavaScript is not typed. */
const declaring = (): Requirements<object, object> => {
  const gates = createGates({ boardwalk: away, log: quiet })
  return requirementsOf<object, object>(gates, (stop) => ({ stop }))
}

const untyped = (): { requireStep: (...given: any[]) => object; requireGate: (...given: any[]) => object } =>
  declaring()

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('a route that requires a step says whether it is critical', () => {
  test.each([
    ['no options', []],
    ['null for options', [null]],
    ['empty options', [{}]],
    ['critical: undefined', [{ critical: undefined }]],
    ['critical: null', [{ critical: null }]],
    ['critical: "yes"', [{ critical: 'yes' }]],
    ['critical: "false"', [{ critical: 'false' }]],
    ['critical: ""', [{ critical: '' }]],
    ['critical: 0', [{ critical: 0 }]],
    ['critical: 1', [{ critical: 1 }]],
  ])('%s is refused, with what to write instead', (_, given) => {
    const error = thrownBy(() => untyped().requireStep('payments', ...given))
    expect(error).toBeInstanceOf(TypeError)
    const { message } = error as TypeError
    expect(message).toContain('requireStep("payments")')
    expect(message).toContain('critical: true')
    expect(message).toContain('critical: false')
  })

  test.each([true, false])('critical: %s is taken', (critical) => {
    expect(declaring().requireStep('payments', { critical })).toHaveProperty('stop')
    expect(declaring().requireGate('publish', { critical })).toHaveProperty('stop')
  })
})

describe('a route that requires a gate may leave it to the flows', () => {
  test.each([
    ['no options', []],
    ['empty options', [{}]],
    ['critical: undefined', [{ critical: undefined }]],
  ])('%s is taken', (_, given) => {
    expect(untyped().requireGate('publish', ...given)).toHaveProperty('stop')
  })

  test.each(['yes', 'true', '', 0, 1, null])(
    'critical: %j is refused, with what to write instead',
    (given) => {
      const error = thrownBy(() => untyped().requireGate('publish', { critical: given }))
      expect(error).toBeInstanceOf(TypeError)
      expect((error as TypeError).message).toContain('requireGate("publish")')
      expect((error as TypeError).message).toContain('critical: true')
    },
  )
})

describe('the steps of a route', () => {
  test.each([
    ['one', 'payments', ['payments']],
    ['several', ['profile', 'payments'], ['profile', 'payments']],
  ])('%s', (_, given, declared) => {
    expect(declaredSteps(given)).toEqual(declared)
  })

  test.each([
    ['no step in the array', []],
    ['an empty id', ''],
    ['an empty id among others', ['payments', '']],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a number among others', ['payments', 7]],
    ['null among others', [null]],
    ['an object', { step: 'payments' }],
    ['false', false],
  ])('%s is refused, with what was given', (_, given) => {
    const error = thrownBy(() => untyped().requireStep(given, { critical: true }))
    expect(error).toBeInstanceOf(TypeError)
    expect((error as TypeError).message).toContain('requireStep() takes the id of a step')
    expect((error as TypeError).message).toContain(`was given ${JSON.stringify(given)}.`)
  })
})

test('what no flow knows is named, each once asked for', () => {
  const known = {
    gates: [{ name: 'publish', critical: true, steps: ['payments'] }],
    steps: ['profile', 'payments'],
    flows: ['shop'],
  }
  expect(unknownIn({ kind: 'steps', steps: ['profile', 'payments'] }, known)).toEqual([])
  expect(unknownIn({ kind: 'steps', steps: ['profil', 'payments', 'paiement'] }, known)).toEqual([
    'the step "profil"',
    'the step "paiement"',
  ])
  expect(unknownIn({ kind: 'gate', gate: 'publish' }, known)).toEqual([])
  expect(unknownIn({ kind: 'gate', gate: 'payments' }, known)).toEqual(['the gate "payments"'])
  expect(unknownIn({ kind: 'steps', steps: ['publish'] }, known)).toEqual(['the step "publish"'])
  expect(unknownIn({ kind: 'steps', steps: ['profile'], flow: 'shop' }, known)).toEqual([])
  expect(unknownIn({ kind: 'steps', steps: ['profile'], flow: 'shpo' }, known)).toEqual(['the flow "shpo"'])
  expect(unknownIn({ kind: 'gate', gate: 'publish', flow: 'shpo' }, known)).toEqual(['the flow "shpo"'])
})
