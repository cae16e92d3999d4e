-- What people did, as tables that a BI tool may read: docs/reports.md. They stand in a schema of their own, so that who reads
-- them can be shown nothing else. A later migration that changes a column under them has to drop and make them anew.

-- The steps of all published versions.
create view flow_step as
select v.flow, v.version, v.published_at, s.n as place,
  coalesce(v.lineages ->> (s.definition ->> 'id'), s.definition ->> 'id') as step_id,
  (s.definition ->> 'version')::integer as step_version,
  s.definition ->> 'scope' as scope,
  s.definition ->> 'onVersionChange' = 'redo' as redo,
  s.definition
from flow_version v
cross join lateral jsonb_array_elements(v.document -> 'steps') with ordinality as s (definition, n)
where v.published_at is not null;

create view users as
select p.user_id as id,
  -- The host's word. A moment that PostgreSQL has no date for must not spoil the others.
  case
    when p.facts ->> 'createdAt' ~ '^(?!0000)\d{4}-\d\d-\d\dT[0-9:.]+Z$' then (p.facts ->> 'createdAt')::timestamptz
    else p.created_at
  end as created_at
from person p;

create view onboarding_events as
select h.id, p.user_id,
  -- To whomever shares a step it is one more completed step; metadata tells them apart.
  case h.type when 'onboarding.step_shared' then 'onboarding.step_completed' else h.type end as event_type,
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
) since;

-- As the version in force has it, else the newest that does.
create view onboarding_step_definitions as
select distinct on (s.flow, s.step_id, s.step_version)
  s.step_id as id, s.step_version as version, title.text as title, description.text as description,
  -- Null: of some people, as `market_rule` says.
  case jsonb_typeof(s.definition -> 'required') when 'boolean' then (s.definition ->> 'required')::boolean end as required,
  round((s.definition ->> 'weight')::numeric)::integer as weight,
  nullif(
    case when s.definition ? 'markets' then jsonb_build_object('markets', s.definition -> 'markets') else '{}' end
      || case jsonb_typeof(s.definition -> 'required')
        when 'object' then jsonb_build_object('required', s.definition -> 'required') else '{}'
      end,
    '{}'
  ) as market_rule,
  case when s.definition ? 'roles' then array(select jsonb_array_elements_text(s.definition -> 'roles')) end as role_visibility,
  active.times[1] as active_from, active.times[2] as active_to,
  min(s.published_at) over (partition by s.flow, s.step_id, s.step_version) as created_at,
  s.published_at as updated_at,
  s.flow as flow_id,
  s.definition ->> 'id' as called
from flow_step s
join flow f on f.name = s.flow
cross join lateral (select s.definition -> 'title' as title, s.definition -> 'description' as description) said
cross join lateral (
  select case jsonb_typeof(said.title)
    when 'string' then said.title #>> '{}'
    when 'object' then (
      select value from jsonb_each_text(said.title)
      order by lower(key) = 'en' desc, lower(key) like 'en-%' desc, key collate "C" limit 1)
  end as text
) title
cross join lateral (
  select case jsonb_typeof(said.description)
    when 'string' then said.description #>> '{}'
    when 'object' then (
      select value from jsonb_each_text(said.description)
      order by lower(key) = 'en' desc, lower(key) like 'en-%' desc, key collate "C" limit 1)
  end as text
) description
cross join lateral (
  -- The others have an offset or a year that PostgreSQL knows none of.
  select array_agg(case when t.text ~ '^(?!0000)\d{4}-.*(Z|[+-](0\d|1[0-4]):?\d\d)$' then t.text::timestamptz end order by t.n) as times
  from unnest(array[s.definition ->> 'activeFrom', s.definition ->> 'activeTo']) with ordinality as t (text, n)
) active
order by s.flow, s.step_id, s.step_version, s.version = f.version desc, s.version desc;

-- A row for each version of a step that a person was offered or settled.
create view user_onboarding as
select p.user_id, s.step_id, s.step_version as version, now_is.status,
  e.snoozed_until as snooze_until, e.snooze_count,
  case when now_is.status = 'done' then now_is.settled_by end as completed_by,
  case when now_is.status = 'done' then now_is.settled_at end as completed_at,
  coalesce(greatest(s.offered_at, s.reached_at, now_is.settled_at), e.restarted_at, e.started_at) as updated_at,
  s.flow as flow_id
