import type { Facts, Person } from './person.ts'

/** An update of facts: absent leaves a fact as it is, null forgets it, a value stores it. Attributes likewise, one by one. */
export type FactsUpdate = {
  readonly role?: string | null
  readonly plan?: string | null
  readonly market?: string | null
  readonly locale?: string | null
  readonly createdAt?: string | null
  readonly attributes?: { readonly [name: string]: unknown }
  readonly account?: string | null
}

const named = ['role', 'plan', 'market', 'locale', 'createdAt'] as const

const same = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(Reflect.get(a, key), Reflect.get(b, key)))
  )
}

/** The object with its null values forgotten and the others stored, or the very same object when nothing differs. */
export const mergeAttributes = <Attributes extends { readonly [name: string]: unknown }>(
  stored: Attributes,
  update: { readonly [name: string]: unknown },
): Attributes => {
  const changed = Object.entries(update).filter(([name, value]) => {
    if (value === undefined) return false
    return value === null
      ? Object.hasOwn(stored, name)
      : !Object.hasOwn(stored, name) || !same(stored[name], value)
  })
  if (changed.length === 0) return stored
  const merged = new Map<string, unknown>(Object.entries(stored))
  for (const [name, value] of changed) {
    if (value === null) merged.delete(name)
    else merged.set(name, value)
  }
  return Object.fromEntries(merged) as Attributes
}

/**
 * The person with the update applied; the very same object when it changes nothing. Whoever changes account leaves
 * behind what the members of the old one share; what those of the new one share is for the caller to load.
 */
export const updateFacts = (person: Person, update: FactsUpdate): Person => {
  const { facts } = person
  const attributes =
    update.attributes === undefined ? facts.attributes : mergeAttributes(facts.attributes, update.attributes)
  const accountId = update.account === undefined ? person.accountId : update.account
  const changed = named.filter(
    (name) => update[name] !== undefined && (update[name] ?? undefined) !== facts[name],
  )
  if (changed.length === 0 && attributes === facts.attributes && accountId === person.accountId) return person
  const next: Record<string, unknown> = { ...facts, attributes }
  for (const name of changed) {
    if (update[name] === null) delete next[name]
    else next[name] = update[name]
  }
  const assignments = person.assignments.filter(({ kind }) => kind === 'user')
  const moved =
    accountId === person.accountId ? {} : { accountId, accountAttributes: {}, accountFlows: [], assignments }
  return { ...person, ...moved, facts: next as Facts }
}

/** The person with what is said of them where nothing is known; what is known stays. */
export const fillFacts = (person: Person, said: FactsUpdate): Person =>
  updateFacts(updateFacts({ ...person, facts: { attributes: {} } }, said), person.facts)

/** The flat record that conditions are evaluated over: attributes at the top, then the named facts, the account under `account`. */
export const conditionFacts = (person: Person): Readonly<Record<string, unknown>> => {
  const { attributes, ...facts } = person.facts
  return { ...attributes, ...facts, account: person.accountAttributes }
}
