-- What comes in from Kafka: how far it was taken, and what could not be.

-- Moves in the transaction that takes the records before it, so that none is lost or taken twice. Whoever moves it names
-- where it stood: two processes that both believe to own a partition cannot both go on.
create table kafka_position (
  group_id text not null,
  topic text not null,
  partition integer not null,
  next_offset bigint not null,
  -- How often the record at next_offset has failed.
  tries integer not null default 0,
  primary key (group_id, topic, partition)
) with (fillfactor = 85);

-- Records that could not be taken, kept as they came until somebody takes or removes them.
create table dead_letter (
  id bigint generated always as identity primary key,
  source text not null,
  topic text not null,
  partition integer not null,
  record_offset bigint not null,
  reason text not null,
  -- Whom it is about, as far as that could be read.
  user_id text,
  payload bytea,
  headers jsonb not null default '[]',
  -- The payload is only the beginning of what came, or nothing of it.
  truncated boolean not null default false,
  at timestamptz not null,
  -- How often it was taken again in vain.
  tries integer not null default 0
);
create index dead_letter_user on dead_letter (user_id) where user_id is not null;
