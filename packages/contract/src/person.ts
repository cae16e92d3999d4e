import type { FactsUpdate } from '@boardwalk/engine'
import { z } from 'zod'
import { hostId, jsonObject, lineUpTo, momentInUtc, time } from './values.ts'

const line = lineUpTo(64).nullable().exactOptional()

export const factFields = {
  role: line,
  plan: line,
  market: line,
  locale: line,
  createdAt: momentInUtc.nullable().exactOptional().describe('When the person signed up with the host.'),
  attributes: jsonObject().exactOptional(),
  account: hostId.nullable().exactOptional().describe('Id of the account; null leaves it.'),
}

/** Absent leaves a fact as it is, null forgets it, a value stores it; attributes likewise, key by key. */
export const factsUpdate = z.strictObject(factFields, { error: 'an object of facts' }).meta({
  id: 'FactsUpdate',
  description: 'Absent: unchanged. null: forgotten. A value: stored. Attributes likewise, key by key.',
}) satisfies z.ZodType<FactsUpdate>

/** What a token says of its bearer, of the claims we know; the others are somebody else's. */
export const tokenClaims = z.object({ sub: hostId, ...factFields })

export type TokenClaims = z.output<typeof tokenClaims>

/** The facts among the claims: all but who it is. */
export const factsOfClaims = ({ sub: _, ...facts }: TokenClaims): FactsUpdate => facts

const attributes = z.record(z.string(), z.unknown())

export const facts = z
  .object({
    role: z.string().optional(),
    plan: z.string().optional(),
    market: z.string().optional(),
    locale: z.string().optional(),
    createdAt: time.optional(),
    attributes,
  })
  .meta({ id: 'Facts', description: 'What the server knows of a person; absent means unknown.' })

export const person = z
  .object({ userId: z.string(), facts, account: z.string().nullable() })
  .meta({ id: 'Person' })

export const accountUpdate = z
  .strictObject({ attributes: jsonObject().exactOptional() }, { error: 'an object with "attributes"' })
  .meta({
    id: 'AccountUpdate',
    description: 'Absent: unchanged. null as an attribute: forgotten. A value: stored.',
  })

export const account = z.object({ accountId: z.string(), attributes }).meta({ id: 'Account' })
