import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalogueOf, enrolmentShown } from '../src/catalogue.ts'
import { checkFlow } from '../src/check-flow.ts'
import { enrolmentIn, situationOf, type Decision, type World } from '../src/decision.ts'
import { updateFacts, type FactsUpdate } from '../src/facts.ts'
import { compileFlow, type Flow, type FlowDocument, type StepDefinition } from '../src/flow.ts'
import { checkGate, type GateDecision } from '../src/gate.ts'
import { guideOf, type GuideStep } from '../src/guide.ts'
import type { HappeningType } from '../src/happening.ts'
import { stranger, type AccountFlow, type Person, type Source } from '../src/person.ts'
import { dismissNudge, snooze, unsnooze } from '../src/nudge.ts'
import { nextStepOf, positionOf, progressOf } from '../src/progress.ts'
import type { RefusalCode } from '../src/refusal.ts'
import { stateOf } from '../src/step-state.ts'
import { dismissGuide, restoreGuide, seeWelcome } from '../src/surfaces.ts'
import { changeStep, look, resumeFlow, settleAll, skipFlow } from '../src/verbs.ts'

const start = Date.parse('2026-06-15T12:00:00Z')
const hourMs = 3_600_000
const plans = ['free', 'team', 'business']
const users = ['ada', 'bob'] as const

// Arbitrary flows ------------------------------------------------------------------------------------------------

const sometimes = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 9 }, { arbitrary: value, weight: 1 })

const someOf = (...values: string[]): fc.Arbitrary<string[]> => fc.subarray(values, { minLength: 1 })

const condition = fc.constantFrom(
  { seats: 1 },
  { seats: { $gte: 1 } },
  { 'account.tier': 'gold' },
  { role: { $ne: 'staff' } },
)

const hourFromStart = fc
  .integer({ min: -2, max: 4 })
  .map((hours) => new Date(start + hours * hourMs).toISOString())

// Absent fields are left out, as in a document.
const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const step = (index: number): fc.Arbitrary<StepDefinition> =>
  fc
    .record({
      version: fc.constantFrom(1, 1, 2),
      required: fc.oneof(fc.boolean(), condition),
      weight: fc.oneof(fc.constantFrom(0, 0.5, 1, 1_000_000), fc.integer({ min: 0, max: 100 })),
      scope: fc.constantFrom('person', 'person', 'account'),
      completion: fc.constantFrom('claim', 'claim', 'claim', 'proof'),
      onVersionChange: fc.constantFrom('keep', 'redo'),
      condition: sometimes(condition),
      markets: sometimes(someOf('DE', 'FR')),
      roles: sometimes(someOf('owner', 'staff')),
      restrictedTo: sometimes(someOf('owner', 'admin')),
      requiredPlan: sometimes(fc.constantFrom(...plans)),
      activeFrom: sometimes(hourFromStart),
      dependsOn: fc.option(fc.subarray(Array.from({ length: index }, (_, earlier) => `s${earlier}`)), {
        nil: undefined,
      }),
    })
    .map((fields) => ({ id: `s${index}`, title: `Step ${index}`, ...given(fields) }) as StepDefinition)

const steps = fc
  .constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
  .chain((length) => fc.tuple(...Array.from({ length }, (_, index) => step(index))))
  .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }))

const documentOf = (name: string, all: readonly StepDefinition[]): FlowDocument => ({
  name,
  priority: name === 'shop' ? 1 : 0,
  steps: all,
  gates: { publish: { steps: all.slice(0, 3).map(({ id }) => id), critical: true } },
  nudge: { snoozeDays: 7, maxSnoozes: 1, hideAtPercent: 80, stopAfterDays: 28 },
  plans,
})

/** Versions 1, 2 and 3 of a flow. Any of them may be in force after any other: publishes and rollbacks. */
const flow = (name: string): fc.Arbitrary<FlowDocument[]> =>
  fc.array(
    steps.map((all) => documentOf(name, all)),
    { minLength: 1, maxLength: 3 },
  )

const compiled = (versions: readonly FlowDocument[]): Flow[] =>
  versions.map((document, index) => frozen(compileFlow(document, index + 1)))

// Arbitrary people and commands ----------------------------------------------------------------------------------

