import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catchUp } from '../src/carry-over.ts'
import { catalogueOf, flowServed } from '../src/catalogue.ts'
import { enrolmentIn, situationOf, type Decision, type World } from '../src/decision.ts'
import { applyEvent } from '../src/event.ts'
import { compileFlow, type Flow, type FlowDocument, type StepDefinition } from '../src/flow.ts'
import { checkGate } from '../src/gate.ts'
import { guideOf } from '../src/guide.ts'
import { catalogueWith, impactOf, standingIn } from '../src/impact.ts'
import { checkRenames, lineagesOf, type EarlierVersion } from '../src/lineage.ts'
import { stranger, type Person } from '../src/person.ts'
import { progressOf } from '../src/progress.ts'
import type { Publication } from '../src/publication.ts'
import { rowsOf, stateOf } from '../src/step-state.ts'
import { changeStep, look, settleAll, skipFlow } from '../src/verbs.ts'

const now = Date.parse('2026-06-15T12:00:00Z')
const runs = { seed: 20261121, numRuns: 400 }
const ids = ['s0', 's1', 's2', 's3', 's4']
const events = ['e0', 'e1']

// Arbitrary histories --------------------------------------------------------------------------------------------

const step = (id: string): fc.Arbitrary<StepDefinition> =>
  fc.record({
    id: fc.constant(id),
    title: fc.constant(id),
    version: fc.constantFrom(1, 1, 1, 2),
    required: fc.constantFrom(true, true, false, { role: 'owner' }),
    weight: fc.constantFrom(0, 1, 1, 3),
    scope: fc.constantFrom('person', 'person', 'person', 'account'),
    completion: fc.constantFrom('claim', 'claim', 'proof'),
    onVersionChange: fc.constantFrom('keep', 'keep', 'redo'),
    markets: fc.constantFrom(undefined, undefined, undefined, ['DE']),
    trigger: fc.constantFrom(undefined, undefined, ...events.map((event) => ({ event }))),
    renamedFrom: fc.constantFrom(undefined, undefined, undefined, 's5', 's6'),
  })

const documentOf = (steps: StepDefinition[]): FlowDocument => ({
  name: 'shop',
  priority: 0,
  steps,
  gates: {},
  nudge: { snoozeDays: 7, maxSnoozes: 3, hideAtPercent: 80, stopAfterDays: 28 },
  plans: [],
})

/** Two to four versions; some steps are called s5 or s6 at first, so that renames have something to take over. */
const versions = fc
  .array(
    fc
      .subarray([...ids, 's5', 's6'], { minLength: 1, maxLength: 5 })
      .chain((chosen) => fc.tuple(...chosen.map(step))),
    { minLength: 2, maxLength: 4 },
  )
  .map((all) => {
    const earlier: EarlierVersion[] = []
    return all.map((steps, index) => {
      const names = new Set(steps.map(({ id }) => id))
      const known = new Set<string>()
      const sound = steps.map(({ renamedFrom, ...rest }) => {
        if (renamedFrom === undefined || names.has(renamedFrom) || known.has(renamedFrom)) return rest
        known.add(renamedFrom)
        const renamed = { ...rest, renamedFrom }
        return checkRenames(documentOf([renamed]), earlier).length > 0 ? rest : renamed
      })
      const document = documentOf(sound)
      const lineages = lineagesOf(document, index + 1, earlier)
      earlier.unshift({ version: index + 1, document, lineages })
      return compileFlow(document, index + 1, lineages)
    })
  })

const choice = fc.record({
  version: fc.nat({ max: 3 }),
  policy: fc.constantFrom('move' as const, 'move' as const, 'pin' as const, 'restart' as const),
  reopen: fc.constantFrom(false, false, true),
})

const deed = fc.oneof(
  fc.record({
    to: fc.constantFrom('done' as const, 'done' as const, 'done' as const, 'skipped' as const),
    stepId: fc.constantFrom(...ids, 's5', 's6'),
  }),
  fc.record({ event: fc.constantFrom(...events) }),
  fc.constant({ skip: true as const }),
)
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never

