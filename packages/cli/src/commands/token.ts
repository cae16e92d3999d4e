import { parseArgs } from 'node:util'
import { readDevelopmentSecrets } from '@boardwalk/server/development-secrets'
import { CommandError } from '../command.ts'
import { configured } from '../configured.ts'
import { signToken } from '../sign-token.ts'

const options = {
  role: { type: 'string' },
  plan: { type: 'string' },
  market: { type: 'string' },
  locale: { type: 'string' },
  account: { type: 'string' },
} as const

export const token = async (words: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const [userId, ...more] = positionals
  if (!userId || more.length > 0) throw new CommandError('Say whose token: boardwalk token USER')
  const secret = configured().jwtSecret ?? (await readDevelopmentSecrets())?.jwtSecret
  if (secret === undefined) {
    throw new CommandError(
      'There is no secret to sign with. Set BOARDWALK_JWT_SECRET, or run "npm start" here once.',
    )
  }
  console.log(await signToken(secret, userId, values))
}
