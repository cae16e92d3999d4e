/** `sql`: what the design documents ask instead, or would; of people and events from `since` on. */
export type Question = {
  readonly name: string
  readonly path: string
  readonly sql: (since: string) => string
}

const own = `'onboarding.enrolled', 'onboarding.viewed', 'onboarding.step_completed', 'onboarding.step_skipped', 'onboarding.nudge_snoozed',
  'gating.blocked', 'merchant.previewed_store', 'merchant.first_checkout_attempt'`

const notCompleted = `
  not exists (
    select 1 from onboarding_events e2
    where e2.user_id = e.user_id and e2.event_type = 'onboarding.step_completed' and e2.step_id = e.step_id
      and e2.created_at > e.created_at and e2.created_at < e.created_at + interval '1 hour')`

export const questions: readonly Question[] = [
  {
    name: 'funnel',
    path: 'funnel?',
    sql: (since) => `
      select s.step_id, count(*) filter (where s.status = 'COMPLETED') as completed, count(*) as total_reached,
        round(100.0 * count(*) filter (where s.status = 'COMPLETED') / count(*), 1) as completion_rate
      from UserOnboardingStep s join UserOnboarding o on o.user_id = s.user_id and o.flow_id = s.flow_id
      where s.flow_id = 'shop' and o.started_at >= ${since}
      group by s.step_id order by s.step_id`,
  },
  {
    name: 'time to complete',
    path: 'time-to-complete?',
    sql: (since) => `
      select percentile_cont(0.5) within group (order by extract(epoch from completed_at - started_at) / 3600) as median_hours
      from UserOnboarding where status = 'COMPLETED' and started_at >= ${since}`,
  },
  {
    // The design lists everybody; here only their median leaves the database.
    name: 'time to value',
    path: 'time-to-value?event=merchant.previewed_store&',
    sql: (since) => `
      select percentile_cont(0.5) within group (order by ttv_minutes) from (
        select u.id, extract(epoch from (min(e.created_at) - u.created_at)) / 60 as ttv_minutes
        from users u
        left join onboarding_events e on e.user_id = u.id and e.event_type = 'merchant.previewed_store'
        where u.created_at >= ${since}
        group by u.id, u.created_at
      ) ttv`,
  },
  {
    name: 'conversion',
    path: 'conversion?event=merchant.first_checkout_attempt&',
    sql: (since) => `
      with cohorts as (
        select created_at::date as cohort_date, count(*) as signups
        from users where created_at >= ${since} group by 1
      ), conversions as (
        select u.created_at::date as cohort_date,
          count(distinct case when e.created_at <= u.created_at + interval '1 day' then u.id end) as d1_converted,
          count(distinct case when e.created_at <= u.created_at + interval '7 days' then u.id end) as d7_converted
        from users u
        left join onboarding_events e on e.user_id = u.id and e.event_type = 'merchant.first_checkout_attempt'
        where u.created_at >= ${since} group by 1
      )
      select c.cohort_date, c.signups, round(100.0 * coalesce(cv.d1_converted, 0) / c.signups, 1) as d1_conversion_pct,
        round(100.0 * coalesce(cv.d7_converted, 0) / c.signups, 1) as d7_conversion_pct
      from cohorts c left join conversions cv on c.cohort_date = cv.cohort_date order by c.cohort_date desc`,
  },
  {
    // The design has none of it.
    name: 'retention',
    path: 'retention?',
    sql: (since) => `
      select u.created_at::date as cohort_date, floor(extract(epoch from e.created_at - u.created_at) / 86400) as day,
        count(distinct u.id) as people
      from users u
      join onboarding_events e on e.user_id = u.id and e.event_type in (${own})
        and e.created_at >= u.created_at and e.created_at < u.created_at + interval '31 days'
      where u.created_at >= ${since} group by 1, 2 order by 1, 2`,
  },
  {
    // By step_id, which is what the design's metadata->>'missingStep' says.
    name: 'abandonment',
    path: 'abandonment?',
    sql: (since) => `
      select e.step_id as missing_step, count(*) as blocked_count,
        sum(case when ${notCompleted} then 1 else 0 end) as abandoned_count
      from onboarding_events e
      where e.event_type = 'gating.blocked' and e.created_at >= ${since}
      group by e.step_id order by blocked_count desc`,
  },
  {
    name: 'nudges',
    path: 'nudges?',
    sql: (since) => `
      select event_type, count(*) from onboarding_events
      where event_type in ('onboarding.nudge_shown', 'onboarding.nudge_snoozed', 'onboarding.nudge_dismissed')
        and created_at >= ${since} group by event_type`,
  },
]
