import { createHmac, randomBytes } from 'node:crypto'
import type { Happened, Signing } from '@boardwalk/store'

const prefix = 'whsec_'
const mostBytes = 20_000

/** As Standard Webhooks writes them: a prefix that scanners of leaked secrets know, and 32 random bytes in base64. */
export const newSecret = (): string => `${prefix}${randomBytes(32).toString('base64')}`

/** What is told of a happening; names of ours win over names that it carries. */
export const dataOf = ({ cursor, data, ...happened }: Happened): object => {
  const { userId, flow, version, stepId, accountId, correlationId } = happened
  return { ...data, userId, flow, version, stepId, accountId, correlationId, sequence: cursor.seq }
}

/** What a webhook is sent. A body that grew too long comes without what the happening itself carries. */
export const messageOf = (happened: Happened): string => {
  const { type, at: timestamp } = happened
  const message = JSON.stringify({ type, timestamp, data: dataOf(happened) })
  if (Buffer.byteLength(message) < mostBytes) return message
  return JSON.stringify({ type, timestamp, data: dataOf({ ...happened, data: { truncated: true } }) })
}

const sign = (secret: string, content: string): string => {
  const key = Buffer.from(secret.slice(prefix.length), 'base64')
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`
}

/** The headers of Standard Webhooks. While a secret is replaced, both sign. */
export const signedHeaders = (
  { secret, previousSecret }: Signing,
  id: string,
  body: string,
  now: number,
): Record<string, string> => {
  const timestamp = String(Math.floor(now / 1000))
  const secrets = previousSecret === null ? [secret] : [secret, previousSecret]
  return {
    'content-type': 'application/json',
    'user-agent': 'Boardwalk',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((one) => sign(one, `${id}.${timestamp}.${body}`)).join(' '),
  }
}
