import {
  countedMetrics,
  metricNames,
  type AlertRule,
  type HealthSettings,
  type Limit,
  type Receiver,
  type RollbackRule,
} from '@boardwalk/engine/health'
import { z } from 'zod'
import { listOf, listQuery } from './lists.ts'
import {
  digits,
  integerFrom,
  lineUpTo,
  moment,
  momentInUtc,
  name,
  numberFrom,
  oneOf,
  time,
} from './values.ts'
import { isMailbox } from './mailbox.ts'

const largest = 1e12

export const limitFields = {
  is: oneOf('atLeast', 'atMost'),
  limit: numberFrom(0, largest),
  of: oneOf('baseline').optional().describe('The limit is a multiple of the baseline, such as 0.9.'),
} satisfies { readonly [Field in keyof Limit]: z.ZodType<Limit[Field]> }

const ruleIdsOnce = (rules: readonly { readonly id: string }[]): boolean =>
  new Set(rules.map(({ id }) => id)).size === rules.length

const listOfRules = <Rule extends z.ZodType<{ readonly id: string }>>(rule: Rule, what: string) => {
  const error = `a list of at most 20 ${what}, each "id" once`
  return z.array(rule, { error }).max(20, { error }).refine(ruleIdsOnce, { error })
}

const alertRule = z
  .strictObject(
    { id: name, metric: oneOf(...metricNames), ...limitFields, severity: oneOf('warning', 'critical') },
    { error: 'an object with "id", "metric", "is", "limit", "severity" and perhaps "of"' },
  )
  .meta({ id: 'AlertRule' }) satisfies z.ZodType<AlertRule>

const rollbackRule = z
  .strictObject(
    { id: name, metric: oneOf(...countedMetrics), ...limitFields },
    { error: 'an object with "id", "metric", "is", "limit" and perhaps "of"' },
  )
  .meta({ id: 'RollbackRule' }) satisfies z.ZodType<RollbackRule>

const urlError = 'an http(s) URL of at most 2000 characters without user, password or fragment'
const mailboxError = 'an e-mail address such as "on-call@example.com"'

const receiverUrl = z
  .string({ error: urlError })
  .max(2000, { error: urlError })
  .refine((text) => /^https?:\/\/[^\s\p{Cc}\\#@]+$/iu.test(text) && URL.canParse(text), { error: urlError })

const receiverError =
  'an object with "id", "kind" (webhook, slack or email) and "to"; "to" may be left out to keep that of a receiver there is'

const receiverInput = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ id: name, kind: z.literal('webhook'), to: receiverUrl.optional() }),
    z.strictObject({ id: name, kind: z.literal('slack'), to: receiverUrl.optional() }),
    z.strictObject({
      id: name,
      kind: z.literal('email'),
      to: z.string({ error: mailboxError }).refine(isMailbox, { error: mailboxError }).optional(),
    }),
  ],
  { error: receiverError },
) satisfies z.ZodType<Pick<Receiver, 'id' | 'kind'>>

const receiversError = 'a list of at most 10 receivers, each "id" once'

const settingFields = {
  automaticRollback: oneOf('on', 'dry_run', 'off').describe(
    '`dry_run`: all is found, written down and told, but nothing is switched off.',
  ),
  alerts: listOfRules(alertRule, 'rules of alerts'),
  rollbacks: listOfRules(rollbackRule, 'rules by which the flow is switched off'),
  windowMinutes: integerFrom(1, 60).describe('Over how many minutes API errors are counted.'),
  windowDays: integerFrom(1, 90).describe('Over how many days all else is.'),
  minimumSample: integerFrom(10, 1_000_000).describe('Of fewer nothing is said: `unknown`.'),
  fireAfter: integerFrom(1, 1000).describe('An alert fires after so many bad checks on end.'),
  clearAfter: integerFrom(1, 1000).describe(
    'It clears, and an incident ends, after so many good ones on end.',
  ),
  silencedUntil: momentInUtc
    .nullable()
    .describe('Nobody is told of alerts until then; of rollbacks they are.'),
  valueEvent: lineUpTo(255)
    .nullable()
    .describe('What D1, D7 and time to value are about: an event of value; null: the activation step.'),
} satisfies { readonly [Field in keyof Omit<HealthSettings, 'receivers'>]: z.ZodType<HealthSettings[Field]> }

export const healthSettingsUpdate = z
  .strictObject(
    {
      ...z.object(settingFields).partial().shape,
      receivers: z
        .array(receiverInput, { error: receiversError })
        .max(10, { error: receiversError })
        .refine(ruleIdsOnce, { error: receiversError })
        .optional(),
    },
    { error: 'an object with some of the settings' },
  )
  .meta({ id: 'HealthSettingsUpdate', description: 'What to change; all else stays as it is.' })

