-- What each commit paid for and nobody needs.

-- An index whose condition names `remembered` made each change of it touch every index of person. Whether there is anything
-- is a column of its own, which changes once.
drop index person_remembered;
alter table person add column remembers boolean not null generated always as (remembered is not null) stored;
create index person_remembering on person (user_id) where remembers;

-- These rows are only written by the statement that has just locked or made their person, and erasing removes them as it
-- removes happenings. A foreign key looked the person up once more for each row.
alter table enrolment drop constraint enrolment_person_id_fkey;
alter table step_state drop constraint step_state_person_id_fkey;
alter table idempotency_key drop constraint idempotency_key_person_id_fkey;
