import { errorCodes, errors, problemDetailsOf, type ErrorCode } from '@boardwalk/contract'
import { describe, expect, test } from 'vitest'
import { overHttp } from '../src/ask-over-http.ts'
import { isBlocked, meaningOfAnswer, meaningOfCode, meaningOfUnreached, type Asked } from '../src/asked.ts'

// What each error of the contract means for a gate. A new code does not compile until somebody has decided it here:
// `unknown` may let people pass, so it is only for what no user can bring about by what they send.
const meanings: { readonly [Code in ErrorCode]: string } = {
  // Boardwalk is away, or the key to it is wrong.
  SERVICE_UNAVAILABLE: 'unknown: unavailable',
  unauthenticated: 'unknown: key_refused',
  forbidden: 'unknown: key_refused',
  // Something older or younger than this SDK, or something else, is at the address.
  route_not_found: 'unknown: status',
  method_not_allowed: 'unknown: status',
  // A user can bring these about.
  conflict: 'busy',
  internal: 'busy',
  cross_site: 'mistake',
  person_erased: 'erased',
  // All else is a question that cannot be answered, however often it is asked.
  step_not_found: 'mistake',
  flow_not_found: 'mistake',
  not_enrolled: 'mistake',
  role_not_allowed: 'mistake',
  step_required: 'mistake',
  step_already_done: 'mistake',
  dependency_open: 'mistake',
  proof_required: 'mistake',
  flow_completed: 'mistake',
  skip_off: 'mistake',
  snooze_off: 'mistake',
  snooze_limit: 'mistake',
  snooze_past: 'mistake',
  unsnooze_late: 'mistake',
  unknown_step: 'mistake',
  unknown_gate: 'mistake',
  PRECONDITION_REQUIRED: 'mistake',
  malformed_json: 'mistake',
  invalid_request: 'mistake',
  person_not_found: 'mistake',
  flag_not_found: 'mistake',
  targeting_key_missing: 'mistake',
  version_not_found: 'mistake',
  key_not_found: 'mistake',
  stale: 'mistake',
  body_too_large: 'mistake',
  unsupported_media_type: 'mistake',
  idempotency_mismatch: 'mistake',
  invalid_flow: 'mistake',
  invalid_experiment: 'mistake',
  experiment_not_found: 'mistake',
  webhook_not_found: 'mistake',
  dead_letter_not_found: 'mistake',
  delivery_not_found: 'mistake',
  erasure_key_differs: 'mistake',
  url_refused: 'mistake',
  too_many_webhooks: 'mistake',
  still_unreadable: 'mistake',
  // Of the person's own routes only.
  RATE_LIMIT_EXCEEDED: 'mistake',
  too_many_streams: 'mistake',
}

const inShort = (asked: Asked): string => (asked.kind === 'unknown' ? `unknown: ${asked.reason}` : asked.kind)

describe('an error of the contract', () => {
  test('every code is decided in the table above', () => {
    expect(Object.keys(meanings).sort()).toEqual([...errorCodes].sort())
  })

  test.each(errorCodes)('%s', (code) => {
    expect(inShort(meaningOfCode(code, 'why'))).toBe(meanings[code])
  })

  test.each(errorCodes)('%s means the same over HTTP', async (code) => {
    const body = problemDetailsOf(code, 'why', 'try-1')
    const asked = await answering(() => Response.json(body, { status: errors[code].status }))
    expect(inShort(asked)).toBe(meanings[code])
  })

  test('it is told with its code and message', () => {
    expect(meaningOfCode('unknown_step', 'No flow knows "paiement".')).toEqual({
      kind: 'mistake',
      detail: 'unknown_step: No flow knows "paiement".',
    })
    expect(meaningOfCode('SERVICE_UNAVAILABLE', 'away')).toMatchObject({
      detail: 'SERVICE_UNAVAILABLE: away',
    })
  })

  test.each(['rate_limited', '', 'toString', '__proto__', 'constructor', 'service_unavailable'])(
    'a code that this SDK does not know never opens (%j)',
    (code) => {
      expect(meaningOfCode(code, 'why').kind).toBe('mistake')
    },
  )
})

const question = { userId: 'ada', steps: ['payments'], route: '/publish', critical: false }

const answering = (answer: () => Response): Promise<Asked> =>
  overHttp({ url: 'http://boardwalk.test', apiKey: 'k', fetch: async () => answer() }).ask(
    question,
    { correlationId: 'try-1' },
    1000,
  )

const withBody = (status: number, body: string | null, type = 'text/html'): Promise<Asked> =>
  answering(() => new Response(body, { status, headers: { 'content-type': type } }))

