import { hash } from 'node:crypto'
import { parseFlowDocument } from '@boardwalk/contract'
import type { Problem } from '@boardwalk/engine'
import { saveDraft, type Database } from '@boardwalk/store'
import { Failure } from '../http/reply.ts'

const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

/** The same for equal content, in whatever order its fields were written. */
const contentHash = (document: object): string => hash('sha256', JSON.stringify(document, sorted), 'hex')

export type StoredDraft = { readonly name: string; readonly version: number; readonly created: boolean }

const invalid = (problems: readonly Problem[]): Failure => {
  const message = `The document is not a flow. ${problems[0]?.message ?? ''} "problems" lists all there is.`
  return new Failure('invalid_flow', message, { problems })
}

/** Checks and stores a document; one equal to the newest version stores nothing. Throws `invalid_flow` with every problem. */
export const storeDraft = async (database: Database, input: unknown, by: string): Promise<StoredDraft> => {
  const parsed = parseFlowDocument(input)
  if ('problems' in parsed) throw invalid(parsed.problems)
  const { document } = parsed
  const saved = await saveDraft(database, document, contentHash(document), by)
  if ('problems' in saved) throw invalid(saved.problems)
  return { name: document.name, ...saved }
}
