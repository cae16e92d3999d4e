-- Events out: who is told by webhook, and what became of it.

create table webhook (
  id uuid primary key,
  url text not null,
  -- Null: of every type.
  types text[],
  -- Signs what is sent, so it cannot be a hash.
  secret text not null,
  previous_secret text,
  previous_secret_until timestamptz,
  created_at timestamptz not null,
  disabled_at timestamptz,
  disabled_reason text check (disabled_reason in ('request', 'gone')),
  -- First tries and probes that failed since the receiver last answered.
  failures integer not null default 0,
  -- While it fails: when the next single delivery goes out to see whether it answers again.
  probe_at timestamptz
) with (fillfactor = 85);

-- One happening for one webhook. What is sent is read from the happening; here is only what became of it.
create table delivery (
  id bigint generated always as identity primary key,
  webhook_id uuid not null references webhook (id) on delete cascade,
  -- 0: the happening is of nobody in particular.
  person_id bigint not null,
  xid xid8 not null,
  seq bigint not null,
  happening_id uuid not null,
  type text not null,
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
  attempts integer not null default 0,
  last_status integer,
  last_error text,
  duration_ms integer,
  created_at timestamptz not null,
  next_at timestamptz,
  ended_at timestamptz
) with (fillfactor = 85);
create index delivery_pending on delivery (webhook_id, person_id, id) where status = 'pending';
create index delivery_log on delivery (webhook_id, id);
create index delivery_person on delivery (person_id) where person_id <> 0;
create index delivery_age on delivery using brin (created_at);

-- The deliveries of one person to one webhook, of which one at a time is on its way: who sends it claims this row.
create table delivery_queue (
  webhook_id uuid not null references webhook (id) on delete cascade,
  person_id bigint not null,
  -- How many of its deliveries are pending.
  waiting integer not null,
  -- When the first of them may go out; null when none is waiting.
  next_at timestamptz,
  claim uuid,
  claimed_until timestamptz,
  primary key (webhook_id, person_id)
) with (fillfactor = 70);
create index delivery_queue_due on delivery_queue (webhook_id, next_at) where next_at is not null;
create index delivery_queue_person on delivery_queue (person_id) where person_id <> 0;
