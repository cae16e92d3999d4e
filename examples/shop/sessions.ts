import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A signed cookie that says who is signed in: stands for the sessions your application has already. */
export const createSessions = () => {
  const secret = randomBytes(32)
  const sign = (name: string): Buffer => createHmac('sha256', secret).update(name).digest()

  return {
    cookieFor: (user: string): string => {
      const name = Buffer.from(user).toString('base64url')
      return `session=${name}.${sign(name).toString('base64url')}; Path=/; HttpOnly; SameSite=Lax`
    },
    userOf: (cookies: string | null | undefined): string | undefined => {
      const [, name = '', signature = ''] = /(?:^|; )session=([\w-]+)\.([\w-]+)/.exec(cookies ?? '') ?? []
      const [given, expected] = [Buffer.from(signature, 'base64url'), sign(name)]
      const isOurs = given.length === expected.length && timingSafeEqual(given, expected)
      return isOurs ? Buffer.from(name, 'base64url').toString() : undefined
    },
  }
}
