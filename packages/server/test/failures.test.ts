import { pino } from 'pino'
import { expect, test } from 'vitest'
import { failureOf } from '../src/http/failures.ts'

const log = pino({ level: 'silent' })

test.each([
  ['a deadlock', '40P01'],
  ['a lost race of transactions', '40001'],
  ['a statement that took too long', '57014'],
  ['a connection that broke', '08006'],
])('%s is nobody’s mistake: the request can be repeated', (_, code) => {
  const failure = failureOf(Object.assign(new Error('said by the database'), { code }), log, 'c')
  expect(failure.code).toBe('SERVICE_UNAVAILABLE')
})
