import type { Verified, VerifyToken } from './token.ts'

// A page sends the same token with every request, and checking a signature costs more than the rest of a read.
const mostTokens = 10_000
// So that a public key that was withdrawn stops counting soon.
const longestMs = 300_000

/** Remembers which tokens were verified, until they expire. */
export const rememberVerified = (verify: VerifyToken, clock: () => number): VerifyToken => {
  const verified = new Map<string, Verified & { readonly until: number }>()
  return async (token) => {
    const known = verified.get(token)
    if (known !== undefined && clock() < known.until) return known
    verified.delete(token)
    const answer = await verify(token)
    if ('invalid' in answer) return answer
    // The oldest goes first: a Map keeps the order in which its keys came.
    if (verified.size >= mostTokens) for (const oldest of verified.keys()) if (verified.delete(oldest)) break
    verified.set(token, { ...answer, until: Math.min(answer.expiresAt, clock() + longestMs) })
    return answer
  }
}
