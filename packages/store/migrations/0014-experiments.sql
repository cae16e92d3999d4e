-- Experiments, and the ledger of who is in which arm.

create table experiment (
  id text primary key,
  -- As its author says it, defaults filled in.
  document jsonb not null,
  status text not null check (status in ('draft', 'running', 'stopped')),
  -- [{number, since, allocation}], oldest first; none before it ever ran.
  phases jsonb not null default '[]',
  -- Rises with every change: two who change it at a time do not write past each other.
  revision bigint not null,
  changed_at timestamptz not null,
  changed_by text not null,
  started_at timestamptz,
  -- While it is stopped.
  stopped_at timestamptz,
  stop_reason text
);

-- Who changed what, when and why; append only.
create table experiment_change (
  id bigint generated always as identity primary key,
  experiment text not null references experiment (id),
  kind text not null check (kind in ('set', 'start', 'stop')),
  at timestamptz not null,
  by text not null,
  reason text,
  -- Field → {from, to}.
  changed jsonb not null
);
create index experiment_change_experiment on experiment_change (experiment, id);

-- The ledger: from their first exposure on, a unit's row is its arm. An account's row decides for its members; that they
-- met the experiment themselves, each member's own row tells.
create table assignment (
  experiment text not null references experiment (id),
  kind text not null check (kind in ('user', 'account')),
  -- The user's or the account's id.
  unit text not null,
  flow text not null,
  arm text not null,
  phase integer not null,
  source text not null check (source in ('hash', 'tester')),
  assigned_at timestamptz not null,
  exposed_at timestamptz not null,
  person_id bigint references person (id) on delete cascade,
  account_id text,
  -- The unit first: each load looks for those of one person.
  primary key (unit, experiment, kind),
  check ((kind = 'user') = (person_id is not null))
);
create index assignment_experiment on assignment (experiment);
create index assignment_person on assignment (person_id) where person_id is not null;
