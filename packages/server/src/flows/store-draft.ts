import { hash } from 'node:crypto'
import { parseFlowDocument } from '@boardwalk/contract'
import type { Problem } from '@boardwalk/engine'
import { saveDraft, type Database } from '@boardwalk/store'
import { Failure } from '../http/reply.ts'
import { isBasedOn, staleDraft } from './following-version.ts'

const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

/** The same for equal content, in whatever order its fields were written. */
const contentHash = (document: object): string => hash('sha256', JSON.stringify(document, sorted), 'hex')

export type StoredDraft = {
  readonly name: string
  readonly version: number
  readonly created: boolean
  readonly contentHash: string
}

const invalid = (problems: readonly Problem[]): Failure => {
  const message = `The document is not a flow. ${problems[0]?.message ?? ''} "problems" lists all there is.`
  return new Failure('invalid_flow', message, { problems })
}

/**
 * Checks and stores a document; one equal to the newest version stores nothing. Throws `invalid_flow` with every problem,
 * and `stale` when another version than that of `ifMatch` is the newest.
 */
export const storeDraft = async (
  database: Database,
  input: unknown,
  by: string,
  ifMatch?: string,
): Promise<StoredDraft> => {
  const parsed = parseFlowDocument(input)
  if ('problems' in parsed) throw invalid(parsed.problems)
  const { document } = parsed
  const hashed = contentHash(document)
  const saved = await saveDraft(database, document, hashed, by, isBasedOn(ifMatch))
  if ('problems' in saved) throw invalid(saved.problems)
  if ('stale' in saved) throw staleDraft(document.name, ifMatch ?? '', saved.stale)
  return { name: document.name, contentHash: hashed, ...saved }
}
