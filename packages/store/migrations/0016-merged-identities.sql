-- Somebody was known by two ids, and under each was put into another arm of one experiment. Their row is the earlier one.
alter table assignment add column conflict boolean not null default false;
