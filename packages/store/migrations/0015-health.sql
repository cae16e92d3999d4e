-- How a release fares: what it is judged by, what was found, and what was done about it.

-- Requests that one process answered, by the minute (UTC), and those of them that failed on our side. Each writes its own
-- totals every few seconds, so that writing them again, when nobody knows whether they were written, changes nothing.
create table request_count (
  minute timestamptz not null,
  process uuid not null,
  requests bigint not null,
  errors bigint not null,
  primary key (minute, process)
) with (fillfactor = 70);

-- What somebody set for a flow; what is missing is as usual.
create table health_settings (
  flow text primary key references flow (name),
  settings jsonb not null,
  changed_at timestamptz not null,
  changed_by text not null
);

-- Figures of a time to compare with, as they were when they were taken.
create table health_baseline (
  flow text primary key references flow (name),
  since timestamptz not null,
  until timestamptz not null,
  taken_at timestamptz not null,
  taken_by text not null,
  -- Metric → {value, of, count?}.
  metrics jsonb not null
);

-- What hosts measure themselves, such as support tickets.
create table measurement (
  id uuid primary key,
  flow text not null references flow (name),
  metric text not null,
  value double precision not null,
  at timestamptz not null,
  -- Of one key there is one measurement.
  key text,
  unique (flow, key)
);
create index measurement_at on measurement (flow, metric, at);

-- Which process watches, until when, and which check was the last. The fence rises whenever another process takes over.
create table watch (
  name text primary key,
  holder uuid not null,
  fence bigint not null,
  held_until timestamptz not null,
  checked_at timestamptz
) with (fillfactor = 70);

-- How each rule of a flow stands after its last check; `firing_since` while its alert is on.
create table health_rule (
  flow text not null references flow (name),
  kind text not null check (kind in ('alert', 'rollback')),
  rule text not null,
  bad integer not null,
  good integer not null,
  firing_since timestamptz,
  finding jsonb not null,
  checked_at timestamptz not null,
  primary key (flow, kind, rule)
) with (fillfactor = 70);

-- What was done about a rule. The evidence is as it was then: rule, settings and figures.
create table incident (
  id uuid primary key,
  flow text not null references flow (name),
  rule text not null,
  dry_run boolean not null,
  status text not null check (status in ('open', 'overruled', 'ended')),
  reason text not null,
  evidence jsonb not null,
  began_at timestamptz not null,
  overruled_at timestamptz,
  ended_at timestamptz
);
-- Of one rule there is one incident at a time, whoever watches.
create unique index incident_open on incident (flow, rule) where status <> 'ended';
create index incident_flow on incident (flow, began_at);

create table alert (
  id uuid primary key,
  flow text not null references flow (name),
  rule text not null,
  -- Of an incident that it tells of.
  incident uuid references incident (id),
  severity text not null check (severity in ('warning', 'critical')),
  message text not null,
  firing_since timestamptz not null,
  cleared_at timestamptz,
  last_told_at timestamptz
) with (fillfactor = 85);
create unique index alert_firing on alert (flow, rule) where cleared_at is null and incident is null;
create index alert_since on alert (firing_since, id);

-- What receivers are still to be told, and what became of it.
create table alert_message (
  id uuid primary key,
  alert_id uuid not null references alert (id) on delete cascade,
  flow text not null,
  -- Of the flow's settings; who is no longer in them is told no more.
  receiver text not null,
  body jsonb not null,
  attempts integer not null default 0,
  next_at timestamptz,
  told_at timestamptz,
  last_error text
) with (fillfactor = 85);
create index alert_message_due on alert_message (next_at) where next_at is not null;
create index alert_message_alert on alert_message (alert_id);

-- The plan of a release. `current` is the place of the phase that it is in, from 0 on; null: it has not begun.
create table release_plan (
  flow text primary key references flow (name),
  phases jsonb,
  current integer,
  entered_at timestamptz,
  revision bigint not null,
  changed_at timestamptz not null,
  changed_by text not null
);
