-- What a publication means for people who are in the flow. Nullable or with a constant default, so that no row is rewritten.
alter table publication
  -- For those mid-flow.
  add column policy text not null default 'move' check (policy in ('move', 'pin', 'restart')),
  -- Whether those who finished have to do what is new.
  add column reopen boolean not null default false;
alter table enrolment
  -- The last publication that it has caught up with. Null: the newest one of its version.
  add column publication bigint,
  add column restarted_at timestamptz;
-- The chain of a flow's publications is read with the catalogue.
create index publication_flow on publication (flow, id);
