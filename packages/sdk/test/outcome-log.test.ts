import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { outcomeLog, safely, type Log, type OutcomeLine } from '../src/outcome-log.ts'

type Written = OutcomeLine & { level: keyof Log; count: number }

const recorder = () => {
  const written: Written[] = []
  const write = (level: keyof Log) => (line: object) =>
    void written.push({ ...(line as OutcomeLine & { count: number }), level })
  return { written, log: { warn: write('warn'), error: write('error') } }
}

const line = (more: Partial<OutcomeLine> = {}): OutcomeLine => ({
  event: 'onboarding.gate_failed_open',
  route: '/publish',
  reason: 'timeout',
  detail: 'no answer within 50 ms',
  ...more,
})

const sumOf = (written: readonly Written[]): number => written.reduce((sum, { count }) => sum + count, 0)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('what recurs', () => {
  test('is written at once the first time', () => {
    const { written, log } = recorder()
    outcomeLog(log).tell('warn', line())
    expect(written).toEqual([{ ...line(), level: 'warn', count: 1 }])
  })

  test('is counted afterwards, and written as one line after 10 s', () => {
    const { written, log } = recorder()
    const outcomes = outcomeLog(log)
    for (let told = 0; told < 1000; told++) outcomes.tell('warn', line())
    vi.advanceTimersByTime(9999)
    expect(written).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(written.map(({ count }) => count)).toEqual([1, 999])
  })

  test('is written at once again after the quiet', () => {
    const { written, log } = recorder()
    const outcomes = outcomeLog(log)
    outcomes.tell('warn', line())
    vi.advanceTimersByTime(10_000)
    expect(written).toHaveLength(1)
    outcomes.tell('warn', line())
    expect(written.map(({ count }) => count)).toEqual([1, 1])
  })

  test.each([
    ['another event', { event: 'onboarding.gate_failed_closed' }],
    ['another route', { route: '/checkout' }],
    ['another reason', { reason: 'network' }],
    ['a route that could be taken for both', { route: '/publish","timeout' }],
  ])('%s is something else', (_, more) => {
    const { written, log } = recorder()
    const outcomes = outcomeLog(log)
    outcomes.tell('warn', line())
    outcomes.tell('error', line(more))
    expect(written.map(({ level, count }) => [level, count])).toEqual([
      ['warn', 1],
      ['error', 1],
    ])
  })

  test('keeps its level and says what the first of it said', () => {
    const { written, log } = recorder()
    const outcomes = outcomeLog(log)
    outcomes.tell('error', line({ detail: 'the first' }))
    outcomes.tell('error', line({ detail: 'the second' }))
    outcomes.flush()
    expect(written[1]).toEqual({ ...line({ detail: 'the first' }), level: 'error', count: 1 })
  })
})

describe('flush', () => {
  test('writes what is still counted, once', () => {
    const { written, log } = recorder()
    const outcomes = outcomeLog(log)
    for (let told = 0; told < 3; told++) outcomes.tell('warn', line())
    outcomes.flush()
    outcomes.flush()
    vi.advanceTimersByTime(60_000)
    expect(written.map(({ count }) => count)).toEqual([1, 2])
  })

  test('leaves no timer behind', () => {
    const { log } = recorder()
    const outcomes = outcomeLog(log)
    outcomes.tell('warn', line())
    outcomes.flush()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('of nothing writes nothing', () => {
    const { written, log } = recorder()
    outcomeLog(log).flush()
    expect(written).toEqual([])
  })
})

test('a thousand kinds are counted; with the next the counts are written and it begins anew', () => {
  const { written, log } = recorder()
  const outcomes = outcomeLog(log)
  const route = (index: number): OutcomeLine => line({ route: `/stores/${index}/publish` })
  for (let index = 0; index < 1000; index++) outcomes.tell('warn', route(index))
  outcomes.tell('warn', route(0))
  expect(written).toHaveLength(1000)
  outcomes.tell('warn', route(1000))
  expect(written.slice(1000)).toEqual([
    { ...route(0), level: 'warn', count: 1 },
    { ...route(1000), level: 'warn', count: 1 },
  ])
  outcomes.tell('warn', route(0))
  expect(written).toHaveLength(1003)
})

test('however it is told, the counts add up to what was told', () => {
  const happening = fc.oneof(
    { weight: 6, arbitrary: fc.nat(1200).map((index) => ({ route: `/r/${index}` })) },
    { weight: 6, arbitrary: fc.nat(3).map((index) => ({ route: `/r/${index}` })) },
    { weight: 1, arbitrary: fc.nat(15_000).map((passMs) => ({ passMs })) },
    { weight: 1, arbitrary: fc.constant({ flush: true }) },
  )
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 3000, size: 'max' }), (happenings) => {
      const { written, log } = recorder()
      const outcomes = outcomeLog(log)
      let told = 0
      for (const one of happenings) {
        if ('passMs' in one) vi.advanceTimersByTime(one.passMs)
        else if ('flush' in one) outcomes.flush()
        else {
          outcomes.tell('warn', line(one))
          told += 1
        }
      }
      outcomes.flush()
      expect(sumOf(written)).toBe(told)
    }),
    { numRuns: 30 },
  )
})

describe('a logger of the host’s', () => {
  const broken: Log = {
    warn: () => {
      throw new Error('the disk is full')
    },
    error: () => {
      throw new Error('the disk is full')
    },
  }

  test('that throws is survived, at once and later', () => {
    const outcomes = outcomeLog(safely(broken))
    expect(() => {
      for (let told = 0; told < 3; told++) outcomes.tell('warn', line())
      outcomes.tell('error', line({ route: '/checkout' }))
      outcomes.tell('error', line({ route: '/checkout' }))
      vi.advanceTimersByTime(10_000)
      outcomes.flush()
    }).not.toThrow()
  })

  test('is called as a method, as pino needs it', () => {
    const lines: object[] = []
    class Logger implements Log {
      readonly lines = lines
      warn(line: object): void {
        this.lines.push(line)
      }
      error(line: object): void {
        this.lines.push(line)
      }
    }
    const log = safely(new Logger())
    log.warn({ a: 1 })
    log.error({ b: 2 })
    expect(lines).toEqual([{ a: 1 }, { b: 2 }])
  })
})
