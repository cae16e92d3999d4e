import { isValueEvent } from '../src/observe.ts'
import type { Count, Told } from '../src/analytics/tally.ts'

// The definitions once more, slowly: every figure asks the whole history again, nothing is remembered between two.

const hour = 3_600_000
const day = 24 * hour

/** Each number of each row under its own name, without zeros. */
export type Figures = { readonly [name: string]: number }

const ms = (value: unknown): number => (typeof value === 'string' ? Date.parse(value) : Number.NaN)

const ownDoing = [
  'onboarding.enrolled',
  'onboarding.viewed',
  'onboarding.step_started',
  'onboarding.step_completed',
  'onboarding.step_skipped',
  'onboarding.nudge_snoozed',
  'onboarding.nudge_unsnoozed',
  'onboarding.nudge_dismissed',
  'onboarding.skipped',
  'onboarding.resumed',
  'gating.blocked',
]

const settled = ['step_completed', 'step_shared', 'step_restored', 'step_skipped'].map(
  (name) => `onboarding.${name}`,
)
const showing = ['onboarding.reached', ...settled]
const settling = ['onboarding.step_reset', ...settled]
const isSkipping = ({ type, data }: Told): boolean =>
  type === 'onboarding.step_skipped' || (settled.includes(type) && data['status'] === 'skipped')
const isDoing = (told: Told): boolean => settled.includes(told.type) && !isSkipping(told)

