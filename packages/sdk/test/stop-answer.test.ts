import { errors, gateBlocked, problemDetails, problemDetailsOf, problemType } from '@boardwalk/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GateDecision } from '../src/decision.ts'
import { refusals, stopAnswer, type StopAnswer } from '../src/stop-answer.ts'

const blocked = {
  ...problemDetailsOf('PRECONDITION_REQUIRED', 'Vous devez configurer les paiements', 'try-1'),
  error: 'PRECONDITION_REQUIRED' as const,
  missingStep: 'payments',
  missingSteps: ['payments'],
}

const stopping = {
  blocked: { kind: 'blocked', blocked },
  anonymous: { kind: 'anonymous' },
  erased: { kind: 'erased' },
  mistake: { kind: 'mistake', detail: 'unknown_step: "paiement" is in no flow, key sk_live_1' },
  failed_closed: { kind: 'failed_closed', reason: 'timeout', detail: 'http://10.0.0.7 did not answer' },
} as const satisfies { readonly [Kind in GateDecision['kind']]?: GateDecision }

const decisions = Object.entries(stopping) as [keyof typeof stopping, GateDecision][]

const answerTo = (decision: GateDecision, acceptLanguage?: string): StopAnswer => {
  const answer = stopAnswer(decision, { acceptLanguage, correlationId: 'try-1' })
  if (answer === undefined) throw new Error('the handler would run')
  return answer
}

const bodyOf = (decision: GateDecision, acceptLanguage?: string): any =>
  JSON.parse(answerTo(decision, acceptLanguage).body)

describe('what a gate says is what the contract says', () => {
  test.each(Object.keys(refusals) as (keyof typeof refusals)[])('%s has its status and title', (code) => {
    const { status, title } = refusals[code]
    expect({ status, title }).toEqual({ status: errors[code].status, title: errors[code].title })
  })

  test.each([
    ['blocked', 'PRECONDITION_REQUIRED'],
    ['anonymous', 'unauthenticated'],
    ['erased', 'person_erased'],
    ['mistake', 'internal'],
    ['failed_closed', 'SERVICE_UNAVAILABLE'],
  ] as const)('%s is answered as %s', (kind, code) => {
    const { status, body } = answerTo(stopping[kind])
    expect(status).toBe(errors[code].status)
    expect(problemDetails.parse(JSON.parse(body))).toMatchObject({
      type: problemType(code),
      title: errors[code].title,
      status: errors[code].status,
      error: code,
      correlationId: 'try-1',
    })
  })

  test.each(decisions)('%s: detail and message are the same text', (_, decision) => {
    const { detail, message } = bodyOf(decision)
    expect(detail).toBe(message)
    expect(message).not.toBe('')
  })

  test('a 409 goes out as Boardwalk said it, field by field', () => {
    expect(bodyOf(stopping.blocked)).toEqual(blocked)
    expect(gateBlocked.parse(bodyOf(stopping.blocked))).toEqual(blocked)
  })

  test('what went wrong inside is for the log, not for the person', () => {
    for (const kind of ['mistake', 'failed_closed'] as const)
      for (const language of ['en', 'fr']) {
        const { body } = answerTo(stopping[kind], language)
        expect(body).not.toContain('sk_live_1')
        expect(body).not.toContain('10.0.0.7')
      }
  })
})

describe('headers', () => {
  const common = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-correlation-id': 'try-1',
  }
  test.each([
    ['blocked', common],
    ['anonymous', { ...common, 'www-authenticate': 'Bearer' }],
    ['erased', common],
    ['mistake', common],
    ['failed_closed', { ...common, 'retry-after': '1' }],
  ] as const)('%s', (kind, headers) => {
    expect(answerTo(stopping[kind]).headers).toEqual(headers)
  })
})

describe('the language', () => {
  const french = /[éÉ]|Connectez/
  const table: readonly (readonly [acceptLanguage: string | undefined, language: 'en' | 'fr'])[] = [
    [undefined, 'en'],
    ['', 'en'],
    ['fr', 'fr'],
    ['FR', 'fr'],
    ['fr-CA,fr;q=0.9,en;q=0.8', 'fr'],
    ['fr-FR', 'fr'],
    ['en', 'en'],
    ['en,fr', 'en'],
    ['en-GB,en;q=0.9,fr;q=0.8', 'en'],
    ['fr,en', 'fr'],
    ['de', 'en'],
    ['de,fr;q=0.5,en;q=0.3', 'fr'],
    ['de-DE,de;q=0.9,en;q=0.8,fr;q=0.7', 'en'],
    ['en;q=0.5,fr', 'fr'],
    ['en;q=0.5, fr;q=0.9', 'fr'],
    ['fr;q=0.1,en', 'en'],
    ['fr;q=0,en', 'en'],
    ['fr;q=0', 'en'],
    ['de-FR', 'en'],
    ['br-FR,es', 'en'],
    ['frr,frp', 'en'],
    ['*', 'en'],
    ['fr;q=much', 'en'],
    [';;;,,,=', 'en'],
    ['français', 'en'],
  ]

  test.each(table)('%j is answered in %s', (acceptLanguage, language) => {
    for (const kind of ['anonymous', 'erased', 'mistake', 'failed_closed'] as const)
      expect(french.test(bodyOf(stopping[kind], acceptLanguage).message)).toBe(language === 'fr')
  })

  test('whatever stands in the header, the answer is one of the contract’s, in one of the two', () => {
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('fr', 'en', '-', ',', ';q=', '0', '1', '.', ' ', '*') }),
    )
    fc.assert(
      fc.property(header, fc.constantFrom(...decisions), (acceptLanguage, [, decision]) => {
        problemDetails.parse(bodyOf(decision, acceptLanguage))
      }),
    )
  })
})

describe('a handler runs', () => {
  test.each<GateDecision>([
    { kind: 'allowed', ageMs: 0 },
    { kind: 'allowed', ageMs: 59_999 },
    { kind: 'failed_open', reason: 'timeout', detail: 'no answer within 50 ms' },
  ])('after $kind', (decision) => {
    expect(stopAnswer(decision, { acceptLanguage: undefined, correlationId: 'try-1' })).toBeUndefined()
  })

  test.each(decisions)('not after %s', (_, decision) => {
    expect(
      stopAnswer(decision, { acceptLanguage: undefined, correlationId: 'try-1' })?.status,
    ).toBeGreaterThanOrEqual(400)
  })
})
