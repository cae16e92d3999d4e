import { describe, expect, test } from 'vitest'
import { catalogueOf } from '../src/catalogue.ts'
import { enrolmentIn, situationOf, type Decision, type World } from '../src/decision.ts'
import { applyEvent } from '../src/event.ts'
import { compileFlow, type Flow, type StepDefinition } from '../src/flow.ts'
import { guideOf } from '../src/guide.ts'
import { importState } from '../src/import-state.ts'
import { stranger, type Person } from '../src/person.ts'
import { changeStep, look } from '../src/verbs.ts'
import { readCases } from './read-cases.ts'

const { defaults } = readCases('carry-over')
const start = Date.parse('2026-06-15T12:00:00.000Z')
const iso = (ms: number): string => new Date(ms).toISOString()

type Fragment = Partial<StepDefinition>

/** Step `payments` of the account, as each of the versions has it; and `theme`, each member's own. */
const worlds = (...versions: Fragment[]): World[] => {
  const flows = versions.map((payments, index) => {
    const fragments: Fragment[] = [{ id: 'payments', scope: 'account', ...payments }, { id: 'theme' }]
    const steps = fragments.map((step) => ({ ...defaults.step, title: step.id, required: true, ...step }))
    return compileFlow({ ...defaults.flow, steps } as Parameters<typeof compileFlow>[0], index + 1)
  })
  return flows.map((flow, index): World => {
    const publications = flows
      .slice(0, index + 1)
      .map(({ version }) => ({ id: version, at: start, version, policy: 'move' as const, reopen: false }))
    const byVersion = new Map<number, Flow>(flows.map((one) => [one.version, one]))
    return {
      now: start + index * 1000,
      catalogue: catalogueOf(index, [{ flow, open: true, publications, versions: byVersion }]),
    }
  })
}

const flowIn = ({ catalogue }: World): Flow => catalogue.flows.get('shop')!.flow
const member = (userId: string): Person => ({ ...stranger(userId), accountId: 'acme' })
/** The account as the other member left it. */
const joining = (person: Person, { person: other }: Decision): Person => ({
  ...person,
  accountFlows: other.accountFlows,
})
const does = (world: World, person: Person, stepId = 'payments'): Decision =>
  changeStep(world, person, { stepId, to: 'done', source: 'user', by: person.userId })
const shared = ({ happenings }: Decision) =>
  happenings.filter(({ type }) => type === 'onboarding.step_shared')
const typesOf = ({ happenings }: Decision): string[] => happenings.map(({ type }) => type)

describe('a step of the account that somebody else did', () => {
  const [world] = worlds({})
  const ada = does(world!, member('ada'))

  test('is told to the other member once, with when it was done', () => {
    const later = { ...world!, now: start + 5000 }
    const bob = look(later, joining(look(world!, member('bob')).person, ada))
    expect(shared(bob)).toEqual([
      {
        type: 'onboarding.step_shared',
        flow: 'shop',
        version: 1,
        stepId: 'payments',
        data: { stepVersion: 1, settledAt: iso(start) },
      },
    ])
    expect(look(later, bob.person)).toMatchObject({ person: bob.person, happenings: [] })
    expect(typesOf(does(later, bob.person, 'theme'))).not.toContain('onboarding.step_shared')
  })

  test('is told between the offer and what follows from it', () => {
    expect(typesOf(look(world!, joining(member('bob'), ada)))).toEqual([
      'onboarding.enrolled',
      'onboarding.offered',
      'onboarding.step_shared',
      'onboarding.reached',
      'onboarding.reached',
    ])
  })

  test('is not told to whoever did it', () => {
    expect(shared(ada)).toEqual([])
    expect(look(world!, ada.person)).toMatchObject({ person: ada.person, happenings: [] })
  })

  test('is told as skipped when it was, once, and again when it is done after all', () => {
    const optional = worlds({ required: false })[0]!
    const later = { ...optional, now: start + 5000 }
    const skipped = changeStep(optional, member('ada'), {
      stepId: 'payments',
      to: 'skipped',
      source: 'user',
      by: 'ada',
    })
    expect(skipped.refusal).toBeUndefined()
    expect(shared(look(later, skipped.person))).toEqual([])
    const bob = look(optional, joining(member('bob'), skipped))
    expect(shared(bob).map(({ data }) => data)).toEqual([
      { stepVersion: 1, status: 'skipped', settledAt: iso(start) },
    ])
    expect(look(later, bob.person)).toMatchObject({ person: bob.person, happenings: [] })
    const done = does(later, skipped.person)
    expect(shared(look(later, joining(bob.person, done))).map(({ data }) => data)).toEqual([
      { stepVersion: 1, settledAt: iso(later.now) },
    ])
    const own = does(later, bob.person)
    expect(shared(look(later, own.person))).toEqual([])
    expect(shared(look(later, joining(skipped.person, own)))).toHaveLength(1)
  })

  test('changes nothing of what the member is shown when it was skipped', () => {
    const optional = worlds({ required: false })[0]!
    const how = { stepId: 'payments', to: 'skipped', source: 'user', by: 'ada' } as const
    const skipped = changeStep(optional, member('ada'), how)
    const untold = joining(look(optional, member('bob')).person, skipped)
    const stepsOf = (person: Person) =>
      guideOf(flowIn(optional), enrolmentIn(person, 'shop')!, situationOf(person, start)).steps.map(
        ({ id, status, locked }) => ({ id, status, locked }),
      )
    expect(stepsOf(look(optional, untold).person)).toEqual(stepsOf(untold))
  })

  test('is not told to those who do not see it', () => {
    const owners = worlds({ roles: ['owner'] })[0]!
    const owner: Person = { ...member('ada'), facts: { attributes: {}, role: 'owner' } }
    expect(shared(look(owners, joining(member('bob'), does(owners, owner))))).toEqual([])
  })

  test('gives the member’s own row no status', () => {
    const { person } = look(world!, joining(member('bob'), ada))
    const row = enrolmentIn(person, 'shop')!.steps.find(({ stepId }) => stepId === 'payments')
    expect(row).toMatchObject({ status: 'todo', settledAt: start, settledBy: null, source: null })
  })

  test('is not told to whoever imported its skip, and then that it was done', () => {
    const optional = worlds({ required: false })[0]!
    const imports = (person: Person, status: 'done' | 'skipped', at: number) =>
      importState(optional, person, { startedAt: null, steps: [{ id: 'payments', status, at }] }).person
    const skipped = imports(member('ada'), 'skipped', start - 9000)
    expect(shared(look(optional, skipped))).toEqual([])
    expect(shared(look(optional, imports(skipped, 'done', start - 8000)))).toEqual([])
  })

  test('is not told to whoever imported it, but to the others', () => {
    const state = { startedAt: null, steps: [{ id: 'payments', status: 'done' as const, at: start - 9000 }] }
    const imported = importState(world!, member('ada'), state)
    const seen = look(world!, imported.person)
    expect(shared(seen)).toEqual([])
    expect(typesOf(seen)).toContain('onboarding.offered')
    const [told] = shared(look(world!, joining(member('bob'), imported)))
    expect(told?.data).toEqual({ stepVersion: 1, settledAt: iso(start - 9000) })
  })
})

