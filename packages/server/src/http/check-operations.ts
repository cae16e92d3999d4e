import { operations, scopeNames, type OperationRow } from '@boardwalk/contract'

type Rows = Readonly<Record<string, OperationRow>>

const kinds = ['anyone', 'person', 'server', 'either']

/** What is missing before an operation may be served, as the end of a sentence about it. */
const flaw = ({ caller, method, audit }: Partial<OperationRow>): string | undefined => {
  if (caller === undefined || !kinds.includes(caller.kind)) return 'does not say who may call it'
  if (caller.kind === 'anyone' || caller.kind === 'person') return undefined
  if (!scopeNames.includes(caller.scope)) return `asks for the scope "${caller.scope}", which there is not`
  const isDecided = method === 'get' || audit !== undefined
  return isDecided ? undefined : 'does not say whether it is audited'
}

/** Throws when an operation is not declared as a whole, or is not served, or something else is. */
export const refuseUnfitOperations = (rows: Rows = operations, handlers?: object): void => {
  const flaws = Object.entries(rows).flatMap(([id, row]) => {
    const found = flaw(row)
    return found === undefined ? [] : [`${id} ${found}`]
  })
  if (handlers) {
    const served = new Set(Object.keys(handlers))
    flaws.push(
      ...Object.keys(rows)
        .filter((id) => !served.has(id))
        .map((id) => `${id} has no handler`),
      ...[...served].filter((id) => !Object.hasOwn(rows, id)).map((id) => `${id} is no operation`),
    )
  }
  if (flaws.length > 0) throw new TypeError(`Boardwalk does not start: ${flaws.join('; ')}.`)
}
