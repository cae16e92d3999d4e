import { isDeepStrictEqual } from 'node:util'
import { parseFlowDocument } from '@boardwalk/contract/flow-document'
import type { FlowDocument } from '@boardwalk/engine'

type Fields = { readonly [name: string]: unknown }

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a document says when its author says nothing. */
const defaults = (): { readonly flow: Fields; readonly step: Fields } => {
  const parsed = parseFlowDocument({ name: 'x', steps: [{ id: 'x', title: 'x' }] })
  if ('problems' in parsed) throw new Error('The smallest flow is refused')
  const { name: _, steps, ...flow } = parsed.document
  const { id: _id, title: _title, ...step } = steps[0] ?? {}
  return { flow, step: step }
}

const without = (fields: Fields, silent: Fields, written: unknown): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([name, value]) =>
        !isDeepStrictEqual(value, silent[name]) || (isFields(written) && Object.hasOwn(written, name)),
    ),
  )

/** The same value with its fields in the order of another one; fields that it lacks come last, in their own order. */
const inOrderOf = (value: unknown, other: unknown): unknown => {
  if (Array.isArray(value)) {
    const others = Array.isArray(other) ? other : []
    return value.map((one: unknown, index) => inOrderOf(one, counterpart(one, others, index)))
  }
  if (!isFields(value)) return value
  const order = isFields(other) ? other : {}
  const names = new Set([
    ...Object.keys(order).filter((name) => Object.hasOwn(value, name)),
    ...Object.keys(value),
  ])
  return Object.fromEntries([...names].map((name) => [name, inOrderOf(value[name], order[name])]))
}

/** Steps are told by their id, other members of lists by their place. */
const counterpart = (one: unknown, others: readonly unknown[], index: number): unknown =>
  isFields(one) && typeof one['id'] === 'string'
    ? others.find((other) => isFields(other) && other['id'] === one['id'])
    : others[index]

const stepsIn = (written: unknown): readonly unknown[] =>
  isFields(written) && Array.isArray(written['steps']) ? written['steps'] : []

/**
 * A stored document as its author would write it: in the order of the contract, or of what stands in the file already,
 * and without what goes without saying.
 */
export const writtenDocument = (stored: FlowDocument, written: unknown): Fields => {
  const parsed = parseFlowDocument(stored)
  const { steps, ...settings } = 'document' in parsed ? parsed.document : stored
  const silent = defaults()
  const before = stepsIn(written)
  const said = {
    ...without(settings, silent.flow, written),
    steps: steps.map((step, index) => without(step, silent.step, counterpart(step, before, index))),
  }
  const schema =
    isFields(written) && typeof written['$schema'] === 'string' ? { $schema: written['$schema'] } : {}
  const { name, title, audience, priority, steps: listed, ...rest } = said as Fields
  const head = Object.fromEntries(
    Object.entries({ name, title, audience, priority, steps: listed }).filter(
      ([, value]) => value !== undefined,
    ),
  )
  return inOrderOf({ ...schema, ...head, ...rest }, written) as Fields
}