from step_state s
join person p on p.id = s.person_id
join enrolment e on e.person_id = s.person_id and e.flow = s.flow
left join flow_step d on d.flow = e.flow and d.version = e.version and d.step_id = s.step_id
left join lateral (
  select a.* from account_step a
  where d.scope is distinct from 'person'
    and a.account_id = p.account_id and a.flow = s.flow and a.step_id = s.step_id
    and a.step_version <= s.step_version and (d.redo is not true or a.step_version = s.step_version)
  order by a.status = 'done' desc, a.status = 'skipped' desc, a.step_version desc
  limit 1
) shared on true
cross join lateral (
  select
    case when shared.status is not null then shared.status when d.scope = 'account' then 'todo' else s.status end as status,
    case when shared.status is null then s.settled_at else shared.settled_at end as settled_at,
    case when shared.status is null then s.settled_by else shared.settled_by end as settled_by
) now_is;

create view onboardingflow as
select f.name as flow_id, f.name, f.version,
  case when f.open then 'ACTIVE' else 'DEPRECATED' end as status,
  jsonb_build_object('steps', (
    select coalesce(jsonb_agg(
      s.definition || jsonb_build_object(
        'step_id', s.step_id, 'required', s.definition -> 'required', 'condition', s.definition -> 'condition')
      order by s.place), '[]')
    from flow_step s where s.flow = f.name and s.version = f.version
  )) as steps
from flow f
where f.version is not null;

create view useronboarding as
select p.user_id, e.flow as flow_id, upper(e.status) as status, e.started_at,
  case when e.status = 'completed' then e.completed_at end as completed_at,
  e.version, e.arm
from enrolment e
join person p on p.id = e.person_id;

-- One row for each step that a person was offered or settled: what counts of its versions in the one they are in.
create view useronboardingstep as
select p.user_id, s.flow as flow_id, s.step_id,
  case now_is.status when 'done' then 'COMPLETED' when 'skipped' then 'SKIPPED' else 'PENDING' end as status,
  case when now_is.status = 'done' then now_is.settled_at end as completed_at,
  case when now_is.status in ('done', 'skipped') then now_is.metadata end as metadata
from step_state s
join person p on p.id = s.person_id
join enrolment e on e.person_id = s.person_id and e.flow = s.flow
left join flow_step d on d.flow = e.flow and d.version = e.version and d.step_id = s.step_id
left join lateral (
  select a.* from account_step a
  where d.scope is distinct from 'person'
    and a.account_id = p.account_id and a.flow = s.flow and a.step_id = s.step_id
    and (d.step_version is null or a.step_version <= d.step_version)
    and (d.redo is not true or a.step_version = d.step_version)
  order by a.status = 'done' desc, a.status = 'skipped' desc, a.step_version desc
  limit 1
) shared on true
cross join lateral (
  select
    case
      when shared.status is not null then shared.status
      when d.scope = 'account' then 'todo'
      when s.step_version > d.step_version or (d.redo and s.step_version <> d.step_version) then 'todo'
      else s.status
    end as status,
    case when shared.status is null then s.settled_at else shared.settled_at end as settled_at,
    case when shared.status is null then s.metadata else shared.metadata end as metadata
) now_is
where not exists (
  select from step_state o
  where o.person_id = s.person_id and o.flow = s.flow and o.step_id = s.step_id
    -- Counts at all, then done before skipped before todo, then the newer.
    and (
      case when o.step_version > d.step_version or (d.redo and o.step_version <> d.step_version) then 0 else 1 end,
      case o.status when 'done' then 2 when 'skipped' then 1 else 0 end,
      o.step_version
    ) > (
      case when s.step_version > d.step_version or (d.redo and s.step_version <> d.step_version) then 0 else 1 end,
      case s.status when 'done' then 2 when 'skipped' then 1 else 0 end,
      s.step_version
    )
);

do $$
declare
  reports text := left(current_schema(), 55) || '_reports';
  name text;
begin
  -- Not "if not exists": that asks for the right to create schemas even where an administrator has made this one.
  if to_regnamespace(quote_ident(reports)) is null then
    begin
      execute format('create schema %I', reports);
    exception when insufficient_privilege then
      raise exception 'The role % may not create the schema % for reports. Have an administrator run: create schema % authorization %',
        current_user, reports, quote_ident(reports), quote_ident(current_user) using errcode = 'insufficient_privilege';
    end;
  end if;
  foreach name in array array[
    'users', 'onboarding_events', 'onboarding_step_definitions', 'user_onboarding', 'onboardingflow', 'useronboarding',
    'useronboardingstep'
  ] loop
    execute format('alter view %I set schema %I', name, reports);
  end loop;
end
$$;
