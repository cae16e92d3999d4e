-- Who was erased, known again only with a key; what people said of being observed; and the way to what a person settled.

-- One row, made here and never changed. HMAC-SHA256 with its key, in SQL: sha256(outer_pad || sha256(inner_pad || message)).
create table erasure_key (
  id boolean primary key default true check (id),
  inner_pad bytea not null,
  outer_pad bytea not null
);
do $$
declare
  -- 366 random bits, made to 32 bytes, filled up to the 64 of a block.
  key bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    || decode(repeat('00', 32), 'hex');
  inner_pad bytea := key;
  outer_pad bytea := key;
begin
  for byte in 0..63 loop
    inner_pad := set_byte(inner_pad, byte, get_byte(key, byte) # 54);
    outer_pad := set_byte(outer_pad, byte, get_byte(key, byte) # 92);
  end loop;
  insert into erasure_key (inner_pad, outer_pad) values (inner_pad, outer_pad);
end $$;

-- People who were erased. Who has only this table, or a list made from it, cannot try out whom it names.
create table erasure (
  -- The HMAC of the SHA-256 of the user id.
  subject bytea primary key,
  receipt uuid not null,
  erased_at timestamptz not null,
  -- The host's server sent them again since. The row stays: an older backup still holds what was erased.
  readmitted_at timestamptz
);
insert into erasure (subject, receipt, erased_at)
select sha256(k.outer_pad || sha256(k.inner_pad || e.subject)), e.receipt, e.erased_at
from erased_person e cross join erasure_key k;

-- Processes of the release before know erased_person only. For a day they find there who is erased, and whom they erase comes
-- here; then the list without a key is emptied. A later migration drops it.
create function key_erasure() returns trigger language plpgsql as $$
begin
  insert into erasure as e (subject, receipt, erased_at)
  select sha256(k.outer_pad || sha256(k.inner_pad || new.subject)), new.receipt, new.erased_at from erasure_key k
  on conflict (subject) do update
  set receipt = excluded.receipt, erased_at = excluded.erased_at, readmitted_at = null;
  return null;
end $$;
create trigger key_erasure after insert or update on erased_person for each row execute function key_erasure();

-- Each time a person said whether they may be observed; append only while they are known.
create table consent_change (
  id bigint generated always as identity primary key,
  person_id bigint not null,
  analytics boolean not null,
  at timestamptz not null,
  -- Nobody but the person themselves, by their token.
  by text not null check (by = 'user'),
  correlation_id text
);
create index consent_change_person on consent_change (person_id, id);
insert into consent_change (person_id, analytics, at, by)
select p.id, (p.consent ->> 'analytics')::boolean, to_timestamp((p.consent ->> 'at')::double precision / 1000), 'user'
from person p where p.consent is not null;

-- Erasing looks for what the person settled for their account. Built while nobody settles anything, which takes a second for
-- a million rows; no release came before this one, so nobody has more.
-- squawk-ignore require-concurrent-index-creation
create index account_step_settler on account_step (settled_by) where settled_by is not null;
