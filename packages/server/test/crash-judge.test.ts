import { expect, test } from 'vitest'
import { checkHistory } from './proofs/crash/check-history.ts'
import type { Final, Happened } from './proofs/crash/final-state.ts'
import type { Action, Op } from './proofs/crash/history.ts'

const ask = (
  at: number,
  action: Action,
  end: Partial<Op['end']> = {},
  userId = 'ada',
  accountId = 'account-1',
): Op => {
  const op = `${userId}-${at}`
  return { kind: 'invoke', op, at, userId, accountId, action, end: { kind: 'ok', op, at: at + 1, ...end } }
}

const happen = (seq: number, type: string, more: Partial<Happened> = {}): Happened => ({
  id: `id-${seq}`,
  seq,
  type,
  userId: 'ada',
  step: null,
  accountId: null,
  ref: null,
  ...more,
})

const view: Action = { do: 'event', event: 'shop.viewed', ref: 'view-1' }
const complete: Action = { do: 'complete', step: 'first', key: 'key-1' }

const ops: readonly Op[] = [
  ask(10, { do: 'gate', step: 'first' }, { kind: 'fail', status: 409 }),
  ask(20, complete, { kind: 'unknown' }),
  ask(30, complete),
  ask(40, view),
  ask(41, view),
  ask(50, { do: 'snooze', key: 'key-2' }),
  ask(60, { do: 'read' }, { seen: { first: 'done', second: 'todo' } }),
  ask(70, { do: 'gate', step: 'first' }),
  ask(80, { do: 'read' }, { seen: { first: 'done' } }),
  ask(90, { do: 'erase' }, {}, 'bob'),
  ask(100, { do: 'read' }, { kind: 'fail', status: 403 }, 'bob'),
]

const happenings: readonly Happened[] = [
  happen(1, 'onboarding.enrolled'),
  happen(2, 'onboarding.step_completed', { step: 'first' }),
  happen(3, 'shop.viewed', { ref: 'view-1' }),
  happen(5, 'onboarding.nudge_snoozed'),
]

const sound: Final = {
  people: [{ userId: 'ada', status: 'in_progress' }],
  steps: [{ userId: 'ada', step: 'first' }],
  accountSteps: [],
  happenings,
  deliveries: happenings.map(({ seq, userId }) => ({ seq, userId, status: 'delivered' })),
  keys: ['request:key-1', 'request:key-2'].map((key) => ({ userId: 'ada', key })),
  received: [1, 2, 2, 3, 5, 3].map((seq) => ({ id: `id-${seq}`, userId: 'ada', seq })),
  timelines: new Map([['ada', happenings.map(({ id }) => id)]]),
}

const without = (seq: number): Partial<Final> => ({
  happenings: happenings.filter((one) => one.seq !== seq),
})

const broken = (more: readonly Op[], final: Partial<Final> = {}): string[] =>
  checkHistory([...ops, ...more], { ...sound, ...final }).map(({ rule }) => rule)

test('a history without a fault is found to have none, whatever came twice or was never answered', () => {
  expect(checkHistory(ops, sound)).toEqual([])
})

const faults: readonly [string, string, readonly Op[], Partial<Final>][] = [
  ['an acknowledged step is not done', 'every acknowledged step is done', [], { steps: [] }],
  ['an acknowledged event is not told', 'every acknowledged event had its effect', [], without(3)],
  ['an acknowledged snooze is not told', 'every acknowledged snooze is told', [], without(5)],
  [
    'a step is completed that nobody asked for',
    'nothing happens that nobody asked for',
    [],
    { happenings: [...happenings, happen(6, 'onboarding.step_completed', { step: 'second' })] },
  ],
  [
    'an event stands with somebody else',
    'nothing happens that nobody asked for',
    [ask(110, { do: 'read' }, {}, 'eve')],
    { happenings: [...happenings, happen(6, 'shop.viewed', { ref: 'view-1', userId: 'eve' })] },
  ],
  [
    'an event has two effects',
    'an event or a key has one effect',
    [],
    { happenings: [...happenings, happen(6, 'shop.viewed', { ref: 'view-1' })] },
  ],
  [
    'one key snoozes twice',
    'an event or a key has one effect',
    [],
    { happenings: [...happenings, happen(6, 'onboarding.nudge_snoozed')] },
  ],
  [
    'a step that was done is read as open',
    'what is done stays done',
    [ask(110, { do: 'read' }, { seen: { first: 'todo' } })],
    {},
  ],
  [
    'a gate stops who is done',
    'a gate lets pass who is done, and nobody else',
    [ask(110, { do: 'gate', step: 'first' }, { kind: 'fail', status: 409 })],
    {},
  ],
  [
    'a gate lets pass before anybody did it',
    'a gate lets pass who is done, and nobody else',
    [ask(110, { do: 'gate', step: 'second' })],
    {},
  ],
  ['a step is done and its happening is not there', 'state and history say the same', [], without(2)],
  [
    'a completion is told of somebody in progress',
    'state and history say the same',
    [],
    { happenings: [...happenings, happen(6, 'onboarding.completed')] },
  ],
  ['a saved answer is gone', 'a saved answer is kept', [], { keys: [] }],
  [
    'a happening has no delivery',
    'deliveries are what happened',
    [],
    { deliveries: sound.deliveries.slice(1) },
  ],
  [
    'a delivery is marked and was never received',
    'deliveries are what happened',
    [],
    { received: sound.received.filter(({ seq }) => seq !== 5) },
  ],
  [
    'two messages are received in the other order',
    'each person’s messages come in order',
    [],
    { received: [1, 3, 2, 5].map((seq) => ({ id: `id-${seq}`, userId: 'ada', seq })) },
  ],
  [
    'a timeline leaves something out',
    'timelines have no gap',
    [],
    { timelines: new Map([['ada', ['id-1']]]) },
  ],
  [
    'an erased person is still there',
    'an erased person is gone',
    [],
    { people: [...sound.people, { userId: 'bob', status: null }] },
  ],
  [
    'an erased person passes a gate',
    'an erased person is gone',
    [ask(110, { do: 'gate', step: 'first' }, {}, 'bob')],
    {},
  ],
]

test.each(faults)('it is found when %s', (_, rule, more, final) => {
  expect(broken(more, final)).toContain(rule)
})
