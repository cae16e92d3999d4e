import type { GateAllowed, GateBlocked, GateList } from '@boardwalk/contract'
import { problemDetailsOf } from '@boardwalk/contract'
import { describe, expect, test } from 'vitest'
import { createGates, type GateDecision, type Gates, type GatesOptions } from '../src/index.ts'

const published: GateList = {
  gates: [
    { name: 'publish', critical: true, steps: ['payments'] },
    { name: 'preview', critical: false, steps: ['profile'] },
  ],
  steps: ['profile', 'payments'],
  flows: ['shop'],
}

const away = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'SERVICE_UNAVAILABLE' }))

type Fake = {
  /** What the next calls are answered with. */
  list: () => Promise<GateList>
  check: () => Promise<GateAllowed | GateBlocked>
}

/** Gates before a Boardwalk that answers what the test says, at the time that the test says. */
const bench = (options: Partial<GatesOptions> = {}) => {
  const at = { now: 0 }
  const fake: Fake = { list: async () => published, check: async () => ({ allowed: true }) }
  const asked = { list: 0, check: 0, failedOpen: [] as string[] }
  const warnings: Record<string, unknown>[] = []
  const errors: Record<string, unknown>[] = []
  const gates = createGates({
    boardwalk: {
      verbs: {
        listGates: () => {
          asked.list += 1
          return fake.list()
        },
        checkGate: () => {
          asked.check += 1
          return fake.check()
        },
        countFailedOpen: (route) => void asked.failedOpen.push(route),
      },
    },
    deadlineMs: 10_000,
    keepAllowedMs: 0,
    clock: () => at.now,
    random: () => 1,
    log: {
      warn: (line) => void warnings.push(line as Record<string, unknown>),
      error: (line) => void errors.push(line as Record<string, unknown>),
    },
    ...options,
  })
  return { at, fake, asked, warnings, errors, gates }
}

const gate = (gates: Gates, name: string, critical?: boolean) =>
  gates.guard({ requirement: { kind: 'gate', gate: name }, critical })

const steps = (gates: Gates, ...ids: string[]) =>
  gates.guard({ requirement: { kind: 'steps', steps: ids }, critical: true })

type Guarded = ReturnType<Gates['guard']>
const attempt = async (guard: Guarded, userId: string | null = 'ada'): Promise<GateDecision> =>
  guard.decide({ userId, route: '/r', correlationId: 'try-1' })

