import { includesRole, roleNames } from '@boardwalk/contract'
import type { KeyHolder } from './api-key.ts'

const named = (role: string | null) => roleNames.find((name) => name === role)

/**
 * What a key can do, or could some day, that the other one cannot; undefined when there is nothing. A role is more than its
 * scopes of today: it grows.
 */
export const excessOf = (key: KeyHolder, other: KeyHolder): string | undefined => {
  const scope = [...key.scopes].find((one) => !other.scopes.has(one))
  if (scope !== undefined) return `the scope ${scope}`
  const [role, most] = [named(key.role), named(other.role)]
  if (role !== undefined && (most === undefined || !includesRole(most, role))) return `the role ${role}`
  const end = other.expiresAt ?? Infinity
  if ((key.expiresAt ?? Infinity) > end) return `it lasts longer than until ${new Date(end).toISOString()}`
  return undefined
}
