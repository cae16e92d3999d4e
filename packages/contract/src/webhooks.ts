import { z } from 'zod'
import { listOf, listQuery } from './lists.ts'
import { flag, lineUpTo, oneOf, time } from './values.ts'

const urlError = 'an http(s) URL of at most 2000 characters without user, password or fragment'

const target = z
  .string({ error: urlError })
  .max(2000, { error: urlError })
  .refine((text) => /^https?:\/\/[^\s\p{Cc}\\#@]+$/iu.test(text) && URL.canParse(text), { error: urlError })
  .describe('Where happenings are sent to, by POST. Addresses that are not public are refused.')

const typesError = 'null, or an array of 1 to 50 different types such as "onboarding.step_completed"'

const types = z
  .array(
    z
      .string({ error: typesError })
      .regex(/^[a-z][a-z0-9_]{0,63}(\.[a-z0-9_]{1,64}){1,4}$/, { error: typesError }),
    {
      error: typesError,
    },
  )
  .min(1, { error: typesError })
  .max(50, { error: typesError })
  .refine((names) => new Set(names).size === names.length, { error: typesError })
  .nullable()
  .describe('Types of happenings; null: all.')

export const webhookRequest = z
  .strictObject({ url: target, types: types.optional() }, { error: 'an object with "url"' })
  .meta({ id: 'WebhookRequest' })

export const webhookUpdate = z
  .strictObject(
    {
      url: target.optional(),
      types: types.optional(),
      enabled: flag.optional().describe('False keeps what is waiting, and takes in nothing new.'),
    },
    { error: 'an object with "url", "types" or "enabled"' },
  )
  .meta({ id: 'WebhookUpdate' })

export const webhook = z
  .object({
    id: z.uuid(),
    url: z.string(),
    types: z.array(z.string()).nullable(),
    status: z
      .enum(['active', 'failing', 'disabled'])
      .describe(
        '`failing`: it was not reached lately, so that only single deliveries go out until it answers.',
      ),
    disabledReason: z.enum(['request', 'gone']).optional().describe('`gone`: the receiver answered 410.'),
    createdAt: time,
  })
  .meta({ id: 'Webhook' })

export const webhookList = listOf(webhook).meta({ id: 'WebhookList' })

const secret = z.string().describe('`whsec_…`, for the verification of Standard Webhooks; shown this once.')

export const webhookMade = z.object({ id: z.uuid(), secret }).meta({ id: 'WebhookMade' })

export const webhookRotated = z.object({ secret }).meta({ id: 'WebhookRotated' })

export const webhookTested = z
  .object({
    ok: z.boolean(),
    status: z.int().optional().describe('What the receiver answered.'),
    ms: z.number(),
    error: z.string().optional(),
  })
  .meta({ id: 'WebhookTested' })

const delivery = z
  .object({
    id: z.string(),
    happeningId: z.uuid().describe('The `webhook-id` of the message.'),
    type: z.string(),
    userId: z.string().optional(),
    status: z.enum(['pending', 'delivered', 'failed']),
    attempts: z.int(),
    lastStatus: z.int().optional(),
    lastError: z.string().optional(),
    durationMs: z.number().optional(),
    createdAt: time,
    nextAt: time.optional().describe('When it is tried again.'),
    endedAt: time.optional(),
  })
  .meta({ id: 'Delivery' })

export const deliveryList = listOf(delivery).meta({ id: 'DeliveryList' })

export const webhookPath = z.strictObject({ id: lineUpTo(64) })

export const deliveryPath = webhookPath.extend({ deliveryId: lineUpTo(64) })

export const deliveryQuery = listQuery.extend({
  status: oneOf('pending', 'delivered', 'failed').optional(),
})
