import type { Onboarding } from '@boardwalk/contract'
import type { Action, FakePerson, FakeState } from './fake-state.ts'

type Scalar = string | number | boolean | null

const isScalar = (value: unknown): value is Scalar =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

const factNamed = (name: string, { facts: { attributes, ...named } }: FakePerson): unknown => {
  const facts: Record<string, unknown> = { ...attributes, ...named }
  return Object.hasOwn(facts, name) ? facts[name] : undefined
}

/** `$market` in a prefill is the fact of that name; one whose fact is unknown is left out. */
export const actionFor = (action: Action, person: FakePerson, extra: Record<string, string> = {}): Action => {
  const { prefill, ...rest } = action
  const filled = Object.entries({ ...prefill, ...extra })
    .map(([name, value]) => {
      const fact = typeof value === 'string' ? /^\$([A-Za-z_]\w*)$/.exec(value)?.[1] : undefined
      return [name, fact === undefined ? value : factNamed(fact, person)] as const
    })
    .filter((entry): entry is readonly [string, Scalar] => isScalar(entry[1]))
  return filled.length === 0 ? rest : { ...rest, prefill: Object.fromEntries(filled) }
}

type Standing = Pick<Onboarding, 'flow' | 'status' | 'progress' | 'position' | 'nextStep'>

export const standingOf = ({ flow, steps }: FakeState, { done }: FakePerson): Standing => {
  const ids = [...steps.keys()]
  const completed = ids.filter((id) => done.has(id)).length
  const next = ids.findIndex((id) => !done.has(id))
  const total = ids.length
  return {
    flow: { name: flow, version: 1 },
    status: next === -1 ? 'completed' : 'in_progress',
    progress: Math.round((100 * completed) / total),
    position: { current: next === -1 ? total : next + 1, total, completed, skipped: 0 },
    nextStep: ids[next] ?? null,
  }
}

export const onboardingOf = (state: FakeState, person: FakePerson): Onboarding => {
  const standing = standingOf(state, person)
  const { total, completed } = standing.position
  return {
    ...standing,
    steps: [...state.steps].map(([id, { title = id, action }]) => {
      const completedAt = person.done.get(id)
      return {
        id,
        version: 1,
        title,
        required: true,
        weight: 1,
        status: completedAt === undefined ? 'todo' : 'done',
        allowed: true,
        ...(completedAt !== undefined && { completedAt, completedBy: person.userId }),
        ...(action && { action: actionFor(action, person) }),
      }
    }),
    nudge: {
      visible: standing.status === 'in_progress' && standing.progress < 80,
      remainingSteps: total - completed,
      snoozeCount: 0,
      maxSnoozes: 3,
      snoozeDays: 7,
    },
    guide: { dismissed: false },
    welcome: { seen: false },
    features: { enabled: true, skip: true, snooze: true, guardRails: true },
    experiments: {},
    config: {},
  }
}
