-- The first road: flows, people, what they did, and what happened.

-- A flow's name and the version in force (null while it has only drafts). `open` takes new people.
create table flow (
  name text primary key,
  version integer,
  open boolean not null default false,
  created_at timestamptz not null
);

create table flow_version (
  flow text not null references flow (name),
  version integer not null,
  document jsonb not null,
  -- Step id → the name its state is kept under, where they differ: renames are followed when a version is stored.
  lineages jsonb not null default '{}',
  content_hash text not null,
  created_at timestamptz not null,
  created_by text not null,
  published_at timestamptz,
  published_by text,
  reason text,
  primary key (flow, version)
);

-- Who moved which flow's pointer, when and why; append only.
create table publication (
  id bigint generated always as identity primary key,
  flow text not null,
  version integer not null,
  kind text not null check (kind in ('publish', 'rollback', 'deprecate')),
  at timestamptz not null,
  by text not null,
  reason text,
  foreign key (flow, version) references flow_version (flow, version)
);

-- One row. Rises in the transaction of every publication, so that each load tells whether the compiled flows are current.
create table catalogue (
  id boolean primary key default true check (id),
  revision bigint not null
);
insert into catalogue (revision) values (0);

-- Rows that are updated in place leave room for it on their pages (fillfactor), so that no index has to be touched.

-- Everything about a person changes under `revision`: a commit names the revision it decided on.
create table person (
  id bigint generated always as identity primary key,
  user_id text not null unique,
  revision bigint not null,
  account_id text,
  facts jsonb not null,
  created_at timestamptz not null
) with (fillfactor = 85);
create index person_account on person (account_id) where account_id is not null;

create table enrolment (
  person_id bigint not null references person (id) on delete cascade,
  flow text not null,
  version integer not null,
  arm text,
  status text not null check (status in ('in_progress', 'completed', 'skipped')),
  started_at timestamptz not null,
  completed_at timestamptz,
  skipped_at timestamptz,
  snooze_count integer not null default 0,
  snoozed_until timestamptz,
  primary key (person_id, flow)
) with (fillfactor = 85);

-- One row per step lineage and step version, from the moment it was offered. For steps of scope `account` this row only
-- tells that and when it was offered and reached; account_step holds the status.
create table step_state (
  person_id bigint not null references person (id) on delete cascade,
  flow text not null,
  step_id text not null,
  step_version integer not null,
  status text not null check (status in ('todo', 'done', 'skipped')),
  offered_at timestamptz,
  reached_at timestamptz,
  settled_at timestamptz,
  settled_by text,
  source text check (source in ('user', 'event', 'api', 'import', 'migration')),
  reason text,
  metadata jsonb,
  primary key (person_id, flow, step_id, step_version)
) with (fillfactor = 85);

create table account (
  account_id text primary key,
  attributes jsonb not null,
  updated_at timestamptz not null
);

-- What the members of an account share in a flow changes under this revision, so that members racing meet one another.
create table account_flow (
  account_id text not null,
  flow text not null,
  revision bigint not null,
  primary key (account_id, flow)
);

create table account_step (
  account_id text not null,
  flow text not null,
  step_id text not null,
  step_version integer not null,
  status text not null check (status in ('todo', 'done', 'skipped')),
  settled_at timestamptz,
  settled_by text,
  source text check (source in ('user', 'event', 'api', 'import', 'migration')),
  reason text,
  metadata jsonb,
  primary key (account_id, flow, step_id, step_version)
);

-- History and outbox in one, written in the statement that changes the state. Read in the order (xid, seq), and only
-- below the oldest transaction still open, so that no row appears behind a reader's back.
create table happening (
  xid xid8 not null default pg_current_xact_id(),
  seq bigint generated always as identity,
  id uuid not null default gen_random_uuid(),
  type text not null,
  person_id bigint,
  flow text,
  version integer,
  step_id text,
  account_id text,
  data jsonb not null,
  correlation_id text,
  at timestamptz not null,
  primary key (xid, seq)
);
create index happening_person on happening (person_id, seq) where person_id is not null;
create index happening_account on happening (xid, seq) where account_id is not null;

-- How far each reader of happenings has come, and which process holds it until when.
create table reader (
  name text primary key,
  xid xid8 not null,
  seq bigint not null,
  holder text,
  held_until timestamptz
);

-- Answers to accepted requests that carried an Idempotency-Key, kept 30 days.
create table idempotency_key (
  person_id bigint not null references person (id) on delete cascade,
  key text not null,
  fingerprint text not null,
  status integer not null,
  body text not null,
  created_at timestamptz not null,
  primary key (person_id, key)
);
create index idempotency_key_age on idempotency_key (created_at);

-- The secret part of a key is never stored: `verifier` is its SHA-256.
create table api_key (
  id text primary key,
  name text not null,
  verifier bytea not null,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz
);

-- People who were erased: the SHA-256 of the user id, so that a token still alive cannot bring them back.
create table erased_person (
  subject bytea primary key,
  receipt uuid not null,
  erased_at timestamptz not null
);