describe('when a newer version is published', () => {
  const story = (newer: Fragment): { world: World; bob: Person; ada: Person } => {
    const [first, second] = worlds({}, { version: 2, ...newer })
    const ada = does(first!, member('ada'))
    const bob = look(first!, joining(member('bob'), ada))
    expect(shared(bob)).toHaveLength(1)
    return { world: second!, bob: bob.person, ada: ada.person }
  }

  test('what is kept is not told again', () => {
    const { world, bob, ada } = story({ onVersionChange: 'keep' })
    expect(shared(look(world, bob))).toEqual([])
    expect(shared(look(world, ada))).toEqual([])
  })

  test('what is asked anew is told when it is done anew', () => {
    const { world, bob, ada } = story({ onVersionChange: 'redo' })
    const open = look(world, bob)
    expect(shared(open)).toEqual([])
    const told = look(world, joining(open.person, does(world, ada)))
    expect(shared(told).map(({ data }) => data)).toEqual([{ stepVersion: 2, settledAt: iso(world.now) }])
    expect(shared(look(world, told.person))).toEqual([])
  })

  test('what was asked anew while the member was away is told of the version that they come to', () => {
    const [first, second, third] = worlds({}, { version: 2, onVersionChange: 'redo' }, { version: 3 })
    const bob = look(first!, member('bob')).person
    const ada = does(second!, does(first!, member('ada')).person)
    expect(shared(look(third!, joining(bob, ada))).map(({ data }) => data)).toEqual([
      { stepVersion: 3, settledAt: iso(second!.now) },
    ])
  })

  test('what becomes each one’s own is to do for those who were told as for those who were not', () => {
    const { world, bob } = story({ scope: 'person' })
    const row = (person: Person) => enrolmentIn(look(world, person).person, 'shop')
    expect(row(bob)!.steps.find(({ stepId }) => stepId === 'payments')?.status).toBe('todo')
    expect(look(world, bob).happenings.map(({ type }) => type)).toEqual([
      'onboarding.moved',
      'onboarding.step_reset',
    ])
  })

  test('an event of before proves it to those who were told as to those who were not', () => {
    const trigger = { event: 'payments_done' }
    const [first, second] = worlds({}, { version: 2, scope: 'person', onVersionChange: 'redo', trigger })
    const remembering = applyEvent(second!, look(first!, member('bob')).person, {
      name: 'payments_done',
      properties: {},
      at: start - 1,
    }).person
    const untold = { ...look(first!, member('bob')).person, remembered: remembering.remembered }
    const told = { ...look(first!, joining(untold, does(first!, member('ada')))).person }
    expect(enrolmentIn(told, 'shop')!.steps.some(({ settledAt }) => settledAt !== null)).toBe(true)
    for (const person of [untold, told])
      expect(typesOf(look(second!, person))).toContain('onboarding.step_completed')
  })

  test('what the member did when it was their own is not told them as another’s', () => {
    const [own, shop] = worlds({ scope: 'person' }, {})
    const bob = does(own!, member('bob')).person
    const ada = does(shop!, look(shop!, member('ada')).person)
    const seen = look(shop!, joining(bob, ada))
    expect(shared(seen)).toEqual([])
    expect(enrolmentIn(seen.person, 'shop')!.steps).toContainEqual(
      expect.objectContaining({ stepId: 'payments', status: 'done', settledBy: 'bob' }),
    )
  })
})
