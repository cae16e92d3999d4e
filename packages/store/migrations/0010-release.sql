-- Who gets a flow at all. A flow without a row is on for all.

create table release (
  flow text primary key references flow (name),
  settings jsonb not null,
  -- Rises with every change: two who change it at a time do not write past each other.
  revision bigint not null,
  changed_at timestamptz not null,
  changed_by text not null,
  -- While the flow is off by the kill switch.
  killed_at timestamptz,
  kill_reason text
);

-- Who changed what, when and why; append only.
create table release_change (
  id bigint generated always as identity primary key,
  flow text not null references flow (name),
  kind text not null check (kind in ('set', 'kill')),
  at timestamptz not null,
  by text not null,
  reason text,
  -- Setting → {from, to}.
  changed jsonb not null
);
create index release_change_flow on release_change (flow, id);