const history = fc.record({
  versions,
  publications: fc.array(choice, { minLength: 1, maxLength: 4 }),
  deeds: fc.array(deed, { maxLength: 10 }),
  facts: fc.record({
    role: fc.constantFrom('owner', 'staff'),
    market: fc.constantFrom('DE', 'FR'),
  }),
  account: fc.constantFrom('acme', null),
})
type History = typeof history extends fc.Arbitrary<infer H> ? H : never

// Playing them ---------------------------------------------------------------------------------------------------

const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const inner of value instanceof Map ? value.values() : Object.values(value)) frozen(inner)
  return value
}

const chainOf = ({ versions: all, publications }: History): Publication[] =>
  [{ version: 0, policy: 'move' as const, reopen: false }, ...publications].map((one, index) => ({
    ...one,
    id: index + 1,
    version: (one.version % all.length) + 1,
    at: now + index,
  }))

/** After so many publications beside the first. */
const worldAfter = (given: History, count: number): World => {
  const chain = chainOf(given).slice(0, count + 1)
  const byVersion = new Map(given.versions.map((flow) => [flow.version, flow]))
  const flow = byVersion.get(chain.at(-1)!.version)!
  const live = { flow, open: true, publications: chain, versions: byVersion }
  return { catalogue: frozen(catalogueOf(count, [live])), now: now + 10 }
}

const act = (world: World, person: Person, one: Deed): Person => {
  if ('skip' in one) return skipFlow(world, person).person
  // Half of the events came before the restarts, half of them after.
  if ('event' in one)
    return applyEvent(world, person, {
      name: one.event,
      properties: {},
      at: one.event === 'e0' ? now : now + 9,
    }).person
  return changeStep(world, person, { ...one, source: 'api', by: person.userId }).person
}

const begun = (given: History): Person =>
  frozen(
    given.deeds.reduce((person, one) => act(worldAfter(given, 0), frozen(person), one), {
      ...look(worldAfter(given, 0), {
        ...stranger('ada'),
        facts: { ...given.facts, attributes: {} },
        accountId: given.account,
      }).person,
    }),
  )

const guideIn = (world: World, person: Person) => {
  const enrolment = enrolmentIn(person, 'shop')!
  return guideOf(flowServed(world.catalogue, enrolment)!, enrolment, situationOf(person, world.now)).steps
}

const everywhere = (name: string, check: (given: History, person: Person) => void): void => {
  test(name, () => {
    fc.assert(
      fc.property(history, (given) => check(given, begun(given))),
      runs,
    )
  })
}

/** How it stands and what was told, but for what only tells when somebody looked. */
const essence = ({ person, happenings }: Pick<Decision, 'person' | 'happenings'>, world: World) => {
  const { status, version, publication, restartedAt, completedAt } = enrolmentIn(person, 'shop')!
  return {
    enrolment: { status, version, publication, restartedAt, completedAt },
    steps: guideIn(world, person).map(({ id, status: seen, state }) => ({ id, seen, by: state?.source })),
    told: happenings
      .filter(({ type }) => !['onboarding.offered', 'onboarding.reached'].includes(type))
      .map(({ type, stepId, version: of }) => ({ type, stepId, of })),
    remembered: person.remembered,
  }
}

type Done = { readonly version: number; readonly scope: string }

/** Of each lineage that is done in the version that the person is in, seen or not: in which version of the step it was. */
const doneIn = (flow: Flow, person: Person): Map<string, Done> =>
  new Map(
    flow.steps.flatMap((one): [string, Done][] => {
      const state = stateOf(one, rowsOf(one, person, enrolmentIn(person, 'shop')!))
      return state?.status === 'done' ? [[one.lineage, { version: state.stepVersion, scope: one.scope }]] : []
    }),
  )

const mayKeep = (flow: Flow, lineage: string, was: Done): boolean => {
  const is = flow.steps.find((one) => one.lineage === lineage)
  if (is === undefined || is.scope !== was.scope || is.version < was.version) return false
  return is.version === was.version || is.onVersionChange === 'keep'
}

