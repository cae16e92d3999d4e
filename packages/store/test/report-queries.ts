/** The queries of the two design documents, word for word but for the flow's id. */

export const skipRate = `
SELECT
  step_id,
  COUNT(*) FILTER (WHERE status = 'skipped') AS skip_count,
  COUNT(*) AS total_count,
  ROUND(100.0 * COUNT(*) FILTER (WHERE status = 'skipped') / COUNT(*), 1) AS skip_rate_pct
FROM user_onboarding
WHERE updated_at >= now() - interval '7 days'
GROUP BY step_id
ORDER BY skip_rate_pct DESC`

export const timeToValue = `
SELECT
  u.id,
  u.created_at AS signup_at,
  MIN(e.created_at) AS first_preview_at,
  EXTRACT(EPOCH FROM (MIN(e.created_at) - u.created_at)) / 60 AS ttv_minutes
FROM users u
LEFT JOIN onboarding_events e ON e.user_id = u.id AND e.event_type = 'merchant.previewed_store'
WHERE u.created_at >= now() - interval '30 days'
GROUP BY u.id, u.created_at
ORDER BY ttv_minutes`

export const conversion = `
WITH cohorts AS (
  SELECT
    DATE(created_at) AS cohort_date,
    COUNT(*) AS signups
  FROM users
  WHERE created_at >= now() - interval '30 days'
  GROUP BY DATE(created_at)
),
conversions AS (
  SELECT
    DATE(u.created_at) AS cohort_date,
    COUNT(DISTINCT CASE WHEN e.created_at <= u.created_at + interval '1 day' THEN u.id END) AS d1_converted,
    COUNT(DISTINCT CASE WHEN e.created_at <= u.created_at + interval '7 days' THEN u.id END) AS d7_converted
  FROM users u
  LEFT JOIN onboarding_events e ON e.user_id = u.id AND e.event_type = 'merchant.first_checkout_attempt'
  WHERE u.created_at >= now() - interval '30 days'
  GROUP BY DATE(u.created_at)
)
SELECT
  c.cohort_date,
  c.signups,
  ROUND(100.0 * COALESCE(cv.d1_converted, 0) / c.signups, 1) AS d1_conversion_pct,
  ROUND(100.0 * COALESCE(cv.d7_converted, 0) / c.signups, 1) AS d7_conversion_pct
FROM cohorts c
LEFT JOIN conversions cv ON c.cohort_date = cv.cohort_date
ORDER BY c.cohort_date DESC`

export const abandonment = `
SELECT
  metadata->>'missingStep' AS missing_step,
  COUNT(*) AS blocked_count,
  COUNT(*) FILTER (WHERE NOT EXISTS (
    SELECT 1 FROM onboarding_events e2
    WHERE e2.user_id = e.user_id
    AND e2.event_type = 'onboarding.step_completed'
    AND e2.step_id = e.metadata->>'missingStep'
    AND e2.created_at > e.created_at
    AND e2.created_at < e.created_at + interval '1 hour'
  )) AS abandoned_count,
  ROUND(100.0 * COUNT(*) FILTER (WHERE NOT EXISTS (
    SELECT 1 FROM onboarding_events e2
    WHERE e2.user_id = e.user_id
    AND e2.event_type = 'onboarding.step_completed'
    AND e2.step_id = e.metadata->>'missingStep'
    AND e2.created_at > e.created_at
    AND e2.created_at < e.created_at + interval '1 hour'
  )) / COUNT(*), 1) AS abandonment_rate_pct
FROM onboarding_events e
WHERE event_type = 'gating.blocked'
AND created_at >= now() - interval '7 days'
GROUP BY metadata->>'missingStep'
ORDER BY blocked_count DESC`

export const completionRate = `
SELECT
step_id,
COUNT(*) FILTER (WHERE status='COMPLETED') AS completed,
COUNT(*) AS total_reached,
ROUND(100.0 * COUNT(*) FILTER (WHERE status='COMPLETED') / COUNT(*), 1) AS completion_rate
FROM UserOnboardingStep
WHERE flow_id = 'shop'
GROUP BY step_id
ORDER BY step_id`

export const medianHours = `
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY
EXTRACT(EPOCH FROM completed_at - started_at)/3600
) AS median_hours
FROM UserOnboarding WHERE status = 'COMPLETED'`

const moment = 'timestamp with time zone'

/** Their tables: column → type. Ids of people and flows, and correlation ids, are texts here. */
export const designed: Record<string, Record<string, string>> = {
  onboarding_step_definitions: {
    id: 'text',
    version: 'integer',
    title: 'text',
    description: 'text',
    required: 'boolean',
    weight: 'integer',
    market_rule: 'jsonb',
    role_visibility: 'ARRAY',
    active_from: moment,
    active_to: moment,
    created_at: moment,
    updated_at: moment,
  },
  user_onboarding: {
    user_id: 'text',
    step_id: 'text',
    version: 'integer',
    status: 'text',
    snooze_until: moment,
    snooze_count: 'integer',
    completed_by: 'text',
    completed_at: moment,
    updated_at: moment,
  },
  onboarding_events: {
    id: 'uuid',
    user_id: 'text',
    event_type: 'text',
    step_id: 'text',
    version: 'integer',
    metadata: 'jsonb',
    correlation_id: 'text',
    created_at: moment,
  },
  users: { id: 'text', created_at: moment },
  onboardingflow: { flow_id: 'text', name: 'text', version: 'integer', status: 'text', steps: 'jsonb' },
  useronboarding: {
    user_id: 'text',
    flow_id: 'text',
    status: 'text',
    started_at: moment,
    completed_at: moment,
  },
  useronboardingstep: {
    user_id: 'text',
    flow_id: 'text',
    step_id: 'text',
    status: 'text',
    completed_at: moment,
    metadata: 'jsonb',
  },
}
