-- What a colleague skipped for the account is told to its members, too: in the report of what happened it is a skip.

do $migration$
begin
  execute format($view$
    create or replace view %I.onboarding_events as
    select h.id, p.user_id,
      -- To whomever shares a step it is one more completed or skipped step; metadata tells them apart.
      case
        when h.type <> 'onboarding.step_shared' then h.type
        when h.data ->> 'status' = 'skipped' then 'onboarding.step_skipped'
        else 'onboarding.step_completed'
      end as event_type,
      coalesce(v.lineages ->> h.step_id, h.step_id) as step_id,
      -- Only of types that nobody but Boardwalk tells: what browsers send may hold anything.
      case
        when h.type in ('onboarding.step_completed', 'onboarding.step_shared', 'onboarding.step_skipped', 'onboarding.step_reset', 'onboarding.step_restored')
        then (h.data ->> 'stepVersion')::integer
      end as version,
      h.data || jsonb_build_object('type', h.type)
        || case
          when h.step_id is null then '{}'
          when h.type = 'gating.blocked' then jsonb_build_object(
            'stepId', coalesce(v.lineages ->> h.step_id, h.step_id), 'missingStep', coalesce(v.lineages ->> h.step_id, h.step_id))
          else jsonb_build_object('stepId', coalesce(v.lineages ->> h.step_id, h.step_id))
        end as metadata,
      h.correlation_id,
      case when since.text ~ '^(?!0000)\d{4}-\d\d-\d\dT[0-9:.]+Z$' then since.text::timestamptz else h.at end as created_at,
      h.flow as flow_id,
      h.version as flow_version
    from happening h
    join person p on p.id = h.person_id
    left join flow_version v on v.flow = h.flow and v.version = h.version
    -- When it was, of what is told later than it happened: imported, or done by a colleague.
    cross join lateral (
      select case
        when h.type in ('onboarding.step_completed', 'onboarding.step_shared', 'onboarding.step_skipped') then h.data ->> 'settledAt'
        when h.type = 'onboarding.completed' then h.data ->> 'completedAt'
        when h.type = 'onboarding.enrolled' then h.data ->> 'startedAt'
      end as text
    ) since
  $view$, left(current_schema(), 55) || '_reports');
end
$migration$;
