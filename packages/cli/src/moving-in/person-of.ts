import type { PersonInput } from '@boardwalk/contract'
import { isEmpty, lineOf, namesIn, statusOf, timeOf } from './legacy-values.ts'
import type { Mapping } from './mapping.ts'

export type Fields = { readonly [column: string]: unknown }

type Step = NonNullable<PersonInput['steps']>[number]

export type Understood =
  | { readonly person: PersonInput; readonly unknown: readonly string[] }
  | { readonly reason: string }

/** A row that means nothing we know; thrown and caught in this file only. */
class Unclear extends Error {}

const valueIn = (fields: Fields, column: string): unknown => {
  if (Object.hasOwn(fields, column)) return fields[column]
  // Exports in JSON nest what belongs together.
  return column
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? Reflect.get(value, key)
          : undefined,
      fields,
    )
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= 60 ? text : `${text.slice(0, 59).toWellFormed()}…`
}

const unclear: (column: string, value: unknown, expected: string) => never = (column, value, expected) => {
  throw new Unclear(`${column}: found ${shown(value)}, expected ${expected}`)
}

const timeIn = (fields: Fields, column: string | undefined): string | undefined => {
  if (column === undefined) return undefined
  const value = valueIn(fields, column)
  const read = timeOf(value)
  return read === 'unclear' ? unclear(column, value, 'a time such as 2026-01-31T09:00:00Z') : read.at
}

const statusExpected = 'a status such as "done", "skipped", true or a time'

const columnSteps = (fields: Fields, { steps }: Mapping): Step[] =>
  Object.entries(steps).flatMap(([id, { done, skipped, at }]) => {
    const time = timeIn(fields, at)
    return [done, skipped].flatMap((column): Step[] => {
      if (column === undefined) return []
      const value = valueIn(fields, column)
      const read = statusOf(value)
      if (read === 'unclear') return unclear(column, value, statusExpected)
      if (read.status === 'todo') return []
      const when = read.at ?? time
      const status = column === skipped ? 'skipped' : read.status
      return [{ id, status, ...(when !== undefined && { at: when }) }]
    })
  })

const listedSteps = (fields: Fields, { names, ...lists }: Mapping, which: 'completed' | 'skipped') => {
  const list = lists[which]
  const steps: Step[] = []
  const unknown: string[] = []
  if (list === undefined) return { steps, unknown }
  const value = valueIn(fields, list.column)
  const named = namesIn(value, list.separator)
  if (named === 'unclear') return unclear(list.column, value, 'names of steps')
  const time = timeIn(fields, list.at)
  for (const { name, value: told } of named) {
    const read = statusOf(told)
    if (read === 'unclear') unclear(`${list.column}.${name}`, told, statusExpected)
    else if (read.status !== 'todo') {
      const id = Object.hasOwn(names, name) ? names[name] : name
      const when = read.at ?? time
      const status = which === 'skipped' ? 'skipped' : read.status
      if (typeof id === 'string' && !/^[a-z][a-z0-9_-]{0,63}$/.test(id)) unknown.push(id)
      else if (typeof id === 'string') steps.push({ id, status, ...(when !== undefined && { at: when }) })
    }
  }
  return { steps, unknown }
}

/** What is told of one step several times, once: done counts more than skipped, and the first time it was. */
export const onceEach = (steps: readonly Step[]): Step[] => {
  const byId = new Map<string, Step>()
  for (const step of steps) {
    const known = byId.get(step.id)
    const wins =
      known === undefined ||
      (known.status === step.status ? (step.at ?? '~') < (known.at ?? '~') : step.status === 'done')
    if (wins) byId.set(step.id, step)
  }
  return [...byId.values()]
}

const factsIn = (fields: Fields, { facts, account }: Mapping): NonNullable<PersonInput['facts']> => {
  const { attributes, createdAt, ...named } = facts
  const told = Object.entries(named).flatMap(([fact, column]) => {
    const value = column === undefined ? undefined : lineOf(valueIn(fields, column))
    return value === undefined ? [] : [[fact, value] as const]
  })
  const of = account === undefined ? undefined : lineOf(valueIn(fields, account))
  const signedUp = timeIn(fields, createdAt)
  const free = Object.entries(attributes).flatMap(([attribute, column]) => {
    const value = valueIn(fields, column)
    return isEmpty(value) ? [] : [[attribute, value] as const]
  })
  return {
    ...Object.fromEntries(told),
    ...(signedUp !== undefined && { createdAt: signedUp }),
    ...(of !== undefined && { account: of }),
    ...(free.length > 0 && { attributes: Object.fromEntries(free) }),
  }
}

/** A row of the export as the person it tells of; an empty cell tells nothing. */
export const personOf =
  (mapping: Mapping) =>
  (fields: Fields): Understood => {
    try {
      const id = valueIn(fields, mapping.userId)
      const userId = lineOf(id) ?? unclear(mapping.userId, id, 'the id of a person')
      if (userId.includes('\uFFFD')) unclear(mapping.userId, userId, 'a file in UTF-8')
      const facts = factsIn(fields, mapping)
      const startedAt = timeIn(fields, mapping.startedAt)
      const lists = (['completed', 'skipped'] as const).map((which) => listedSteps(fields, mapping, which))
      const steps = onceEach([...columnSteps(fields, mapping), ...lists.flatMap((one) => one.steps)])
      const person = { userId, facts, ...(startedAt !== undefined && { startedAt }), steps }
      return { person, unknown: lists.flatMap((one) => one.unknown) }
    } catch (error) {
      if (error instanceof Unclear) return { reason: error.message }
      throw error
    }
  }
