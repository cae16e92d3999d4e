// What the history and the final state must say of one another. Pure: the same rules judge the product and what was
// planted to be found.
import type { Action, Op } from './history.ts'
import type { Final, Happened } from './final-state.ts'

export type Violation = { readonly rule: string; readonly about: string }

type Case = {
  readonly ops: readonly Op[]
  readonly final: Final
  /** Nobody asked to erase them. */
  readonly stays: (userId: string) => boolean
}

const is =
  <Do extends Action['do']>(wanted: Do) =>
  (op: Op): op is Op & { action: Extract<Action, { do: Do }> } =>
    op.action.do === wanted

const isOk = ({ end }: Op): boolean => end.kind === 'ok'
const pair = (one: string, other: string): string => `${one} ${other}`
const unique = (all: readonly string[]): Set<string> => new Set(all)

const countBy = <Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1)
  return counts
}

const twice = (counts: ReadonlyMap<string, number>): string[] =>
  [...counts].filter(([, count]) => count > 1).map(([key, count]) => `${key}, ${count} times`)

/** Whose step it is: the account's, for what is shared. */
const ownerOf = (op: Op, step: string): string => (step === 'shared' ? op.accountId : op.userId)

const stepOf = (action: Action): string | undefined =>
  action.do === 'complete' || action.do === 'event' ? action.step : undefined

const completions = ({ final }: Case): Happened[] =>
  final.happenings.filter(({ type }) => type === 'onboarding.step_completed')

const doneOf = ({ final }: Case): Set<string> =>
  unique([
    ...final.steps.map(({ userId, step }) => pair(userId, step)),
    ...final.accountSteps.map(({ accountId, step }) => pair(accountId, step)),
  ])

/** The moment from which on it was known to be done, of each owner and step. */
const knownSince = (ops: readonly Op[]): Map<string, number> => {
  const since = new Map<string, number>()
  const know = (op: Op, step: string): void => {
    const key = pair(ownerOf(op, step), step)
    since.set(key, Math.min(since.get(key) ?? Infinity, op.end.at))
  }
  for (const op of ops.filter(isOk)) {
    const step = stepOf(op.action)
    if (step !== undefined && !(op.action.do === 'event' && op.action.waits)) know(op, step)
    for (const [seen, status] of Object.entries(op.end.seen ?? {})) if (status === 'done') know(op, seen)
  }
  return since
}

type Rule = (history: Case) => string[]

