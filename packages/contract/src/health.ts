import { z } from 'zod'

export const alive = z.object({ status: z.literal('ok') }).meta({ id: 'Alive' })

const checks = z.record(z.string(), z.enum(['ok', 'failed']))

export const ready = z.object({ status: z.literal('ok'), checks: checks.optional() }).meta({ id: 'Ready' })

export const notReady = z
  .object({ status: z.literal('unavailable'), checks: checks.optional() })
  .meta({ id: 'NotReady' })