const facts: fc.Arbitrary<FactsUpdate> = fc
  .record({
    role: fc.constantFrom(undefined, 'owner', 'staff', 'admin', '', null),
    plan: fc.constantFrom(undefined, ...plans, 'gold', '', null),
    market: fc.constantFrom(undefined, 'DE', 'FR', '', null),
    attributes: fc.constantFrom(undefined, { seats: 0 }, { seats: 1 }, { seats: '1' }, { seats: null }),
    account: fc.constantFrom(undefined, 'acme', 'acme', null),
  })
  .map((fields) => given(fields))

const named = fc.constantFrom(undefined, undefined, 'shop' as const, 'tour' as const)
// Mostly a low one: every flow has s0, few have s11, none has s12.
const stepId = fc
  .array(fc.nat({ max: 12 }), { minLength: 3, maxLength: 3 })
  .map((all) => `s${Math.min(...all)}`)

const change = fc.record({
  do: fc.constant('change' as const),
  flow: named,
  stepId,
  to: fc.constantFrom('done' as const, 'done' as const, 'skipped' as const),
  source: fc.constantFrom<Source>('user', 'user', 'event', 'api'),
})

// What only names a flow.
const surfaceVerbs = { unsnooze, dismissNudge, dismissGuide, restoreGuide, seeWelcome }
type SurfaceVerb = keyof typeof surfaceVerbs
const surfaceNames = Object.keys(surfaceVerbs) as SurfaceVerb[]
const tellsNothing: readonly string[] = ['dismissGuide', 'restoreGuide', 'seeWelcome']

const command = fc.oneof(
  change,
  fc.record({ do: fc.constantFrom(...surfaceNames), flow: named }),
  fc.record({ do: fc.constant('look' as const), flow: named }),
  fc.record({ do: fc.constant('skip' as const), flow: named }),
  ...['resume' as const, 'resume' as const].map((resume) =>
    fc.record({ do: fc.constant(resume), flow: named }),
  ),
  {
    arbitrary: fc.record({
      do: fc.constant('snooze' as const),
      flow: named,
      stepId: fc.constantFrom(undefined, 's0', 's1'),
      hours: fc.integer({ min: 1, max: 400 }),
    }),
    weight: 2,
  },
  fc.record({ do: fc.constant('settle all' as const) }),
  fc.record({
    do: fc.constant('gate' as const),
    flow: named,
    steps: fc.option(fc.array(stepId, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  }),
)
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never

const turn = fc.record({
  who: fc.constantFrom(...users),
  command: fc.oneof(command, { arbitrary: change, weight: 2 }),
  // What happens before the command: facts arrive, another version comes into force, time passes.
  facts: fc.oneof({ arbitrary: fc.constant({}), weight: 4 }, { arbitrary: facts, weight: 1 }),
  version: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, 0, 1, 2),
  minutes: fc.constantFrom(0, 0, 0, 1, 90),
})

type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never

/** By chance alone an undoing would hardly ever be in time. */
const sometimesUndone = (one: Turn): Turn[] =>
  one.command.do === 'snooze' && one.command.hours % 3 === 0
    ? [
        one,
        { ...one, facts: {}, version: undefined, minutes: 0, command: { ...one.command, do: 'unsnooze' } },
      ]
    : [one]

const scenario = fc.record({
  shop: flow('shop'),
  tour: flow('tour'),
  known: fc.tuple(facts, facts),
  turns: fc
    .array(turn, { minLength: 15, maxLength: 30, size: 'max' })
    .map((turns) => turns.flatMap(sometimesUndone)),
})
type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never

// Playing them ---------------------------------------------------------------------------------------------------

const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const inner of value instanceof Map ? value.values() : Object.values(value)) frozen(inner)
  return value
}

const run = (world: World, person: Person, one: Command): Decision & Partial<GateDecision> => {
  if (one.do === 'look') return look(world, person, one.flow)
  if (one.do === 'change') return changeStep(world, person, { ...one, by: person.userId })
  if (one.do === 'skip') return skipFlow(world, person, one.flow)
  if (one.do === 'resume') return resumeFlow(world, person, one.flow)
  if (one.do === 'snooze') return snooze(world, person, { ...one, until: world.now + one.hours * hourMs })
  if (one.do === 'settle all') return settleAll(world, person)
  if (one.do !== 'gate') return surfaceVerbs[one.do](world, person, one.flow)
  const asked = one.steps === undefined ? { gate: 'publish' } : { steps: one.steps }
  return checkGate(world, person, { ...asked, flow: one.flow, route: 'POST /publish' })
}

type Seen = {
  readonly world: World
  readonly before: Person
  readonly command: Command
  readonly decision: Decision
}

