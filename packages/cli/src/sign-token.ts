import { SignJWT } from 'jose'

/** A person's token as a host's server would sign it, good for `hours`. */
export const signToken = (
  secret: string,
  userId: string,
  claims: Record<string, unknown>,
  hours = 24,
): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime(`${hours}h`)
    .sign(new TextEncoder().encode(secret))
