-- What a person did before anybody asked for it, and whether they may be observed. Nullable and without default, so that
-- no row is rewritten.
alter table person
  -- [{name, at, properties}], oldest arrival first; `at` in milliseconds since 1970.
  add column remembered jsonb,
  -- {analytics, at}; null: never asked, so no consent.
  add column consent jsonb;
-- Reconciling walks those who have something to be remembered.
create index person_remembered on person (user_id) where remembered is not null;