/** Plays the turns on the real verbs, two members sharing an account; everything that goes in is frozen. */
const play = ({ shop, tour, known, turns }: Scenario, visit: (seen: Seen) => void): void => {
  const people = new Map<string, Person>(
    users.map((user, index) => [user, updateFacts({ ...stranger(user), accountId: 'acme' }, known[index]!)]),
  )
  const flows = [compiled(shop), compiled(tour)]
  let shared: readonly AccountFlow[] = []
  let now = start
  let version = 0
  for (const [revision, { who, command: one, facts: update, version: next, minutes }] of turns.entries()) {
    now += minutes * 60_000
    version = next ?? version
    const live = flows.map((versions) => ({ flow: versions[version % versions.length]!, open: true }))
    const world = frozen({ catalogue: catalogueOf(revision, live), now })
    const told = updateFacts(people.get(who)!, update)
    const before = frozen<Person>({
      ...told,
      accountAttributes: told.accountId === null ? {} : { tier: 'gold' },
      accountFlows: told.accountId === null ? [] : shared,
    })
    const decision = run(world, before, one)
    visit({ world, before, command: one, decision })
    people.set(who, decision.person)
    if (decision.person.accountId !== null) shared = decision.person.accountFlows
  }
}

const flowsOf = ({ catalogue }: World): Flow[] => [...catalogue.flows.values()].map((live) => live.flow)

const guideIn = (world: World, person: Person, about: Flow): readonly GuideStep[] => {
  const enrolment = enrolmentIn(person, about.name)
  return enrolment ? guideOf(about, enrolment, situationOf(person, world.now)).steps : []
}

const everything: readonly (HappeningType | RefusalCode)[] = [
  'onboarding.enrolled',
  'onboarding.moved',
  'onboarding.offered',
  'onboarding.reached',
  'onboarding.step_completed',
  'onboarding.step_shared',
  'onboarding.step_skipped',
  'onboarding.nudge_snoozed',
  'onboarding.nudge_unsnoozed',
  'onboarding.nudge_dismissed',
  'onboarding.completed',
  'onboarding.skipped',
  'onboarding.resumed',
  'gating.blocked',
  'step_not_found',
  'role_not_allowed',
  'step_required',
  'step_already_done',
  'dependency_open',
  'proof_required',
  'flow_completed',
  'snooze_limit',
  'unsnooze_late',
  'unknown_step',
]

const always = (name: string, check: (seen: Seen) => void): void => {
  test(name, () => {
    fc.assert(
      fc.property(scenario, (played) => play(played, check)),
      { seed: 20260615, numRuns: 300 },
    )
  })
}

const happened = ({ happenings }: Decision, type: HappeningType) =>
  happenings.filter((one) => one.type === type)