describe('whatever is published, and however', () => {
  everywhere('whoever comes seldom ends where those end who come every day', (given, person) => {
    const count = given.publications.length
    const last = worldAfter(given, count)
    let daily: Pick<Decision, 'person' | 'happenings'> = { person, happenings: [] }
    for (let index = 1; index <= count; index++) {
      const next = look(worldAfter(given, index), frozen(daily.person))
      daily = { person: next.person, happenings: [...daily.happenings, ...next.happenings] }
    }
    expect(essence(look(last, person), last)).toEqual(essence(daily, last))
  })

  everywhere('carrying over twice is the same as once', (given, person) => {
    const world = worldAfter(given, given.publications.length)
    const once = frozen(catchUp(world, person).person)
    expect(catchUp(world, once)).toEqual({ person: once, happenings: [] })
    expect(catchUp(world, once).person).toBe(once)
    const settled = frozen(settleAll(world, once).person)
    expect(settleAll(world, settled).person).toBe(settled)
  })

  everywhere('nothing done is lost unless a redo or a restart says so', (given, person) => {
    for (let count = 1; count <= given.publications.length; count++) {
      const [before, after] = [worldAfter(given, count - 1), worldAfter(given, count)]
      const was = frozen(look(before, person).person)
      const enrolment = enrolmentIn(was, 'shop')!
      const { person: is, happenings } = look(after, was)
      const restarts = chainOf(given)[count]!.policy === 'restart' && enrolment.status === 'in_progress'
      const flow = flowServed(after.catalogue, enrolmentIn(is, 'shop')!)!
      const done = doneIn(flow, is)
      for (const [lineage, state] of doneIn(flowServed(before.catalogue, enrolment)!, was)) {
        const kept = mayKeep(flow, lineage, state) && !(restarts && state.scope === 'person')
        if (kept) expect(done.has(lineage), lineage).toBe(true)
        else if (state.scope === 'person' && !done.has(lineage)) {
          const taken = flow.steps.find((one) => one.lineage === lineage && one.scope === 'person')
          const resets = happenings.filter(({ type }) => type === 'onboarding.step_reset')
          if (taken) expect(resets.map(({ stepId }) => stepId)).toContain(taken.id)
        }
      }
    }
  })

  everywhere('a gate never forgets what was done', (given, person) => {
    for (let count = 1; count <= given.publications.length; count++) {
      const [before, after] = [worldAfter(given, count - 1), worldAfter(given, count)]
      const was = frozen(look(before, person).person)
      const enrolment = enrolmentIn(was, 'shop')!
      if (chainOf(given)[count]!.policy === 'restart') continue
      const is = look(after, was).person
      const flow = flowServed(after.catalogue, enrolmentIn(is, 'shop')!)!
      const done = doneIn(flowServed(before.catalogue, enrolment)!, was)
      const kept = flow.steps.filter(({ lineage }) => {
        const state = done.get(lineage)
        return state && mayKeep(flow, lineage, state)
      })
      if (kept.length === 0) continue
      const { missing } = checkGate(after, was, { steps: kept.map(({ id }) => id), route: '/' })
      expect(missing.map((one) => one.step.id)).toEqual([])
    }
  })

  everywhere('progress stays a whole number from 0 to 100', (given, person) => {
    const world = worldAfter(given, given.publications.length)
    const progress = progressOf(guideIn(world, look(world, person).person))
    expect(Number.isInteger(progress) && progress >= 0 && progress <= 100).toBe(true)
  })

  everywhere(
    'the finished stay finished, since when they were, unless they are reopened',
    (given, person) => {
      const world = worldAfter(given, given.publications.length)
      const was = enrolmentIn(person, 'shop')!
      if (was.status !== 'completed' || given.publications.some(({ reopen }) => reopen)) return
      expect(enrolmentIn(look(world, person).person, 'shop')).toMatchObject({
        status: 'completed',
        completedAt: was.completedAt,
        version: world.catalogue.flows.get('shop')!.flow.version,
      })
    },
  )

  everywhere('they are completed once more than they are reopened', (given, person) => {
    const world = worldAfter(given, given.publications.length)
    const was = enrolmentIn(person, 'shop')!.status === 'completed' ? 1 : 0
    const { person: carried, happenings } = look(world, person)
    const told = (type: string): number => happenings.filter((one) => one.type === type).length
    const is = enrolmentIn(carried, 'shop')!.status === 'completed' ? 1 : 0
    expect(was + told('onboarding.completed') - told('onboarding.reopened')).toBe(is)
  })

  everywhere('who is mid-flow stays in their version as long as every publication pins', (given, person) => {
    const pins = given.publications.map((one) => ({ ...one, policy: 'pin' as const }))
    const world = worldAfter({ ...given, publications: pins }, pins.length)
    const { status, version } = enrolmentIn(person, 'shop')!
    if (status !== 'in_progress') return
    const carried = look(world, person)
    expect(enrolmentIn(carried.person, 'shop')?.version).toBe(version)
    expect(world.catalogue.flows.get('shop')?.served.map((flow) => flow.version)).toContain(version)
  })

  everywhere('a gate and an event see what a read sees', (given, person) => {
    const world = worldAfter(given, given.publications.length)
    const read = look(world, person).person
    const [first] = guideIn(world, read)
    const question = { steps: [first?.id ?? 's0'], route: '/' }
    const viaGate = first && checkGate(world, person, question).missing
    if (first) expect(viaGate).toEqual(checkGate(world, frozen(read), question).missing)
    const event = { name: 'e0', properties: {} }
    const statuses = (one: Person) => guideIn(world, look(world, one).person).map(({ status }) => status)
    expect(statuses(applyEvent(world, person, event).person)).toEqual(
      statuses(applyEvent(world, frozen(read), event).person),
    )
  })

  everywhere('its preview says what then happens', (given, person) => {
    const before = worldAfter(given, given.publications.length - 1)
    const { version, ...how } = chainOf(given).at(-1)!
    const flow = given.versions[version - 1]!
    const foreseen = { ...before, catalogue: catalogueWith(before.catalogue, flow, how, how.at) }
    const now = standingIn(before, person, 'shop', [])!
    const impact = impactOf(now.standing, standingIn(foreseen, now.person, 'shop', [])!.standing)
    const isNew = before.catalogue.flows.get('shop')!.flow.version !== version
    const after = worldAfter(given, given.publications.length - (isNew ? 0 : 1))
    expect(impactOf(now.standing, standingIn(after, person, 'shop', [])!.standing)).toEqual(impact)
  })
})