const rules: Readonly<Record<string, Rule>> = {
  'every acknowledged step is done': (history) => {
    const done = doneOf(history)
    return history.ops.filter(isOk).flatMap((op) => {
      const step = stepOf(op.action)
      if (step === undefined || !history.stays(op.userId)) return []
      const key = pair(ownerOf(op, step), step)
      return done.has(key) ? [] : [key]
    })
  },

  'every acknowledged event had its effect': ({ ops, final, stays }) => {
    const told = unique(final.happenings.flatMap(({ ref }) => ref ?? []))
    return ops
      .filter(is('event'))
      .filter((op) => isOk(op) && op.action.event === 'shop.viewed' && stays(op.userId))
      .flatMap(({ action }) => (told.has(action.ref) ? [] : [action.ref]))
  },

  'every acknowledged snooze is told': ({ ops, final, stays }) => {
    const told = unique(
      final.happenings.filter(({ type }) => type === 'onboarding.nudge_snoozed').map(({ userId }) => userId),
    )
    return ops
      .filter(is('snooze'))
      .filter((op) => isOk(op) && stays(op.userId))
      .flatMap(({ userId }) => (told.has(userId) ? [] : [userId]))
  },

  'nothing happens that nobody asked for': (history) => {
    const { ops, final } = history
    const asked = unique(
      ops.flatMap((op) => {
        const step = stepOf(op.action)
        return step === undefined ? [] : [pair(op.userId, step)]
      }),
    )
    const refs = unique(ops.filter(is('event')).map(({ userId, action }) => pair(userId, action.ref)))
    const known = unique(ops.map(({ userId }) => userId))
    return [
      ...completions(history)
        .map(({ userId, step }) => pair(userId, step ?? ''))
        .filter((key) => !asked.has(key)),
      // What somebody did never stands with somebody else.
      ...final.happenings
        .flatMap(({ userId, ref, type }) =>
          ref === null || type !== 'shop.viewed' ? [] : [pair(userId, ref)],
        )
        .filter((key) => !refs.has(key)),
      ...final.people.map(({ userId }) => userId).filter((userId) => !known.has(userId)),
    ]
  },

  'an event or a key has one effect': (history) => {
    const { ops, final } = history
    const views = final.happenings.filter(({ type }) => type === 'shop.viewed')
    const snoozes = countBy(
      final.happenings.filter(({ type }) => type === 'onboarding.nudge_snoozed'),
      ({ userId }) => userId,
    )
    const keys = Map.groupBy(ops.filter(is('snooze')), ({ userId }) => userId)
    return [
      ...twice(countBy(views, ({ ref }) => ref ?? '')),
      ...twice(
        countBy(completions(history), ({ userId, accountId, step }) => pair(accountId ?? userId, step ?? '')),
      ),
      ...[...snoozes]
        .filter(([userId, count]) => count > unique((keys.get(userId) ?? []).map((op) => op.action.key)).size)
        .map(([userId, count]) => `${userId} snoozed ${count} times`),
    ]
  },

  'what is done stays done': ({ ops }) => {
    const since = knownSince(ops)
    return ops.filter(is('read')).flatMap((op) =>
      Object.entries(op.end.seen ?? {})
        .map(([step, status]) => ({ key: pair(ownerOf(op, step), step), status }))
        .filter(({ key, status }) => status !== 'done' && (since.get(key) ?? Infinity) < op.at)
        .map(({ key }) => `${key} was read as not done by ${op.op}`),
    )
  },

  'a gate lets pass who is done, and nobody else': ({ ops, stays }) => {
    const since = knownSince(ops)
    const asked = new Map<string, number>()
    for (const op of ops) {
      const step = stepOf(op.action)
      const key = step && pair(ownerOf(op, step), step)
      if (key !== undefined && !asked.has(key)) asked.set(key, op.at)
    }
    return ops.filter(is('gate')).flatMap((op) => {
      const key = pair(ownerOf(op, op.action.step), op.action.step)
      if (isOk(op) && (asked.get(key) ?? Infinity) > op.end.at)
        return [`${op.op} passed before anybody did it`]
      const isStopped = op.end.kind === 'fail' && stays(op.userId)
      return isStopped && (since.get(key) ?? Infinity) < op.at
        ? [`${op.op} was stopped: ${op.end.status}`]
        : []
    })
  },

  'state and history say the same': (history) => {
    const { final } = history
    const told = unique(
      completions(history).map(({ userId, accountId, step }) => pair(accountId ?? userId, step ?? '')),
    )
    const done = doneOf(history)
    const completed = countBy(
      final.happenings.filter(({ type }) => type === 'onboarding.completed'),
      ({ userId }) => userId,
    )
    const enrolled = unique(
      final.happenings.filter(({ type }) => type === 'onboarding.enrolled').map(({ userId }) => userId),
    )
    return [
      // A step of an account outlives who did it.
      ...[...done].filter((key) => !told.has(key) && !key.startsWith('account-')),
      ...[...told].filter((key) => !done.has(key)),
      ...final.people
        .filter(({ userId, status }) => (completed.get(userId) ?? 0) !== (status === 'completed' ? 1 : 0))
        .map(({ userId, status }) => `${userId} is ${status}, told ${completed.get(userId) ?? 0} times`),
      ...final.people
        .filter(({ userId, status }) => status !== null && !enrolled.has(userId))
        .map(({ userId }) => `${userId} was never told to be enrolled`),
    ]
  },

  'a saved answer is kept': ({ ops, final, stays }) => {
    const kept = unique(final.keys.map(({ userId, key }) => pair(userId, key)))
    return ops
      .filter((op) => isOk(op) && stays(op.userId))
      .flatMap(({ userId, action }) =>
        'key' in action && action.key !== undefined ? [pair(userId, `request:${action.key}`)] : [],
      )
      .filter((key) => !kept.has(key))
  },

  'deliveries are what happened': ({ final, stays }) => {
    const due = countBy(final.happenings, ({ seq }) => String(seq))
    const made = countBy(final.deliveries, ({ seq }) => String(seq))
    const taken = unique(final.received.map(({ seq }) => String(seq)))
    const ids = new Map(final.happenings.map(({ id, seq }) => [seq, id]))
    return [
      ...[...due.keys()].filter((seq) => !made.has(seq)).map((seq) => `${seq} has no delivery`),
      ...[...made.keys()].filter((seq) => !due.has(seq)).map((seq) => `${seq} is delivered, not told`),
      ...twice(made),
      ...final.deliveries
        .filter(
          ({ userId, seq, status }) => stays(userId) && (status !== 'delivered' || !taken.has(String(seq))),
        )
        .map(({ seq, status }) => `${seq} is ${status}, and not received`),
      ...final.received
        .filter(({ seq, id }) => ids.has(seq) && ids.get(seq) !== id)
        .map(({ seq, id }) => `${seq} came under the id ${id}`),
    ]
  },

  'each person’s messages come in order': ({ final, stays }) => {
    const order = Map.groupBy(final.happenings, ({ userId }) => userId)
    const seen = new Set<string>()
    // What comes again comes whenever it comes: the same id tells.
    const isNew = ({ id }: { readonly id: string }): boolean => seen.size < seen.add(id).size
    const first = Map.groupBy(final.received.filter(isNew), ({ userId }) => userId)
    return [...order].flatMap(([userId, happened]) => {
      const due = happened.map(({ seq }) => seq)
      const came = (first.get(userId) ?? []).map(({ seq }) => seq)
      const isOrdered = due.every((seq, index) => index === 0 || seq > (due[index - 1] ?? 0))
      if (!isOrdered) return [`${userId}’s happenings are numbered ${due.join(' ')}`]
      const isAsDue = came.every((seq, index) => seq === due[index])
      return stays(userId) && (!isAsDue || came.length !== due.length)
        ? [`${userId} was told ${came.join(' ')}, due ${due.join(' ')}`]
        : []
    })
  },

  'timelines have no gap': ({ final }) => {
    const order = Map.groupBy(final.happenings, ({ userId }) => userId)
    return [...final.timelines].flatMap(([userId, shown]) => {
      const due = (order.get(userId) ?? []).map(({ id }) => id)
      return shown.join() === due.join() ? [] : [`${userId} shows ${shown.length}, has ${due.length}`]
    })
  },

  'an erased person is gone': ({ ops, final }) => {
    // Whoever asks again is told that there is nobody of that name.
    const isGone = (op: Op): boolean => is('erase')(op) && (isOk(op) || op.end.status === 404)
    const gone = new Map(ops.filter(isGone).map((op) => [op.userId, op.end.at]))
    const people = unique([...final.people, ...final.happenings, ...final.steps].map(({ userId }) => userId))
    return [
      ...[...gone.keys()].filter((userId) => people.has(userId)).map((userId) => `${userId} is still there`),
      ...ops
        .filter(
          (op) => (is('read')(op) || is('gate')(op)) && isOk(op) && (gone.get(op.userId) ?? Infinity) < op.at,
        )
        .map(({ op, userId }) => `${userId} was answered for in ${op}`),
    ]
  },
}

export const checkHistory = (ops: readonly Op[], final: Final): Violation[] => {
  const erased = unique(ops.filter(is('erase')).map(({ userId }) => userId))
  const history: Case = { ops, final, stays: (userId) => !erased.has(userId) }
  return Object.entries(rules).flatMap(([rule, check]) => check(history).map((about) => ({ rule, about })))
}

/** How often each rule was broken, with one example. */
export const summaryOf = (violations: readonly Violation[]): string =>
  [...Map.groupBy(violations, ({ rule }) => rule)]
    .map(([rule, all]) => `${rule}: ${all.length} (${all[0]?.about})`)
    .join('; ') || 'nothing'