describe('whatever two members of an account do', () => {
  always('progress is a whole number from 0 to 100', ({ world, decision }) => {
    for (const about of flowsOf(world)) {
      const progress = progressOf(guideIn(world, decision.person, about))
      expect(Number.isInteger(progress) && progress >= 0 && progress <= 100).toBe(true)
    }
  })

  always('position is within the visible steps, and the next step can be done', ({ world, decision }) => {
    for (const about of flowsOf(world)) {
      const guide = guideIn(world, decision.person, about)
      const { current, total, completed, skipped } = positionOf(guide)
      expect(total).toBe(guide.length)
      expect(current).toBeGreaterThanOrEqual(Math.min(1, total))
      expect(current).toBeLessThanOrEqual(total)
      expect(completed + skipped).toBeLessThanOrEqual(total)
      const next = nextStepOf(guide)
      if (next !== null) expect(guide[current - 1]).toMatchObject({ id: next, status: 'todo', locked: false })
      else expect(guide.filter((one) => one.status === 'todo' && !one.locked)).toEqual([])
    }
  })

  always('a hidden step neither moves the percent nor the position', ({ world, decision }) => {
    for (const about of flowsOf(world)) {
      const enrolment = enrolmentIn(decision.person, about.name)
      if (enrolment === undefined) continue
      const visible = guideIn(world, decision.person, about)
      const ids = new Set(visible.map(({ id }) => id))
      const only = compileFlow(
        { ...about.document, steps: about.document.steps.filter(({ id }) => ids.has(id)) },
        about.version,
      )
      const alone = guideIn(world, decision.person, only)
      expect([progressOf(alone), positionOf(alone), nextStepOf(alone)]).toEqual([
        progressOf(visible),
        positionOf(visible),
        nextStepOf(visible),
      ])
    }
  })

  always('a refusal changes nothing', ({ before, decision }) => {
    if (!decision.refusal) return
    expect(decision.person).toBe(before)
    expect(decision.happenings).toEqual([])
  })

  always(
    'nothing happened: the very same object; something changed: it is told',
    ({ before, command: one, decision }) => {
      if (tellsNothing.includes(one.do)) return
      if (decision.happenings.length === 0) expect(decision.person).toBe(before)
      else if (one.do !== 'gate') expect(decision.person).not.toBe(before)
    },
  )

  always('what happened names flows, versions and steps that are in force', ({ world, decision }) => {
    for (const { flow: name, version, stepId: id, data } of decision.happenings) {
      const about = world.catalogue.flows.get(name!)?.flow
      expect(about?.version).toBe(version)
      const ids = [...(id === null ? [] : [id]), ...((data['steps'] ?? []) as string[])]
      for (const one of ids) expect(about?.stepById.has(one), one).toBe(true)
    }
  })

  always('a required step is never skipped, nor a done one', ({ world, before, decision }) => {
    for (const { flow: name, stepId: id } of happened(decision, 'onboarding.step_skipped')) {
      const about = world.catalogue.flows.get(name!)!.flow
      expect(about.stepById.get(id!)!.required(situationOf(before, world.now).facts)).toBe(false)
      expect(guideIn(world, before, about).find((one) => one.id === id)?.status).not.toBe('done')
    }
    for (const about of flowsOf(world)) {
      for (const one of guideIn(world, decision.person, about)) {
        expect(one.required && one.status === 'skipped').toBe(false)
      }
    }
  })

  always('what is done stays done, as it was first done', ({ world, before, decision }) => {
    for (const about of flowsOf(world)) {
      const seen = new Map(guideIn(world, decision.person, about).map((one) => [one.id, one]))
      for (const { id, status, state } of guideIn(world, before, about)) {
        if (status !== 'done') continue
        const { settledAt, settledBy, source } = state!
        expect(seen.get(id)).toMatchObject({ status: 'done', state: { settledAt, settledBy, source } })
      }
    }
    const rows = ({ enrolments, accountFlows }: Person) =>
      Object.entries({ enrolments, accountFlows }).flatMap(([holder, held]) =>
        held.flatMap(({ flow: name, steps: all }) =>
          all.map((one) => ({ ...one, key: `${holder} ${name} ${one.stepId} ${one.stepVersion}` })),
        ),
      )
    const after = new Map(rows(decision.person).map((one) => [one.key, one]))
    for (const { key, status, settledAt, settledBy, metadata } of rows(before)) {
      if (status === 'done') expect(after.get(key)).toMatchObject({ status, settledAt, settledBy, metadata })
    }
  })

  always('nobody is enrolled twice, and nobody leaves', ({ before, command: one, decision }) => {
    const flows = decision.person.enrolments.map((one) => one.flow)
    expect(new Set(flows).size).toBe(flows.length)
    for (const { flow: name, startedAt, snoozeCount } of before.enrolments) {
      const after = enrolmentIn(decision.person, name)
      expect(after?.startedAt).toBe(startedAt)
      expect(after?.snoozeCount).toBeGreaterThanOrEqual(one.do === 'unsnooze' ? 0 : snoozeCount)
      expect(after?.snoozeCount).toBeLessThanOrEqual(1)
    }
    expect(happened(decision, 'onboarding.enrolled').length).toBe(flows.length - before.enrolments.length)
  })

  test('a flow is completed once, told once, and for good', () => {
    const property = fc.property(scenario, (played) => {
      const told = new Map<string, number>()
      play(played, ({ before, decision }) => {
        for (const { flow: name } of happened(decision, 'onboarding.completed')) {
          const key = `${before.userId} ${name}`
          told.set(key, (told.get(key) ?? 0) + 1)
        }
        for (const { flow: name, status, completedAt } of decision.person.enrolments) {
          expect(told.get(`${before.userId} ${name}`) ?? 0).toBe(status === 'completed' ? 1 : 0)
          expect(completedAt !== null).toBe(status === 'completed')
        }
        for (const one of before.enrolments.filter(({ status }) => status === 'completed')) {
          expect(enrolmentIn(decision.person, one.flow)).toMatchObject({
            status: 'completed',
            completedAt: one.completedAt,
          })
        }
      })
    })
    fc.assert(property, { seed: 20260615, numRuns: 300 })
  })

  always('a flow is completed exactly when its rule holds', ({ world, before, decision }) => {
    for (const { flow: name } of happened(decision, 'onboarding.completed')) {
      const guide = guideIn(world, decision.person, world.catalogue.flows.get(name!)!.flow)
      const required = guide.filter((one) => one.required)
      expect(guide.length).toBeGreaterThan(0)
      for (const one of required) expect(one.status).toBe('done')
      if (required.length === 0) for (const one of guide) expect(one.status).not.toBe('todo')
    }
    const settled = settleAll(world, before).person
    for (const { flow: name, status } of settled.enrolments) {
      if (status === 'completed') continue
      const guide = guideIn(world, settled, world.catalogue.flows.get(name)!.flow)
      const required = guide.filter((one) => one.required)
      const left =
        required.length > 0
          ? required.filter((one) => one.status !== 'done')
          : guide.filter((one) => one.status === 'todo')
      expect(guide.length === 0 || left.length > 0).toBe(true)
    }
  })

  always(
    'after a look every visible step is offered, what is next or settled is reached, and a second look changes nothing',
    ({ world, before, command: one }) => {
      const first = look(world, before, 'flow' in one ? one.flow : undefined)
      // By name: a look that completes a flow makes the next plain one show another.
      const again = look(world, frozen(first.person), first.flow?.name)
      expect(again.person).toBe(first.person)
      expect(again.happenings).toEqual([])
      const about = first.flow
      const enrolment = about && enrolmentIn(first.person, about.name)
      if (!about || !enrolment) return
      const guide = guideIn(world, first.person, about)
      const next = nextStepOf(guide)
      for (const { id, step: seen, status } of guide) {
        const row = stateOf(seen, enrolment.steps)
        expect(row?.offeredAt).toBeLessThanOrEqual(world.now)
        expect(row?.offeredAt).not.toBeNull()
        if (id === next || status !== 'todo') expect(row?.reachedAt).not.toBeNull()
      }
    },
  )

  always('a snooze undone leaves no trace but what was told', ({ world, before, command: one }) => {
    if (one.do !== 'snooze') return
    const looked = look(world, before, one.flow)
    const asleep = run(world, looked.person, { ...one, flow: looked.flow?.name } as Command)
    if (asleep.refusal) return
    const name = asleep.flow!.name
    const { snoozeCount, snoozedUntil } = enrolmentIn(looked.person, name)!
    const awake = unsnooze({ ...world, now: world.now + 10_000 }, frozen(asleep.person), name)
    expect(enrolmentIn(awake.person, name)).toMatchObject({ snoozeCount, snoozedUntil, snoozedAt: null })
    expect(unsnooze(world, awake.person, name).refusal?.code).toBe('unsnooze_late')
    const late = unsnooze({ ...world, now: world.now + 10_001 }, asleep.person, name)
    expect(late.refusal?.code).toBe('unsnooze_late')
  })

  always('the same command again changes nothing', ({ world, command: one, decision }) => {
    if (['snooze', 'unsnooze', 'gate'].includes(one.do) || decision.refusal) return
    const about = decision.flow?.name
    const again = run(
      world,
      frozen(decision.person),
      (about === undefined ? one : { ...one, flow: about }) as Command,
    )
    if (again.refusal) expect(again.refusal.code).toBe('flow_completed')
    expect(again.person).toBe(decision.person)
    expect(again.happenings).toEqual([])
  })

  always(
    'completing a step never lowers the percent, and moves nothing but it',
    ({ world, before, command: one }) => {
      if (one.do !== 'change') return
      const looked = look(world, before, one.flow)
      const about = looked.flow
      if (!about) return
      const was = guideIn(world, frozen(looked.person), about)
      const done = changeStep(world, looked.person, { ...one, flow: about.name, to: 'done', by: null })
      const is = guideIn(world, done.person, about)
      expect(progressOf(is)).toBeGreaterThanOrEqual(progressOf(was))
      for (const [index, { id, status }] of was.entries()) {
        const expected = id === one.stepId && !done.refusal ? 'done' : status
        expect(is[index]).toMatchObject({ id, status: expected })
      }
    },
  )

  always('a proof completes every visible step', ({ world, before, command: one }) => {
    const looked = look(world, before, 'flow' in one ? one.flow : undefined)
    if (!looked.flow) return
    for (const { id } of guideIn(world, frozen(looked.person), looked.flow)) {
      const change = { stepId: id, to: 'done', flow: looked.flow.name, source: 'event', by: null } as const
      const proven = changeStep(world, looked.person, change)
      expect(proven.refusal).toBeUndefined()
      expect(guideIn(world, proven.person, looked.flow).find((seen) => seen.id === id)?.status).toBe('done')
    }
  })

  always('a gate opens exactly when what it misses is done', ({ world, before, command: one }) => {
    if (one.do !== 'gate') return
    const blocked = run(world, before, one)
    if (blocked.refusal) return
    const ids = (decision: Partial<GateDecision>) =>
      (decision.missing ?? []).map((missing) => missing.step.id)
    expect(happened(blocked, 'gating.blocked').length).toBe(Math.min(1, ids(blocked).length))
    let { person } = blocked
    for (const [index, missing] of (blocked.missing ?? []).entries()) {
      expect(ids(run(world, frozen(person), one))).toEqual(ids(blocked).slice(index))
      const change = {
        stepId: missing.step.id,
        to: 'done',
        flow: missing.flow,
        source: 'api',
        by: null,
      } as const
      person = changeStep(world, person, change).person
    }
    expect(ids(run(world, frozen(person), one))).toEqual([])
  })

  always('the order in which enrolments come does not matter', ({ world, before, command: one }) => {
    const turned = frozen({ ...before, enrolments: before.enrolments.toReversed() })
    expect(enrolmentShown(turned)).toBe(enrolmentShown(before))
    expect(run(world, turned, one).happenings).toEqual(
      one.do === 'settle all' ? expect.anything() : run(world, before, one).happenings,
    )
  })

  always('what one member does for the account is done for the other', ({ world, before, decision }) => {
    if (before.accountId === null) return
    const other: Person = {
      ...before,
      userId: 'eve',
      enrolments: [],
      accountFlows: decision.person.accountFlows,
    }
    for (const { flow: name, stepId: id, accountId } of happened(decision, 'onboarding.step_completed')) {
      const about = world.catalogue.flows.get(name!)!.flow
      const mine = guideIn(world, decision.person, about).find((one) => one.id === id)
      const seen = guideIn(world, look(world, frozen(other), name!).person, about).find(
        (one) => one.id === id,
      )
      expect(mine?.status).toBe('done')
      expect(seen?.status).toBe(mine?.step.scope === 'account' ? 'done' : 'todo')
      expect(accountId).toBe(mine?.step.scope === 'account' ? 'acme' : undefined)
    }
  })
})

