import type { FlowDocument, StepDefinition } from './flow.ts'

/** One thing in which two documents of a flow differ. Steps are named by their id, since their place says nothing. */
export type Difference =
  | { readonly kind: 'added' | 'removed'; readonly path: string; readonly value: unknown }
  | { readonly kind: 'changed'; readonly path: string; readonly before: unknown; readonly after: unknown }
  | { readonly kind: 'renamed'; readonly path: string; readonly before: string; readonly after: string }
  | { readonly kind: 'reordered'; readonly path: string; readonly before: string[]; readonly after: string[] }

const isRecord = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Documents are JSON, where the order of an object's fields says nothing. */
const same = (a: unknown, b: unknown): boolean => {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, index) => same(one, b[index]))
  if (!isRecord(a) || !isRecord(b)) return a === b
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => same(a[name], b[name]))
}

const under = (path: string, name: string): string => {
  const shown = /^[\w$-]+$/.test(name) ? name : JSON.stringify(name)
  return path === '' ? shown : `${path}.${shown}`
}

/** Field by field; lists are one value. */
const diffValues = (path: string, before: unknown, after: unknown): Difference[] => {
  if (same(before, after)) return []
  if (before === undefined) return [{ kind: 'added', path, value: after }]
  if (after === undefined) return [{ kind: 'removed', path, value: before }]
  if (!isRecord(before) || !isRecord(after)) return [{ kind: 'changed', path, before, after }]
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) => diffValues(under(path, name), before[name], after[name]))
}

const idsOf = (steps: readonly StepDefinition[]): string[] => steps.map(({ id }) => id)

const diffSteps = (before: readonly StepDefinition[], after: readonly StepDefinition[]): Difference[] => {
  const earlier = new Map(before.map((step) => [step.id, step]))
  const kept = new Set(idsOf(after))
  /** The step as it was: of its own id, or of the one that it says it was renamed from. */
  const wasOf = ({ id, renamedFrom }: StepDefinition): StepDefinition | undefined =>
    earlier.get(id) ??
    (renamedFrom === undefined || kept.has(renamedFrom) ? undefined : earlier.get(renamedFrom))
  const matched = after.map((step) => ({ step, was: wasOf(step) }))
  const taken = new Set(matched.flatMap(({ was }) => was?.id ?? []))
  const fields = matched.flatMap(({ step, was }): Difference[] => {
    const path = under('steps', step.id)
    if (was === undefined) return [{ kind: 'added', path, value: step }]
    const { id: _, ...now } = step
    const { id: _was, ...then } = was
    const renamed: Difference[] =
      was.id === step.id ? [] : [{ kind: 'renamed', path, before: was.id, after: step.id }]
    return [...renamed, ...diffValues(path, then, now)]
  })
  const removed = before
    .filter(({ id }) => !taken.has(id))
    .map((step): Difference => ({ kind: 'removed', path: under('steps', step.id), value: step }))
  const order = matched.flatMap(({ step, was }) => (was ? [{ before: was.id, after: step.id }] : []))
  const orderBefore = idsOf(before).filter((id) => taken.has(id))
  const moved = order.some((one, index) => one.before !== orderBefore[index])
  return [
    ...fields,
    ...removed,
    ...(moved
      ? [
          {
            kind: 'reordered' as const,
            path: 'steps',
            before: orderBefore,
            after: order.map((one) => one.after),
          },
        ]
      : []),
  ]
}

/** What the second document says otherwise than the first. Both have their defaults filled in. */
export const diffDocuments = (before: FlowDocument, after: FlowDocument): Difference[] => {
  const { steps: stepsBefore, ...settingsBefore } = before
  const { steps: stepsAfter, ...settingsAfter } = after
  return [...diffValues('', settingsBefore, settingsAfter), ...diffSteps(stepsBefore, stepsAfter)]
}
