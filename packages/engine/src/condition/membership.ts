import { equals, type Test } from './equality.ts'

type Fold = (value: unknown) => unknown

export const asWritten: Fold = (value) => value
export const ignoringCase: Fold = (value) => (typeof value === 'string' ? value.toLowerCase() : value)

// $in: a list is asked member by member, as in GrowthBook.
export const anyOf =
  (fold: Fold) =>
  (operand: unknown): Test | undefined => {
    if (!Array.isArray(operand)) return undefined
    const isMember = memberOf(operand, fold)
    return (value) => (Array.isArray(value) ? value.some((member) => isMember(member)) : isMember(value))
  }

export const noneOf =
  (fold: Fold) =>
  (operand: unknown): Test | undefined => {
    const any = anyOf(fold)(operand)
    return any && ((value) => !any(value))
  }

// $all. One pass over each side: two long lists must not multiply.
export const allOf =
  (fold: Fold) =>
  (operand: unknown): Test | undefined => {
    if (!Array.isArray(operand)) return undefined
    if (operand.some((member) => Number.isNaN(member))) return () => false
    const wanted = operand.filter((member) => !isContainer(member)).map(fold)
    const containers = operand.filter(isContainer)
    return (value) => {
      if (!Array.isArray(value)) return false
      const present = new Set(value.map(fold))
      return (
        wanted.every((member) => present.has(member)) &&
        containers.every((container) => value.some((member) => equals(member, container)))
      )
    }
  }

const memberOf = (list: readonly unknown[], fold: Fold): Test => {
  // A Set finds NaN, equality does not.
  const scalars = new Set(list.filter((member) => !isContainer(member) && !Number.isNaN(member)).map(fold))
  const containers = list.filter(isContainer)
  const isScalarMember: Test =
    fold === asWritten ? (value) => scalars.has(value) : (value) => scalars.has(fold(value))
  if (containers.length === 0) return isScalarMember
  return (value) => isScalarMember(value) || containers.some((container) => equals(value, container))
}

const isContainer = (value: unknown): boolean => typeof value === 'object' && value !== null
