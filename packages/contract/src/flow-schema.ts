import { z } from 'zod'
import { flowDocument } from './flow-document.ts'

/** The published JSON Schema (draft 2020-12) of a flow document, for editors and for checks in other languages. */
export const flowJsonSchema = (): Record<string, unknown> => {
  const { $schema, ...schema } = z.toJSONSchema(flowDocument, { io: 'input', target: 'draft-2020-12' })
  return { $schema, $id: 'urn:boardwalk:schema:flow', ...schema }
}
