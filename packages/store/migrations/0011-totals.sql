-- Beside the segments a total of each flow, version and arm, whatever the facts: who asks of no fact reads a row or two for
-- each time, however many people and kinds of people there are.

-- First the segments, then the journeys: as everybody else does, who takes more than one of these.
lock table segment, journey_count, step_count, value_count, duration_count, return_count, nudge_count, block_count,
  check_count in access exclusive mode;

alter table segment add column is_total boolean not null default false;
alter table segment drop constraint segment_flow_version_arm_market_plan_role_locale_key;
-- Of a total the facts are ''.
alter table segment add unique (flow, version, arm, market, plan, role, locale, is_total);

insert into segment (flow, version, arm, market, plan, role, locale, is_total)
select distinct s.flow, s.version, s.arm, '', '', '', '', made.is_total
from segment s, (values (false), (true)) made (is_total)
on conflict do nothing;

create temporary table kin on commit drop as
select s.id as segment_id, nobody.id as nobody_id, total.id as total_id
from segment s
join segment nobody on (nobody.flow, nobody.version, nobody.arm) = (s.flow, s.version, s.arm) and not nobody.is_total
  and (nobody.market, nobody.plan, nobody.role, nobody.locale) = ('', '', '', '')
join segment total on (total.flow, total.version, total.arm) = (s.flow, s.version, s.arm) and total.is_total
where not s.is_total;
analyze kin;

-- What stood in up to 31 rows stands in one.
alter table return_count drop constraint return_count_pkey;
alter table return_count rename to return_by_day;
-- By when people signed up: who did anything in the nth 24 hours after; empty: nobody.
create table return_count (
  span text not null check (span in ('hour', 'day', 'month')),
  begins timestamptz not null,
  segment_id integer not null,
  erased boolean not null,
  primary key (segment_id, span, begins, erased)
) with (fillfactor = 85);
do $$
declare
  columns text;
  sums text;
begin
  execute (
    select 'alter table return_count ' || string_agg(format('add column day_%s integer', n), ', ' order by n)
    from generate_series(0, 30) n);
  select string_agg(format('day_%s', n), ', ' order by n),
    string_agg(format('sum(people) filter (where day = %s)', n), ', ' order by n)
  into columns, sums from generate_series(0, 30) n;
  execute format('insert into return_count (segment_id, span, begins, erased, %s)
    select segment_id, span, begins, erased, %s from return_by_day group by 1, 2, 3, 4', columns, sums);
end $$;
drop table return_by_day;

do $$
declare
  counted record;
  columns text;
  sums text;
begin
  for counted in
    select * from (values
      ('journey_count', ', erased', '{enrolled, completed, skipped, signed_up}'::text[]),
      ('step_count', ', step_id, erased', '{offered, reached, done, skipped, in_order}'),
      ('duration_count', ', measure, bin, erased', '{people}'),
      ('value_count', ', event, erased', '{people, within_day, within_week, on_day_1, on_day_7}'),
      ('return_count', ', erased', (select array_agg('day_' || n order by n) from generate_series(0, 30) n)),
      ('nudge_count', ', erased', '{shown, snoozed, dismissed}'),
      ('block_count', ', step_id, erased', '{blocked, recovered}'),
      ('check_count', '', '{checked}')
    ) as x (name, keys, numbers)
  loop
    select string_agg(number, ', '), string_agg(format('sum(%s)', number), ', ') into columns, sums
    from unnest(counted.numbers) number;
    execute format('alter table %I drop constraint %I', counted.name, counted.name || '_pkey');
    -- What erased people left no longer says what they were like, nor in which hour they came.
    if counted.keys like '%erased' then
      execute format($sql$
        with gone as (delete from %1$I where erased returning *)
        insert into %1$I (segment_id, span, begins%2$s, %3$s)
        select nobody_id, span, date_trunc('day', begins, 'UTC')%2$s, %4$s
        from gone join kin using (segment_id)
        group by 1, 2, 3%2$s$sql$, counted.name, counted.keys, columns, sums);
    end if;
    execute format($sql$
      insert into %1$I (segment_id, span, begins%2$s, %3$s)
      select total_id, span, begins%2$s, %4$s
      from %1$I join kin using (segment_id)
      group by 1, 2, 3%2$s$sql$, counted.name, counted.keys, columns, sums);
    -- By segment first: a range of time of one of them is then rows that stand beside one another.
    execute format('alter table %1$I add primary key (segment_id, span, begins%2$s)', counted.name, counted.keys);
  end loop;
end $$;
