import { scopeNames, type Scope } from './scopes.ts'

/** What a key of a role is for; each may all that the one before it may. */
export const roles = {
  viewer: 'Reads everything but the audit log, the keys, and all that is held of one person at once.',
  editor:
    'Also changes flows, releases, experiments, webhooks and people, and may do what a host’s server does.',
  admin: 'Also makes keys, reads the audit log, and exports and erases people.',
} as const

export type Role = keyof typeof roles

export const roleNames = Object.keys(roles) as [Role, ...Role[]]

/** The least role that has a scope; a scope without one does not compile. */
const leastRoles: { readonly [Name in Scope]: Role } = {
  'people:read': 'viewer',
  'people:export': 'admin',
  'people:write': 'editor',
  'people:erase': 'admin',
  'events:write': 'editor',
  'gates:check': 'editor',
  'flows:read': 'viewer',
  'flows:write': 'editor',
  'flows:publish': 'editor',
  'flags:read': 'viewer',
  'release:read': 'viewer',
  'release:write': 'editor',
  'measurements:write': 'editor',
  'experiments:read': 'viewer',
  'experiments:write': 'editor',
  'analytics:read': 'viewer',
  'analytics:write': 'editor',
  'webhooks:read': 'viewer',
  'webhooks:write': 'editor',
  'keys:write': 'admin',
  'audit:read': 'admin',
}

export const leastRoleOf = (scope: Scope): Role => leastRoles[scope]

const rank = (role: Role): number => roleNames.indexOf(role)

/** Whether whoever has the role may all that the other one may. */
export const includesRole = (role: Role, other: Role): boolean => rank(role) >= rank(other)

/** What a role may do in this version of Boardwalk; an unknown one, nothing. */
export const scopesOfRole = (role: string): Scope[] => {
  const known = roleNames.find((one) => one === role)
  return known === undefined ? [] : scopeNames.filter((scope) => includesRole(known, leastRoles[scope]))
}