describe('an answer that is not Boardwalk’s', () => {
  const rows: readonly (readonly [status: number, asHtml: string, asJson: string])[] = [
    [200, 'unknown: garbled', 'unknown: garbled'],
    [201, 'unknown: garbled', 'unknown: garbled'],
    [301, 'unknown: garbled', 'unknown: status'],
    [302, 'unknown: garbled', 'unknown: status'],
    [400, 'mistake', 'mistake'],
    [401, 'unknown: garbled', 'unknown: status'],
    [402, 'mistake', 'mistake'],
    [403, 'busy', 'busy'],
    [404, 'unknown: garbled', 'unknown: status'],
    [405, 'unknown: garbled', 'unknown: status'],
    [407, 'unknown: garbled', 'unknown: status'],
    [408, 'unknown: garbled', 'unknown: status'],
    [409, 'mistake', 'mistake'],
    [410, 'mistake', 'mistake'],
    [413, 'mistake', 'mistake'],
    [414, 'mistake', 'mistake'],
    [421, 'unknown: garbled', 'unknown: status'],
    [422, 'mistake', 'mistake'],
    [429, 'busy', 'busy'],
    [431, 'mistake', 'mistake'],
    [451, 'mistake', 'mistake'],
    [500, 'busy', 'busy'],
    [501, 'busy', 'busy'],
    [502, 'unknown: garbled', 'unknown: status'],
    [503, 'unknown: garbled', 'unknown: status'],
    [504, 'unknown: garbled', 'unknown: status'],
    [520, 'busy', 'busy'],
  ]

  test.each(rows)('%d', async (status, asHtml, asJson) => {
    expect(inShort(await withBody(status, '<html>Sorry</html>'))).toBe(asHtml)
    expect(inShort(await withBody(status, '{"message":"Sorry"}', 'application/json'))).toBe(asJson)
    expect(inShort(await withBody(status, ''))).toBe(status < 300 ? 'unknown: garbled' : asJson)
    const notOurs = { type: 'about:blank', title: 'Sorry', status, error: 'PRECONDITION_REQUIRED' }
    expect(inShort(await withBody(status, JSON.stringify(notOurs), 'application/problem+json'))).toBe(asJson)
  })

  test.each([
    ['null', null],
    ['true', true],
    ['"allowed"', 'allowed'],
    ['[]', []],
    ['{}', {}],
    ['allowed: false', { allowed: false }],
    ['allowed: 1', { allowed: 1 }],
    ['allowed: "true"', { allowed: 'true' }],
    ['a problem with status 200', problemDetailsOf('PRECONDITION_REQUIRED', 'no', 'try-1')],
  ])('200 with %s lets nobody pass', async (_, body) => {
    expect(inShort(await answering(() => Response.json(body)))).toBe('unknown: garbled')
  })

  test.each([201, 202, 203])('%d with leave lets nobody pass', async (status) => {
    expect(inShort(await answering(() => Response.json({ allowed: true }, { status })))).toBe(
      'unknown: garbled',
    )
  })

  test('nobody there, and too slow', () => {
    expect(meaningOfUnreached({ kind: 'unreached', reason: 'network', detail: 'ECONNREFUSED' })).toEqual({
      kind: 'unknown',
      reason: 'network',
      detail: 'ECONNREFUSED',
    })
    expect(inShort(meaningOfUnreached({ kind: 'unreached', reason: 'timeout', detail: '' }))).toBe(
      'unknown: timeout',
    )
  })
})

describe('an answer that is', () => {
  test('leave', () => {
    expect(meaningOfAnswer({ allowed: true })).toEqual({ kind: 'allowed' })
  })

  test('leave although nothing was found out is no leave: whether it passes is for the route to say', () => {
    expect(inShort(meaningOfAnswer({ allowed: true, reason: 'check_failed' }))).toBe('unknown: unavailable')
  })

  const blocked = {
    ...problemDetailsOf('PRECONDITION_REQUIRED', 'Set up payments first.', 'try-1'),
    missingStep: 'payments',
    missingSteps: ['payments'],
  }

  test('a 409 of a gate', async () => {
    expect(await answering(() => Response.json(blocked, { status: 409 }))).toEqual({
      kind: 'blocked',
      blocked,
    })
  })

  test.each([
    ['without its step', problemDetailsOf('PRECONDITION_REQUIRED', 'no', 'try-1'), false],
    ['with a step that is none', { ...blocked, missingStep: 7 }, false],
    ['with another code', { ...blocked, error: 'conflict' }, false],
    ['as it should be', blocked, true],
  ])('is told by its code and its step: %s', (_, problem, is) => {
    expect(isBlocked(problem as never)).toBe(is)
  })
})