const receiver = z
  .object({ id: z.string(), kind: oneOf('webhook', 'slack', 'email'), to: z.string() })
  .meta({ id: 'Receiver', description: '`to` is masked: an address may be as good as a password.' })

export const healthSettings = z
  .object({
    flow: z.string(),
    ...settingFields,
    receivers: z.array(receiver),
    changedAt: time.optional(),
    changedBy: z.string().optional(),
  })
  .meta({ id: 'HealthSettings' })

const status = z.enum(['healthy', 'warning', 'critical', 'unknown'])

const target = z.object({
  is: z.enum(['atLeast', 'atMost']),
  limit: z.number(),
  of: z.literal('baseline').optional(),
})

export const metricHealth = z
  .object({
    value: z.number().nullable(),
    of: z.number().describe('How many it is of.'),
    target,
    baseline: z.number().nullable(),
    status: status.describe('What is not known is never healthy.'),
    definition: z.string(),
  })
  .meta({ id: 'MetricHealth' })

const metricFields = Object.fromEntries(metricNames.map((metric) => [metric, metricHealth])) as {
  [Metric in (typeof metricNames)[number]]: typeof metricHealth
}

const baseline = z
  .object({ since: time, until: time, takenAt: time, takenBy: z.string() })
  .meta({ id: 'Baseline' })

export const baselineTaken = baseline
  .extend({
    flow: z.string(),
    metrics: z.record(z.string(), z.object({ value: z.number().nullable(), of: z.number() })),
  })
  .meta({ id: 'BaselineTaken' })

export const baselineRequest = z
  .strictObject({ from: momentInUtc, to: momentInUtc }, { error: 'an object with "from" and "to"' })
  .meta({ id: 'BaselineRequest' })

const alert = z
  .object({
    id: z.uuid(),
    flow: z.string(),
    rule: z.string(),
    incident: z.uuid().optional().describe('That it tells of.'),
    severity: z.enum(['warning', 'critical']),
    message: z.string(),
    firingSince: time,
    clearedAt: time.optional().describe('Absent while it fires.'),
    lastToldAt: time.optional().describe('When a receiver last took a message of it.'),
  })
  .meta({ id: 'Alert' })

export const alertList = listOf(alert).meta({ id: 'AlertList' })

export const alertQuery = listQuery.extend({
  flow: name.optional(),
  firing: oneOf('true', 'false').optional(),
})

const verdict = z.enum(['rollback', 'hold', 'healthy', 'unknown'])

const found = z.object({
  rule: z.string(),
  metric: z.string(),
  verdict: verdict.describe('`hold`: beyond the limit, but that may be chance.'),
  reason: z.string(),
})

const incidentFields = {
  id: z.uuid(),
  flow: z.string(),
  rule: z.string(),
  dryRun: z.boolean(),
  status: z
    .enum(['open', 'overruled', 'ended'])
    .describe('`overruled`: a person switched the flow on again; it stays on until this has ended.'),
  reason: z.string(),
  evidence: z.record(z.string(), z.unknown()).describe('Rule, settings and figures as they were.'),
  beganAt: time,
  overruledAt: time.optional(),
  endedAt: time.optional(),
}

const incident = z.object(incidentFields).meta({ id: 'Incident' })

export const incidentList = listOf(incident).meta({ id: 'IncidentList' })

export const flowHealth = z
  .object({
    flow: z.string(),
    window: z.object({ since: time, until: time, apiSince: time }),
    metrics: z.object(metricFields),
    baseline: baseline.nullable(),
    control: z.string().optional().describe('Whom `baseline` of each metric is of, when asked for.'),
    alerts: z.array(alert).describe('Those that fire.'),
    rollback: z.object({
      automatic: oneOf('on', 'dry_run', 'off'),
      findings: z.array(found).describe('What the rules find now.'),
    }),
  })
  .meta({ id: 'FlowHealth' })

const controlError = '"version:" and a number, or "arm:" and a name'

export const healthQuery = z.strictObject({
  version: digits(999_999_999).optional().describe('Only people who entered this version.'),
  arm: lineUpTo(64).optional().describe('Only people of this arm.'),
  control: z
    .string({ error: controlError })
    .regex(/^(version:[1-9]\d{0,8}|arm:\P{Cc}{1,64})$/u, { error: controlError })
    .optional()
    .describe('Compares with people of this version or arm in the same time, instead of the baseline.'),
})

export const measurement = z
  .strictObject(
    { metric: oneOf('supportTickets'), value: numberFrom(0, 1e9), at: moment },
    { error: 'an object with "metric", "value" and "at"' },
  )
  .meta({ id: 'Measurement' })

export const measurementTaken = z.object({ id: z.uuid() }).meta({ id: 'MeasurementTaken' })
