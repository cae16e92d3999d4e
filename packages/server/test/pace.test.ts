import { expect, test } from 'vitest'
import type { Tried } from '../src/delivery/attempt.ts'
import { createPace, fewest } from '../src/delivery/pace.ts'

const tried = (receiver: Tried['receiver'], durationMs: number | null): Tried =>
  ({ head: { claim: { webhookId: 'hook' } }, settled: { durationMs }, receiver }) as Tried

test('a receiver that answers quickly gets more at once, up to a limit', () => {
  const pace = createPace()
  expect(pace.of('hook')).toBe(fewest)
  pace.note(tried('answered', 20))
  expect(pace.of('hook')).toBe(fewest + 1)
  for (let n = 0; n < 1_000; n++) pace.note(tried('answered', 20))
  expect(pace.of('hook')).toBe(64)
  expect(pace.of('another')).toBe(fewest)
})

test.each([
  ['answers slowly', tried('answered', 5_000)],
  ['fails', tried('failed', 5)],
  ['is gone', tried('gone', 5)],
])('a receiver that %s gets few at once again', (_, one) => {
  const pace = createPace()
  for (let n = 0; n < 100; n++) pace.note(tried('answered', 20))
  pace.note(one)
  expect(pace.of('hook')).toBe(fewest)
})

test('a delivery that was not sent says nothing of its receiver', () => {
  const pace = createPace()
  pace.note(tried('answered', 20))
  pace.note(tried('unknown', null))
  expect(pace.of('hook')).toBe(fewest + 1)
})
