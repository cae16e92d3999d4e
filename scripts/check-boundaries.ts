// What the linter does not see: names of files, SQL files, and the dependency lists of the packages.
import { arrows, placeOf, whyArrows } from './arrows.ts'
import { read, repositoryFiles } from './repository.ts'

const vague = new Set(
  'util utils utility utilities helper helpers manager managers service services common shared misc impl'.split(
    ' ',
  ),
)
const kebab = /^\.?[a-z0-9]+(?:[-.][a-z0-9]+)*$/
/** Names that other tools or customs prescribe; the last is a parameter in a path of Next. */
const prescribed = /^(README|LICENSE|CHANGELOG|NOTICE)(\.md)?$|^Dockerfile$|^\[(\.{3})?[a-z]+\]$/

export function boundaryProblems(): string[] {
  const files = repositoryFiles()
  const inHouse = files.filter((path) => /^(packages|apps|examples|bench|e2e|scripts)\//.test(path))
  return [
    ...inHouse.flatMap(nameProblems),
    ...files.filter((path) => path.endsWith('.sql')).flatMap(sqlFileProblems),
    ...files
      .filter((path) => /^((packages|apps|examples)\/[^/]+|bench|e2e)\/package\.json$/.test(path))
      .flatMap(manifestProblems),
  ]
}

function nameProblems(path: string): string[] {
  return path.split('/').flatMap((name) => {
    if (prescribed.test(name)) return []
    if (!kebab.test(name)) {
      return [`${path}: '${name}' is not kebab-case, and some file systems do not tell a from A.`]
    }
    if (/^types\.(d\.)?[cm]?tsx?$/.test(name)) {
      return [`${path}: a type lives beside the function that uses it; there is no types.ts.`]
    }
    const words = name.split(/[-.]/)
    const word = words.find((one) => vague.has(one))
    if (!word || (word === 'service' && words.length > 2 && path.includes('/test-kit/'))) return []
    return [`${path}: '${word}' says nothing about what is inside; name it for its subject.`]
  })
}

function sqlFileProblems(path: string): string[] {
  if (/^(packages\/store|bench|operation)\/|\/test(-kit)?\//.test(path)) return []
  return [`${path}: SQL lives in packages/store, the only place that knows the tables.`]
}

function manifestProblems(path: string): string[] {
  const owner = placeOf(path)!.owner
  const allowed = arrows[owner]
  if (!allowed) return [`${path}: '${owner}' has no row in scripts/arrows.ts; say there whom it may know.`]
  const manifest = JSON.parse(read(path))
  const needed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
  return needed.flatMap((name) => {
    const other = /^@boardwalk\/(.+)$/.exec(name)?.[1]
    if (!other || allowed.includes(other)) return []
    return [`${path}: ${owner} must not depend on ${other}: ${whyArrows[owner] ?? 'there is no such arrow'}.`]
  })
}
