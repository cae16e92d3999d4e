-- How many rows each table of Boardwalk has, and a hash of all that is in it: alike before a backup and after restoring it.
-- psql --quiet --no-align --tuples-only --set schema=boardwalk --file checksums.sql ADDRESS
set timezone = 'UTC';
select c.relname,
  (xpath('count(/table/row)', rows.content))[1],
  md5(rows.content::text)
from pg_class c,
  lateral (select query_to_xml(
    format('select t::text from %I.%I t order by 1', :'schema', c.relname), true, false, ''
  ) as content) rows
where c.relnamespace = to_regnamespace(quote_ident(:'schema')) and c.relkind = 'r'
order by c.relname;
