-- Who changed what: a log that is only added to. Each entry has the hash of the one before, so that none can be changed,
-- removed, put in or moved without all that follow.

-- The random id under which the log knows a person. It goes with them; what was logged then leads back to nobody.
create table audit_subject (
  person_id bigint primary key references person (id) on delete cascade,
  subject uuid not null unique
);

create table audit_entry (
  seq bigint primary key,
  id uuid not null unique,
  at timestamptz not null,
  actor text not null,
  action text not null,
  target_kind text,
  target_id text,
  subject uuid,
  outcome text not null check (outcome in ('begun', 'done', 'refused', 'failed')),
  status integer,
  -- The entry that said that this begins.
  begun bigint,
  -- All entries up to this one were too old, and may go.
  purged_to bigint,
  correlation_id text,
  previous bytea not null,
  hash bytea not null
);
create index audit_entry_begun on audit_entry (begun) where begun is not null;
create index audit_entry_subject on audit_entry (subject, seq) where subject is not null;
create index audit_entry_purged on audit_entry (purged_to) where purged_to is not null;
create index audit_entry_at on audit_entry (at);

-- The last entry, so that it cannot be removed unseen either. Whoever adds one locks this row.
create table audit_head (
  sole boolean primary key default true check (sole),
  seq bigint not null,
  hash bytea not null
);
insert into audit_head (seq, hash) values (0, sha256(''));

create function audit_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'The audit log is only added to: % of % is refused', lower(tg_op), tg_table_name;
end
$$;

-- What is too old may go once the log itself says so.
create function audit_refuse_delete() returns trigger language plpgsql as $$
declare
  allowed bigint;
begin
  execute format('select max(purged_to) from %I.%I', tg_table_schema, tg_table_name) into allowed;
  if exists (select from gone where seq > coalesce(allowed, 0)) then
    raise exception 'The audit log is only added to: what it does not say to be purged cannot be deleted';
  end if;
  return null;
end
$$;

create trigger audit_entry_unchanged before update or truncate on audit_entry
  for each statement execute function audit_refuse();
create trigger audit_entry_kept after delete on audit_entry referencing old table as gone
  for each statement execute function audit_refuse_delete();
create trigger audit_head_kept before delete or truncate on audit_head
  for each statement execute function audit_refuse();

-- A role is kept by its name, so that what later versions can do falls to it.
alter table api_key add column role text;
-- What now has scopes of its own, the keys there are go on doing.
update api_key set scopes = scopes
  || case when 'people:read' = any (scopes) then array['people:export'] else '{}' end
  || case when 'people:write' = any (scopes) then array['people:erase'] else '{}' end
  || case when 'release:write' = any (scopes) then array['measurements:write'] else '{}' end
where scopes && array['people:read', 'people:write', 'release:write'];
