import { expect, test } from 'vitest'
import { toldError } from '../src/operation/told-error.ts'

const thrown = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

const ofDatabase = Object.assign(
  new Error('duplicate key value violates unique constraint "person_user_id_key"'),
  {
    name: 'error',
    code: '23505',
    constraint: 'person_user_id_key',
    table: 'person',
    detail: 'Key (user_id)=(canary) already exists.',
    where: 'canary',
    query: "select 'canary'",
    parameters: ['canary'],
  },
)

const errors: [what: string, error: unknown, message: string][] = [
  ['of a broken rule of the database', ofDatabase, 'duplicate key value violates unique constraint …'],
  [
    'of a value that does not fit, whatever is in it',
    Object.assign(new Error('invalid input syntax for type uuid: "a" canary\n    at canary "b"'), {
      code: '22P02',
    }),
    'invalid input syntax for type uuid: …',
  ],
  [
    'of a database that speaks German',
    new Error('ungültige Eingabesyntax für Typ uuid: »canary«'),
    'ungültige Eingabesyntax für Typ uuid: …',
  ],
  [
    'of a database that speaks French',
    new Error('syntaxe en entrée invalide pour le type uuid : « canary »'),
    'syntaxe en entrée invalide pour le type uuid : …',
  ],
  ['of JSON', thrown(() => JSON.parse('canary')), "Unexpected token 'c', …"],
  [
    'of an address',
    new TypeError('Failed to parse URL from http://canary:canary@host/canary'),
    'Failed to parse URL from …',
  ],
  ['with a mailbox', new Error('no such mailbox: <canary@shop.example>'), 'no such mailbox: <…>'],
  [
    'with a name of its own',
    Object.assign(new Error('off'), { name: 'canary of somebody', code: 'ca nary' }),
    'off',
  ],
  [
    'with what is not ours to know',
    Object.assign(new Error('off'), { request: { userId: 'canary' } }),
    'off',
  ],
  ['that caused another', new Error('could not', { cause: ofDatabase }), 'could not'],
  ['of many at once', new AggregateError([ofDatabase, ofDatabase], 'all failed'), 'all failed'],
  ['that is none', { userId: 'canary' }, 'something that is no error was thrown'],
]

test.each(errors)('an error %s is told without what it was given', (_, error, message) => {
  const told = toldError(error)
  expect(told.message).toBe(message)
  expect(JSON.stringify(told)).not.toContain('canary')
})

test('what helps to find the fault is told', () => {
  expect(toldError(ofDatabase)).toMatchObject({
    type: 'error',
    code: '23505',
    constraint: 'person_user_id_key',
    table: 'person',
    stack: expect.stringMatching(/^ {4}at .*told-error\.test\.ts/),
  })
  expect(toldError(new Error('could not', { cause: ofDatabase })).cause?.code).toBe('23505')
  expect(toldError(new AggregateError([ofDatabase])).errors?.[0]?.code).toBe('23505')
})

test('an error that is its own cause is told all the same, and a long one is cut', () => {
  const own: Error & { cause?: unknown } = new Error('x'.repeat(10_000))
  own.cause = own
  expect(JSON.stringify(toldError(own)).length).toBeLessThan(20_000)
})
