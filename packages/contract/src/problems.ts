import type { Problem } from '@boardwalk/engine'
import type { z } from 'zod'

type Path = readonly PropertyKey[]
type Issue = z.core.$ZodIssue

/** More than anybody mends at once; an answer must not grow with the hostility of a document. */
const most = 1000

const pathText = (path: Path): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    const plain = /^[\w$-]+$/.test(String(key))
    if (!plain) return `${text}[${clipped(JSON.stringify(String(key)))}]`
    return text === '' ? String(key) : `${text}.${String(key)}`
  }, '')

const clipped = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 59).toWellFormed()}…`)

/** What was found, as a reader of the document would name it, in at most 60 characters. */
const foundText = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string') return clipped(`string ${JSON.stringify(value.slice(0, 60))}`)
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return clipped(`${typeof value} ${value}`)
  }
  return `a ${typeof value}`
}

const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? Reflect.get(value, key)
        : undefined,
    root,
  )

const advice = (where: string, found: string, expected: string): string => {
  if (found === 'nothing') return `Add ${where || 'a value'}: ${expected}.`
  return where === ''
    ? `Send ${expected} instead of ${found}.`
    : `Change ${where} from ${found} to ${expected}.`
}

export const problemAt = (root: unknown, path: Path, expected: string): Problem => {
  const where = pathText(path)
  const found = foundText(valueAt(root, path))
  return { path: where, found, expected, message: advice(where, found, expected) }
}

const unknownField = (root: unknown, path: Path): Problem => {
  const where = pathText(path)
  return {
    path: where,
    found: foundText(valueAt(root, path)),
    expected: 'no field of this name',
    message: `Remove ${where}, or correct its spelling.`,
  }
}

/** The branch of a union that was meant: the one that did not fail at its own root. */
const meant = (branches: readonly Issue[][]): Issue[] | undefined =>
  branches.find((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'),
  )

const problemsOfIssue = (issue: Issue, root: unknown, above: Path): Problem[] => {
  const path = [...above, ...issue.path]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownField(root, [...path, key]))
    case 'invalid_union': {
      const inside = meant(issue.errors)
      if (inside) return inside.flatMap((one) => problemsOfIssue(one, root, path))
      return [problemAt(root, path, issue.message)]
    }
    case 'invalid_key': {
      const expected = issue.issues[0]?.message ?? issue.message
      const where = pathText(path)
      const found = clipped(`name ${JSON.stringify(String(path.at(-1)))}`)
      return [{ path: where, found, expected, message: `Rename ${where}: its name must be ${expected}.` }]
    }
    default:
      return [problemAt(root, path, issue.message)]
  }
}

const capped = (problems: readonly Problem[]): Problem[] => {
  const first = problems.slice(0, most)
  if (problems.length <= most) return first
  const message = `Mend these first: ${problems.length - most} more problems are not listed.`
  return [...first, { path: '', found: `${problems.length} problems`, expected: 'none', message }]
}

/** Two checks of one place fail alike: said once. */
const once = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map((problem) => [`${problem.path}\n${problem.expected}`, problem])).values(),
]

/** Everything that is wrong with the input, place by place. The messages of the schema are taken as what was expected. */
export const problemsOf = (
  issues: readonly Issue[],
  input: unknown,
  before: readonly Problem[] = [],
): Problem[] => capped(once([...before, ...issues.flatMap((issue) => problemsOfIssue(issue, input, []))]))
