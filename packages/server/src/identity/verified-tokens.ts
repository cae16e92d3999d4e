import type { TokenClaims } from '@boardwalk/contract'
import type { VerifyToken } from './token.ts'

// A page sends the same token with every request, and checking a signature costs more than the rest of a read.
const mostTokens = 10_000
// So that a public key that was withdrawn stops counting soon.
const longestMs = 300_000

type Verified = { readonly claims: TokenClaims; readonly expiresAt: number }

/** Remembers which tokens were verified, until they expire; `expiresAt` is in milliseconds since 1970. */
export const rememberVerified = (
  verify: (token: string) => Promise<Verified | { readonly invalid: string }>,
  clock: () => number,
): VerifyToken => {
  const verified = new Map<string, Verified>()
  return async (token) => {
    const known = verified.get(token)
    if (known !== undefined && clock() < known.expiresAt) return known.claims
    verified.delete(token)
    const answer = await verify(token)
    if ('invalid' in answer) return answer
    // The oldest goes first: a Map keeps the order in which its keys came.
    if (verified.size >= mostTokens) for (const oldest of verified.keys()) if (verified.delete(oldest)) break
    verified.set(token, { ...answer, expiresAt: Math.min(answer.expiresAt, clock() + longestMs) })
    return answer.claims
  }
}
