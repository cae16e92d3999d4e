import { isValueEvent } from '@boardwalk/engine'
import { z } from 'zod'
import { flag, jsonObject, lineUpTo, time } from './values.ts'

export const consentChange = z
  .strictObject({ analytics: flag.describe('Whether what the person does may be observed.') })
  .meta({ id: 'ConsentChange' })

export const consent = z
  .object({
    analytics: z.boolean(),
    at: time.optional().describe('Since when; absent when nobody ever said.'),
  })
  .meta({ id: 'Consent', description: 'Whether what the person does may be observed; unsaid is no.' })

const seenInBrowsers: readonly string[] = [
  'onboarding.viewed',
  'onboarding.step_started',
  'onboarding.nudge_shown',
]

const typeError = `one of ${seenInBrowsers.map((type) => `"${type}"`).join(', ')}, or a dotted name of the host's own, such as "merchant.previewed_store"`
const stepError = 'the id of the step that was started'

export const browserEvent = z
  .strictObject({
    type: lineUpTo(255).refine((type) => seenInBrowsers.includes(type) || isValueEvent(type), {
      error: typeError,
    }),
    data: jsonObject().optional().describe('`onboarding.step_started` names its step in `stepId`.'),
  })
  .refine(
    ({ type, data }) =>
      type !== 'onboarding.step_started' || lineUpTo(64).safeParse(data?.['stepId']).success,
    { path: ['data', 'stepId'], error: stepError },
  )
  .meta({ id: 'BrowserEvent', description: 'What only a browser knows. It proves no step.' })

export const browserEventTaken = z
  .object({ stored: z.boolean().describe('False without the consent of the person.') })
  .meta({ id: 'BrowserEventTaken' })
