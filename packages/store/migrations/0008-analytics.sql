-- What the figures are made of: counts that follow what happens, read in order by one process at a time.

-- For the reader `analytics`: what happened before that is not all counted yet while it stands below.
alter table reader add column incomplete_until xid8;

-- Whom a count is about, as they were when they entered the flow. '' is unknown; the flow '' is the person as a whole.
create table segment (
  id integer generated always as identity primary key,
  flow text not null,
  version integer not null,
  arm text not null,
  market text not null,
  plan text not null,
  role text not null,
  locale text not null,
  unique (flow, version, arm, market, plan, role, locale)
);

-- What is counted of a person, so that it is counted once and taken back when it no longer holds.
create table tally (
  person_id bigint primary key,
  state json not null
) with (fillfactor = 70);

-- Every count stands three times, by the hour, the day and the month (UTC) of `begins`, so that any range in any time zone
-- is few rows. `erased` rows are what erased people leave: no longer anybody's, and kept when all else is counted anew.

-- By when people entered; `signed_up` alone by when they signed up.
create table journey_count (
  span text not null check (span in ('hour', 'day', 'month')),
  begins timestamptz not null,
  segment_id integer not null,
  erased boolean not null,
  enrolled bigint not null,
  completed bigint not null,
  skipped bigint not null,
  signed_up bigint not null,
  primary key (span, begins, segment_id, erased)
) with (fillfactor = 85);

-- By when people entered. `step_id` is the step's lineage.
create table step_count (
  span text not null check (span in ('hour', 'day', 'month')),
  begins timestamptz not null,
  segment_id integer not null,
  step_id text not null,
  erased boolean not null,
  offered bigint not null,
  reached bigint not null,
  done bigint not null,
  skipped bigint not null,
  -- Done after all that was shown before it, one after another.
  in_order bigint not null,
  primary key (span, begins, segment_id, step_id, erased)
) with (fillfactor = 85);

-- How long it took, in bins: bin n holds times of 1.01^n up to 1.01^(n+1) milliseconds, bin 0 also shorter ones.
create table duration_count (
  span text not null check (span in ('hour', 'day', 'month')),
  begins timestamptz not null,
  segment_id integer not null,
  -- 'complete' from entering on, by when people entered; 'activation' and 'event:…' from signing up on, by that.
  measure text not null,
  bin smallint not null,
  erased boolean not null,
  people bigint not null,
  primary key (span, begins, segment_id, measure, bin, erased)
) with (fillfactor = 85);

-- By when people signed up: who did an event of value, and when for the first time.
create table value_count (
  span text not null check (span in ('hour', 'day', 'month')),
  begins timestamptz not null,
  segment_id integer not null,
  event text not null,
  erased boolean not null,
  people bigint not null,
  within_day bigint not null,
  within_week bigint not null,
  -- In the second day, and in the eighth, of 24 hours each from signing up on; not only for the first time.
  on_day_1 bigint not null,
  on_day_7 bigint not null,
  primary key (span, begins, segment_id, event, erased)
) with (fillfactor = 85);

-- By when people signed up: who did anything in the nth 24 hours after.
create table return_count (
  span text not null check (span in ('hour', 'day', 'month')),
  begins timestamptz not null,
  segment_id integer not null,
  day smallint not null,
  erased boolean not null,
  people bigint not null,
  primary key (span, begins, segment_id, day, erased)
) with (fillfactor = 85);

-- By when it happened.
create table nudge_count (
  span text not null check (span in ('hour', 'day', 'month')),
  begins timestamptz not null,
  segment_id integer not null,
  erased boolean not null,
  shown bigint not null,
  snoozed bigint not null,
  dismissed bigint not null,
  primary key (span, begins, segment_id, erased)
) with (fillfactor = 85);

-- By when it happened. `step_id` is the lineage of the missing step.
create table block_count (
  span text not null check (span in ('hour', 'day', 'month')),
  begins timestamptz not null,
  segment_id integer not null,
  step_id text not null,
  erased boolean not null,
  blocked bigint not null,
  -- Followed by the step's completion within the hour.
  recovered bigint not null,
  primary key (span, begins, segment_id, step_id, erased)
) with (fillfactor = 85);

-- How often gates were asked, by when and by whom as they were then. Written by the processes that answered, now and then:
-- what one has counted in its last seconds is lost when it dies. Counting anew does not touch it.
create table check_count (
  span text not null check (span in ('hour', 'day', 'month')),
  begins timestamptz not null,
  segment_id integer not null,
  checked bigint not null,
  primary key (span, begins, segment_id)
) with (fillfactor = 85);
