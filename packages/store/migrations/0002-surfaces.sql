-- What a person did to what shows their onboarding. Nullable and without default, so that no row is rewritten.
alter table enrolment
  -- The last snooze, until it is undone, and what it replaced.
  add column snoozed_at timestamptz,
  add column snoozed_until_before timestamptz,
  add column nudge_dismissed_at timestamptz,
  -- The flow's version that was in force then; a newer one shows the nudge again.
  add column nudge_dismissed_in integer,
  add column guide_dismissed_at timestamptz,
  add column welcome_seen_at timestamptz;
