import { diffDocuments, type Difference, type Problem } from '@boardwalk/engine'
import type { StoredVersion } from '@boardwalk/store'
import { Failure } from '../http/reply.ts'

type Tagged = Pick<StoredVersion, 'version' | 'contentHash'>

/** Of a version, for the `If-Match` of the draft that is to follow it; differs between deployments of other content. */
export const versionTag = ({ version, contentHash }: Tagged): string =>
  `"${version}-${contentHash.slice(0, 12)}"`

const tagsIn = (ifMatch: string): string[] => ifMatch.split(',').map((tag) => tag.trim())

/** Its number alone will do, too: `"3"`. */
const isTagOf =
  (newest: Tagged) =>
  (tag: string): boolean =>
    tag === '*' || tag === versionTag(newest) || tag === `"${newest.version}"`

/** Whether an `If-Match` names the newest version, so that two editors do not write or publish past each other. */
export const isBasedOn =
  (ifMatch: string | undefined) =>
  (newest: Tagged | undefined): boolean =>
    ifMatch === undefined || (newest !== undefined && tagsIn(ifMatch).some(isTagOf(newest)))

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= 60 ? text : `${text.slice(0, 59).toWellFormed()}…`
}

const sides = (difference: Difference): { before: unknown; after: unknown } => {
  if (!('value' in difference)) return difference
  const { kind, value } = difference
  return kind === 'added' ? { before: undefined, after: value } : { before: value, after: undefined }
}

const problemOf = (difference: Difference, newest: number): Problem => {
  const { before, after } = sides(difference)
  const { path, kind } = difference
  const message = `Version ${newest} has ${path} ${kind}. Take that over, or send again based on version ${newest}.`
  return { path, found: shown(after), expected: shown(before), message }
}

/** Two editors: says which version is the newest now, whose it is, and what it has changed since the sender's. */
export const staleDraft = (name: string, ifMatch: string, versions: readonly StoredVersion[]): Failure => {
  const [newest] = versions
  if (newest === undefined)
    return new Failure('stale', `If-Match names a version, but there is no flow "${name}" yet. Leave it out.`)
  const tags = tagsIn(ifMatch)
  const base = versions.find((one) => tags.includes(versionTag(one)))
  const problems = base
    ? diffDocuments(base.document, newest.document).map((one) => problemOf(one, newest.version))
    : []
  const { version, createdBy, createdAt } = newest
  const since = base
    ? `Yours is based on version ${base.version}; since then changed: ${problems.map(({ path }) => path).join(', ')}`
    : `If-Match is ${ifMatch.slice(0, 100)}, which is none of its versions`
  const message = `Version ${version} by ${createdBy} of ${createdAt} is the newest of "${name}" now. ${since}. Read it (ETag ${versionTag(newest)}), then decide again.`
  return new Failure('stale', message.slice(0, 2000).toWellFormed(), {
    problems,
    headers: { etag: versionTag(newest) },
  })
}
