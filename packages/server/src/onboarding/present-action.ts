import type { Action, Person } from '@boardwalk/engine'

type Scalar = string | number | boolean | null

const isScalar = (value: unknown): value is Scalar =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

// "$market" names a fact; "$100" is a price.
const factName = /^\$[A-Za-z_]\w*$/

const resolved = (value: unknown, { facts }: Person): unknown => {
  if (typeof value !== 'string' || !factName.test(value)) return value
  const name = value.slice(1)
  const { attributes, ...named } = facts
  const fact = Object.hasOwn(named, name) ? Reflect.get(named, name) : undefined
  return fact ?? (Object.hasOwn(attributes, name) ? attributes[name] : undefined)
}

/** An action as the browser gets it: `$market` is the fact of that name, and a prefill whose fact is unknown is left out. */
export const presentAction = (
  action: Action,
  person: Person,
  extra: { readonly [name: string]: unknown } = {},
): Action => {
  const prefill = Object.entries({ ...action.prefill, ...extra })
    .map(([name, value]) => [name, resolved(value, person)] as const)
    .filter((entry): entry is readonly [string, Scalar] => isScalar(entry[1]))
  const { prefill: _, ...rest } = action
  return prefill.length === 0 ? rest : { ...rest, prefill: Object.fromEntries(prefill) }
}
