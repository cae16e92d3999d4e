import { hash } from 'node:crypto'
import type { Reply } from './reply.ts'

/** Of an answer's text; strong, because the texts are the same byte for byte. */
export const etagOf = (body: string): string => `"${hash('sha1', body, 'base64url')}"`

/** An answer that a client may keep and ask after: 304 while it still holds. */
export const tagged = (body: string, request: Request): Reply => {
  const etag = etagOf(body)
  const headers = { etag, 'cache-control': 'private, no-cache', vary: 'authorization, accept-language' }
  const known = request.headers.get('if-none-match')
  const holds =
    known !== null &&
    known.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
  return holds ? { status: 304, body: null, headers } : { status: 200, body, headers }
}