/** What was begun in the background is over. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a host that starts', () => {
  test('starts when flows know all that its routes ask for', async () => {
    const { gates, warnings, errors } = bench()
    gate(gates, 'publish')
    steps(gates, 'profile', 'payments')
    await expect(gates.start()).resolves.toBeUndefined()
    expect([warnings, errors]).toEqual([[], []])
  })

  test('refuses to, naming every step and gate that no flow knows, once, and those there are', async () => {
    const { gates } = bench()
    steps(gates, 'profil', 'payments')
    steps(gates, 'profil', 'paiement')
    gate(gates, 'publisch')
    gate(gates, 'publish')
    const { message } = await gates.start().then(
      () => new Error('it started'),
      (error: Error) => error,
    )
    expect(message).toBe(
      'Gated routes ask for the step "profil", the step "paiement", the gate "publisch", and nothing published is ' +
        'called so. Published are the flows shop, their steps profile, payments and their gates publish, preview. ' +
        'Correct the id, or publish the flow that has it.',
    )
  })

  test('refuses to when nothing is published at all', async () => {
    const { gates, fake } = bench()
    fake.list = async () => ({ gates: [], steps: [], flows: [] })
    gate(gates, 'publish')
    await expect(gates.start()).rejects.toThrow(
      'Published are the flows none, their steps none and their gates none.',
    )
  })

  test('starts when Boardwalk is away, and says so', async () => {
    const { gates, fake, warnings } = bench()
    fake.list = away
    gate(gates, 'publisch')
    await expect(gates.start()).resolves.toBeUndefined()
    expect(warnings).toEqual([
      {
        event: 'onboarding.gates_unknown',
        reason: 'unavailable',
        detail: expect.stringContaining('connect ECONNREFUSED'),
      },
    ])
  })

  test('starts when the list fails in a way that no code of the contract names', async () => {
    const { gates, fake, warnings } = bench()
    fake.list = () => Promise.reject(new TypeError('x is not a function'))
    await expect(gates.start()).resolves.toBeUndefined()
    expect(warnings).toMatchObject([{ event: 'onboarding.gates_unknown' }])
  })

  test('asks once when it is started twice at a time', async () => {
    const { gates, asked } = bench()
    await Promise.all([gates.start(), gates.start()])
    expect(asked.list).toBe(1)
  })
})

describe('a route that is declared after the start', () => {
  test('and asks for what no flow knows throws at once', async () => {
    const { gates } = bench()
    await gates.start()
    expect(() => gate(gates, 'publisch')).toThrow('the gate "publisch"')
    expect(() => steps(gates, 'payments', 'paiement')).toThrow('the step "paiement"')
    expect(() => gate(gates, 'publish')).not.toThrow()
  })

  test('is taken while Boardwalk is away', async () => {
    const { gates, fake } = bench()
    fake.list = away
    await gates.start()
    expect(() => gate(gates, 'publisch')).not.toThrow()
  })
})

describe('a gate that does not say whether it is critical', () => {
  test.each([
    ['publish', 'failed_closed'],
    ['preview', 'failed_open'],
  ])('goes by what the flows say: %s', async (name, kind) => {
    const { gates, fake } = bench()
    const guard = gate(gates, name)
    await gates.start()
    fake.check = away
    expect((await attempt(guard)).kind).toBe(kind)
  })

  test('is critical until the flows could be asked', async () => {
    const { gates, fake, at } = bench()
    fake.list = away
    fake.check = away
    const guard = gate(gates, 'preview')
    await gates.start()
    expect((await attempt(guard)).kind).toBe('failed_closed')
    fake.list = async () => published
    at.now += 1000
    await attempt(guard)
    await settled()
    expect((await attempt(guard)).kind).toBe('failed_open')
  })

  test.each([
    ['publish', false, 'failed_open'],
    ['preview', true, 'failed_closed'],
  ])('is overruled by a route that does: %s with critical: %s', async (name, critical, kind) => {
    const { gates, fake } = bench()
    const guard = gate(gates, name, critical)
    await gates.start()
    fake.check = away
    expect((await attempt(guard)).kind).toBe(kind)
  })

  test('follows the flows when they change', async () => {
    const { gates, fake, at } = bench()
    const guard = gate(gates, 'publish')
    await gates.start()
    fake.list = async () => ({ ...published, gates: [{ name: 'publish', critical: false, steps: [] }] })
    at.now += 60_000
    await attempt(guard)
    await settled()
    fake.check = away
    expect((await attempt(guard)).kind).toBe('failed_open')
  })
})

describe('what there is, is asked again', () => {
  test('with an attempt after 60 s, not before', async () => {
    const { gates, asked, at } = bench()
    const guard = gate(gates, 'publish')
    await gates.start()
    at.now = 59_999
    await attempt(guard)
    expect(asked.list).toBe(1)
    at.now = 60_000
    await attempt(guard)
    await settled()
    expect(asked.list).toBe(2)
    await attempt(guard)
    expect(asked.list).toBe(2)
  })

  test('with an attempt after 1 s when it failed, not before', async () => {
    const { gates, fake, asked, at } = bench()
    fake.list = away
    const guard = gate(gates, 'publish')
    await gates.start()
    at.now = 999
    await attempt(guard)
    expect(asked.list).toBe(1)
    at.now = 1000
    await attempt(guard)
    await settled()
    expect(asked.list).toBe(2)
  })

  test('by one at a time, and no attempt waits for it', async () => {
    const { gates, fake, asked, at } = bench()
    const guard = gate(gates, 'publish')
    await gates.start()
    fake.list = () => new Promise(() => {})
    at.now = 60_000
    for (let tries = 0; tries < 5; tries++) expect((await attempt(guard)).kind).toBe('allowed')
    expect(asked.list).toBe(2)
  })

  test('by one for all who come meanwhile, so that what is wrong is told once', async () => {
    const { gates, fake, errors, at } = bench()
    const guard = gate(gates, 'publish')
    await gates.start()
    const late = Promise.withResolvers<GateList>()
    fake.list = () => late.promise
    at.now = 60_000
    for (let tries = 0; tries < 5; tries++) await attempt(guard)
    late.resolve({ ...published, gates: [] })
    await settled()
    expect(errors).toHaveLength(1)
  })

  test('by a host that never called start()', async () => {
    const { gates, asked, at } = bench()
    at.now = 5
    await attempt(gate(gates, 'publish'))
    await settled()
    expect(asked.list).toBe(1)
  })

  test('not while Boardwalk does not answer', async () => {
    const { gates, fake, asked, at } = bench()
    const guard = gate(gates, 'publish')
    await gates.start()
    fake.check = away
    for (let tries = 0; tries < 5; tries++) await attempt(guard)
    at.now = 60_000
    await attempt(guard)
    await settled()
    expect(asked.list).toBe(1)
  })

  test('and what was known holds when it fails then', async () => {
    const { gates, fake, at } = bench()
    const guard = gate(gates, 'preview')
    await gates.start()
    fake.list = away
    at.now = 60_000
    await attempt(guard)
    await settled()
    fake.check = away
    expect((await attempt(guard)).kind).toBe('failed_open')
  })

  test('and a gate that is gone by then is told in the log: the host goes on', async () => {
    const { gates, fake, errors, at } = bench()
    const guard = gate(gates, 'publish')
    await gates.start()
    fake.list = async () => ({ ...published, gates: [] })
    at.now = 60_000
    expect((await attempt(guard)).kind).toBe('allowed')
    await settled()
    expect(errors).toEqual([
      { event: 'onboarding.gate_mistaken', detail: expect.stringContaining('the gate "publish"') },
    ])
  })
})

describe('a host that wants to know each decision', () => {
  const blocked: GateBlocked = {
    ...problemDetailsOf('PRECONDITION_REQUIRED', 'Set up payments first.', 'try-1'),
    error: 'PRECONDITION_REQUIRED',
    missingStep: 'payments',
    missingSteps: ['payments'],
  }
  const failing = (code: string) => () => Promise.reject(Object.assign(new Error('why'), { code }))

  test('is told each, and the counts add up', async () => {
    const told: string[] = []
    const { gates, fake, asked } = bench({ onDecision: ({ kind }, route) => told.push(`${kind} ${route}`) })
    const open = gate(gates, 'preview', false)
    const shut = gate(gates, 'publish', true)
    const rows: [Guarded, Fake['check'], GateDecision['kind']][] = [
      [open, async () => ({ allowed: true }), 'allowed'],
      [open, failing('SERVICE_UNAVAILABLE'), 'failed_open'],
      [open, async () => ({ allowed: true, reason: 'check_failed' }), 'failed_open'],
      [shut, async () => ({ allowed: true, reason: 'check_failed' }), 'failed_closed'],
      [open, failing('internal'), 'failed_closed'],
      [open, failing('conflict'), 'failed_closed'],
      [open, () => Promise.reject(new TypeError('no code at all')), 'failed_closed'],
      [shut, async () => blocked, 'blocked'],
      [open, failing('person_erased'), 'erased'],
      [open, failing('invalid_request'), 'mistake'],
    ]
    for (const [guard, check, kind] of rows) {
      fake.check = check
      expect((await attempt(guard)).kind).toBe(kind)
    }
    for (const userId of [null, '']) expect((await attempt(open, userId)).kind).toBe('anonymous')
    expect((await attempt(open, '..')).kind).toBe('mistake')
    expect(gates.counts()).toEqual({
      allowed: 1,
      failed_open: 2,
      failed_closed: 4,
      blocked: 1,
      anonymous: 2,
      erased: 1,
      mistake: 2,
    })
    expect(told).toEqual(
      [...rows.map(([, , kind]) => kind), 'anonymous', 'anonymous', 'mistake'].map((kind) => `${kind} /r`),
    )
    expect(asked.failedOpen).toEqual(['/r', '/r'])
  })

  test('cannot change the counts by what it was given', async () => {
    const { gates } = bench()
    Object.assign(gates.counts(), { allowed: 1000 })
    expect(gates.counts().allowed).toBe(0)
  })

  test('and throws is survived, and told in the log', async () => {
    const { gates, errors } = bench({
      onDecision: () => {
        throw new Error('the metrics are away')
      },
    })
    expect((await attempt(gate(gates, 'publish'))).kind).toBe('allowed')
    expect(errors).toEqual([{ event: 'onboarding.gate_listener_failed', detail: 'the metrics are away' }])
  })

  test('and rejects later is survived, and told in the log', async () => {
    const { gates, errors } = bench({
      // oxlint-disable-next-line typescript/no-misused-promises -- what a host may write all the same
      onDecision: async () => {
        throw new Error('the metrics are away')
      },
    })
    expect((await attempt(gate(gates, 'publish'))).kind).toBe('allowed')
    await settled()
    expect(errors).toEqual([{ event: 'onboarding.gate_listener_failed', detail: 'the metrics are away' }])
  })

  test('and whose log throws as well is survived', async () => {
    const broken = (): never => {
      throw new Error('the disk is full')
    }
    const { gates, fake } = bench({ onDecision: broken, log: { warn: broken, error: broken } })
    fake.list = away
    fake.check = away
    await gates.start()
    expect((await attempt(gate(gates, 'publish'))).kind).toBe('failed_closed')
    gates.close()
  })
})

describe('options that cannot be', () => {
  test.each([
    [{ deadlineMs: 0 }, 'deadlineMs is 0; it takes milliseconds from 1 to 10000.'],
    [{ deadlineMs: 10_001 }, 'deadlineMs'],
    [{ deadlineMs: Number.NaN }, 'deadlineMs'],
    [{ deadlineMs: Infinity }, 'deadlineMs'],
    [{ keepAllowedMs: -1 }, 'keepAllowedMs is -1; it takes milliseconds from 0 to 60000.'],
    [{ keepAllowedMs: 60_001 }, 'keepAllowedMs'],
  ])('%j are refused at the start', (options, message) => {
    expect(() => bench(options)).toThrow(message)
  })
})