export const figuresByHand = (people: readonly (readonly Told[])[]): Figures => {
  const figures = new Map<string, number>()
  for (const history of people) {
    const first = history.find(({ type }) => type === 'onboarding.enrolled')
    if (first === undefined) continue
    const startOf = ({ data, at }: Told): number =>
      data['startedAt'] === undefined ? at : ms(data['startedAt'])
    const toldAt = first.data['signedUpAt'] === undefined ? Infinity : ms(first.data['signedUpAt'])
    const signedUpAt = Math.min(startOf(first), toldAt)
    const entries = history.filter(
      (told, index) =>
        told.type === 'onboarding.enrolled' &&
        !history.slice(0, index).some((one) => one.type === told.type && one.flow === told.flow),
    )
    const journeys = [
      { entry: first, flow: '', version: 0, arm: undefined },
      ...entries.map((entry) => ({
        entry,
        flow: entry.flow!,
        version: entry.version!,
        arm: entry.data['arm'] as string | undefined,
      })),
    ]
    for (const { entry, flow, version, arm } of journeys) {
      const facts = (entry.data['facts'] ?? {}) as Record<string, string>
      const counted = ['market', 'plan', 'role', 'locale']
        .map((name) => facts[name] ?? '')
        .map((fact) => (fact.includes('@') || fact.length > 64 ? '' : fact))
      const segment = [flow, version, arm, ...counted]
      const whom = segment.map((part) => String(part ?? '')).join('/')
      const add = (name: string, at: number, column: string): void => {
        const key = `${name} of ${whom} at ${Math.floor(at / hour)}: ${column}`
        figures.set(key, (figures.get(key) ?? 0) + 1)
      }
      const took = (measure: string, from: number, to: number): void => {
        let bin = 0
        while (1.01 ** (bin + 1) <= to - from) bin += 1
        add(`duration ${measure} ${bin}`, from, 'people')
      }
      const start = startOf(entry)
      const told = flow === '' ? [] : history.slice(history.indexOf(entry)).filter((one) => one.flow === flow)

      add('journey', start, 'enrolled')
      add('journey', signedUpAt, 'signedUp')
      let status = 'in progress'
      let completedAt = 0
      for (const { type, data, at } of told) {
        if (type === 'onboarding.completed') {
          status = 'completed'
          completedAt = data['completedAt'] === undefined ? at : ms(data['completedAt'])
        }
        if (type === 'onboarding.skipped') status = 'skipped'
        if (type === 'onboarding.reopened') status = 'in progress'
        if (type === 'onboarding.resumed' && status === 'skipped') status = 'in progress'
      }
      if (status !== 'in progress') add('journey', start, status)
      if (status === 'completed') took('complete', start, completedAt)

      const shown: string[] = []
      for (const { type, stepId, data } of told) {
        const ids = type === 'onboarding.offered' ? (data['steps'] as string[]) : []
        const alone = showing.includes(type) ? [stepId!] : []
        for (const id of [...ids, ...alone]) if (!shown.includes(id)) shown.push(id)
      }
      const settledAt = ({ data, at }: Told): number =>
        data['settledAt'] === undefined ? at : ms(data['settledAt'])
      let isInOrder = true
      let before = -Infinity
      for (const id of shown) {
        const about = told.filter(({ stepId }) => stepId === id)
        const last = about.findLast(({ type }) => settling.includes(type))
        const isDone = last !== undefined && isDoing(last)
        add(`step ${id}`, start, 'offered')
        if (about.some(({ type }) => showing.includes(type))) add(`step ${id}`, start, 'reached')
        if (isDone) add(`step ${id}`, start, 'done')
        if (last && isSkipping(last)) add(`step ${id}`, start, 'skipped')
        isInOrder &&= isDone && settledAt(last) >= before
        if (isInOrder) add(`step ${id}`, start, 'inOrder')
        if (last) before = settledAt(last)
      }
      const activation = told.find((one) => one.isActivation && isDoing(one))
      if (activation) took('activation', signedUpAt, settledAt(activation))

      const valued = history.filter(({ type }) => isValueEvent(type))
      for (const event of new Set(valued.map(({ type }) => type))) {
        const times = valued.filter(({ type }) => type === event).map(({ at }) => at - signedUpAt)
        const earliest = Math.min(...times)
        add(`value ${event}`, signedUpAt, 'people')
        if (earliest <= day) add(`value ${event}`, signedUpAt, 'withinDay')
        if (earliest <= 7 * day) add(`value ${event}`, signedUpAt, 'withinWeek')
        if (times.some((after) => after >= day && after < 2 * day))
          add(`value ${event}`, signedUpAt, 'onDay1')
        if (times.some((after) => after >= 7 * day && after < 8 * day))
          add(`value ${event}`, signedUpAt, 'onDay7')
        took(`event:${event}`, signedUpAt, signedUpAt + earliest)
      }
      for (let nth = 0; nth <= 30; nth += 1) {
        const isThere = history.some(({ type, data, at }) => {
          const isTheirs =
            (ownDoing.includes(type) && !['import', 'migration'].includes(String(data['source']))) ||
            isValueEvent(type)
          return isTheirs && at >= signedUpAt + nth * day && at < signedUpAt + (nth + 1) * day
        })
        if (isThere) add(`return ${nth}`, signedUpAt, 'people')
      }

      for (const { type, stepId, at } of told) {
        if (type === 'onboarding.nudge_shown') add('nudge', at, 'shown')
        if (type === 'onboarding.nudge_snoozed') add('nudge', at, 'snoozed')
        if (type === 'onboarding.nudge_dismissed') add('nudge', at, 'dismissed')
        if (type !== 'gating.blocked') continue
        add(`block ${stepId}`, at, 'blocked')
        const isRecovered = told.some(
          (one) => one.stepId === stepId && isDoing(one) && settledAt(one) > at && settledAt(one) < at + hour,
        )
        if (isRecovered) add(`block ${stepId}`, at, 'recovered')
      }
    }
  }
  return Object.fromEntries(figures)
}

/** The same of rows of counts. */
export const figuresOf = (counts: readonly Count[]): Figures => {
  const figures = new Map<string, number>()
  for (const count of counts) {
    const {
      of,
      segment,
      begins,
      stepId,
      measure,
      bin,
      event,
      day: nth,
      ...numbers
    } = count as Count & {
      [column: string]: unknown
    }
    const { flow, version, arm, market, plan, role, locale } = segment
    const name = [of, stepId, measure, bin, event, nth]
      .filter((part) => part !== undefined)
      .map(String)
      .join(' ')
    const whom = [flow, version, arm, market, plan, role, locale].join('/')
    for (const [column, number] of Object.entries(numbers)) {
      const key = `${name} of ${whom} at ${begins / hour}: ${column}`
      figures.set(key, (figures.get(key) ?? 0) + Number(number))
    }
  }
  return Object.fromEntries([...figures].filter(([, number]) => number !== 0))
}
