-- The last counts of checks that each process wrote down. Whoever does not know whether they were written writes them again
-- under the same number, and that adds nothing.
create table check_write (
  process uuid primary key,
  number bigint not null,
  at timestamptz not null
) with (fillfactor = 70);