test('the order in which steps are settled does not matter', () => {
  const person = facts.map((update) => frozen(updateFacts({ ...stranger('ada'), accountId: 'acme' }, update)))
  const change = fc.tuple(stepId, fc.constantFrom('done' as const, 'done' as const, 'skipped' as const))
  const changes = fc
    .uniqueArray(change, { selector: ([id]) => id, maxLength: 12 })
    .chain((one) => fc.tuple(fc.constant(one), fc.shuffledSubarray(one, { minLength: one.length })))
  const property = fc.property(flow('shop'), person, changes, (versions, who, [one, other]) => {
    const [about] = compiled(versions)
    const world = frozen({ catalogue: catalogueOf(1, [{ flow: about!, open: true }]), now: start })
    const outcome = (order: readonly (readonly [string, 'done' | 'skipped'])[]) => {
      const settled = order.reduce<Person>(
        (current, [id, to]) =>
          changeStep(world, frozen(current), { stepId: id, to, source: 'api', by: null }).person,
        look(world, who).person,
      )
      const guide = guideIn(world, settled, about!)
      return {
        statuses: guide.map(({ status }) => status),
        progress: progressOf(guide),
        status: settled.enrolments[0]?.status,
      }
    }
    expect(outcome(one)).toEqual(outcome(other))
  })
  fc.assert(property, { seed: 20260615, numRuns: 1000 })
})

test('the arbitrary flows are ones that could be published', () => {
  fc.assert(
    fc.property(flow('shop'), (versions) => {
      for (const document of versions) expect(checkFlow(document)).toEqual([])
    }),
    { seed: 20260615, numRuns: 300 },
  )
})

test('the arbitrary commands reach everything that can happen', () => {
  const seen = new Map<string, number>()
  const count = (key: string) => seen.set(key, (seen.get(key) ?? 0) + 1)
  const property = fc.property(scenario, (played) =>
    play(played, ({ decision }) => {
      for (const { type } of decision.happenings) count(type)
      if (decision.refusal) count(decision.refusal.code)
    }),
  )
  fc.assert(property, { seed: 20260615, numRuns: 300 })
  for (const key of everything) expect(seen.get(key) ?? 0, key).toBeGreaterThanOrEqual(10)
})