test('the arbitrary histories reach everything that can happen', () => {
  const seen = new Map<string, number>()
  const count = (key: string) => seen.set(key, (seen.get(key) ?? 0) + 1)
  fc.assert(
    fc.property(history, (given) => {
      const world = worldAfter(given, given.publications.length)
      const person = begun(given)
      count(`was ${enrolmentIn(person, 'shop')!.status}`)
      const { person: carried, happenings } = look(world, person)
      for (const { type, data } of happenings)
        count([type, ...(typeof data['reason'] === 'string' ? [data['reason']] : [])].join(' '))
      const { version } = enrolmentIn(carried, 'shop')!
      if (version !== world.catalogue.flows.get('shop')!.flow.version) count('pinned')
      const flows = given.versions.flatMap(({ steps }) => steps)
      if (flows.some((one) => one.renamedFrom !== undefined && one.lineage === one.renamedFrom))
        count('renamed')
    }),
    runs,
  )
  for (const key of [
    'was in_progress',
    'was completed',
    'was skipped',
    'onboarding.moved',
    'onboarding.reopened',
    'onboarding.completed',
    'onboarding.step_completed',
    'onboarding.step_reset restart',
    'onboarding.step_reset version',
    'pinned',
    'renamed',
  ])
    expect(seen.get(key) ?? 0, key).toBeGreaterThanOrEqual(10)
})
