import type { Database } from '../src/database/database.ts'

/** What the people of a year are in: publish it twice, for they enter its first version in the first half, then its second. */
export const yearFlow = (version: 1 | 2) => ({
  name: 'shop',
  gates: { publish: { critical: false, steps: ['product'] } },
  steps: [
    { id: 'email', title: 'Verify your e-mail', required: true },
    { id: 'product', title: 'Add a product', required: true, activation: true },
    { id: 'theme', title: version === 1 ? 'Choose a theme' : 'Choose a look' },
  ],
})

const iso = (time: string): string => `to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** Between 0 and 1, the same for each person and purpose on each run. */
const chance = (purpose: number): string => `((hashint8extended(n, ${purpose}) & 4294967295) / 4294967296.0)`

/** Most soon, some late. */
const after = (purpose: number, mean: string): string =>
  `date_trunc('milliseconds', interval '${mean}' * -ln(1 - ${chance(purpose)}) + interval '1 second')`

const oneOf = (purpose: number, ...values: string[]): string =>
  `(array[${values.map((value) => `'${value}'`).join(', ')}])[1 + floor(${chance(purpose)} * ${values.length})::int]`

/** One row a person: when they did what, if ever. */
const lives = (people: number, until: string, days: number): string => `
  create temp table life on commit drop as
  select *,
    case when started_at < ${until} - interval '1 day' * ${days / 2} then 1 else 2 end as version,
    case when ${chance(1)} < 0.8 then started_at end as viewed_at,
    case when ${chance(2)} < 0.3 then started_at + ${after(3, '1 day')} end as nudged_at,
    case
      when product_at is not null and ${chance(4)} < 0.25
        then greatest(started_at + interval '1 second', product_at - date_trunc('milliseconds', interval '100 minutes' * ${chance(5)}))
      when ${chance(4)} < 0.4 then started_at + ${after(6, '10 hours')}
    end as blocked_at,
    case when ${chance(7)} < 0.55 then product_at + ${after(8, '5 hours')} end as theme_at,
    ${chance(7)} < 0.3 as likes_themes,
    jsonb_build_object('market', ${oneOf(9, 'DE', 'FR', 'IT', 'US')}, 'plan', ${oneOf(10, 'free', 'free', 'team', 'business')},
      'role', ${oneOf(11, 'owner', 'owner', 'staff')}, 'locale', ${oneOf(12, 'en', 'fr')}) as facts
  from (
    select *, case when ${chance(13)} < 0.7 then email_at + ${after(14, '20 hours')} end as product_at
    from (
      select *, case when ${chance(15)} < 0.9 then started_at + ${after(16, '40 minutes')} end as email_at
      from (
        select *, signed_up_at + ${after(17, '4 minutes')} as started_at
        from (
          select n, date_trunc('milliseconds',
            ${until} - interval '${days} days' + interval '${days} days' * (n - 1 + ${chance(18)}) / ${people}) as signed_up_at
          from generate_series(1, ${people}) n
        ) signed_up
      ) started
    ) with_email
  ) with_product
  where started_at < ${until};
  update life set
    email_at = case when email_at < ${until} then email_at end, product_at = case when product_at < ${until} then product_at end,
    theme_at = case when theme_at < ${until} then theme_at end;`

const people = `
  insert into person (user_id, revision, facts, consent, created_at)
  select 'person-' || n, 5, facts || jsonb_build_object('createdAt', ${iso('signed_up_at')}, 'attributes', '{}'::jsonb),
    case when viewed_at is not null then jsonb_build_object('analytics', true, 'at', extract(epoch from started_at) * 1000) end, started_at
  from life order by n;
  alter table life add column id bigint;
  update life set id = p.id from person p where p.user_id = 'person-' || n;
  insert into enrolment (person_id, flow, version, status, started_at, completed_at, publication)
  select id, 'shop', version, case when product_at is null then 'in_progress' else 'completed' end, started_at, product_at,
    (select max(p.id) from publication p where p.flow = 'shop' and p.version = life.version)
  from life order by n;
  insert into step_state (person_id, flow, step_id, step_version, status, offered_at, reached_at, settled_at, settled_by, source)
  select id, 'shop', s.step_id, 1, s.status, started_at, s.reached_at, s.settled_at,
    case when s.settled_at is not null then 'person-' || n end, case when s.settled_at is not null then 'user' end
  from life cross join lateral (values
    ('email', case when email_at is null then 'todo' else 'done' end, started_at, email_at),
    ('product', case when product_at is null then 'todo' else 'done' end, email_at, product_at),
    ('theme', case when theme_at is null then 'todo' when likes_themes then 'done' else 'skipped' end, product_at, theme_at)
  ) s (step_id, status, reached_at, settled_at)
  order by n;`

const settled = `jsonb_build_object('source', 'user', 'stepVersion', 1, 'durationMs', 30000)`

// In the order in which they were told, as everything else that reads them expects.
const happenings = (until: string): string => `
  insert into happening (type, person_id, flow, version, step_id, data, correlation_id, at)
  select h.type, life.id, case when h.type not like 'merchant.%' then 'shop' end, case when h.type not like 'merchant.%' then version end,
    h.step_id, h.data, gen_random_uuid()::text, h.at
  from life cross join lateral (
    values
      (0, 'onboarding.enrolled', null, jsonb_build_object('facts', facts, 'signedUpAt', ${iso('signed_up_at')}), started_at),
      (1, 'onboarding.offered', null, '{"steps": ["email", "product", "theme"]}', started_at),
      (2, 'onboarding.reached', 'email', '{}', started_at),
      (3, 'onboarding.viewed', null, '{}', viewed_at),
      (4, 'gating.blocked', 'product', '{"route": "/publish", "missingStep": "product", "missingSteps": ["product"]}', blocked_at),
      (5, 'onboarding.step_completed', 'email', ${settled}, email_at),
      (6, 'onboarding.reached', 'product', '{}', email_at),
      (7, 'onboarding.step_completed', 'product', ${settled}, product_at),
      (8, 'onboarding.reached', 'theme', '{}', product_at),
      (9, 'onboarding.completed', null, jsonb_build_object('durationMs', round(extract(epoch from product_at - started_at) * 1000)), product_at),
      (10, case when likes_themes then 'onboarding.step_completed' else 'onboarding.step_skipped' end, 'theme', ${settled}, theme_at),
      (11, 'onboarding.nudge_shown', null, '{}', case when viewed_at is not null then nudged_at end),
      (12, 'onboarding.nudge_snoozed', null, '{}',
        case when viewed_at is not null and ${chance(19)} < 0.3 then nudged_at + interval '1 minute' end)
    union all
    select 20 + k, case
        when ${chance(20)} < 0.5 and k = 1 then 'merchant.first_checkout_attempt'
        when k % 2 = 0 then 'onboarding.viewed' else 'merchant.previewed_store' end,
      null, '{"amount": 3}',
      case when viewed_at is not null or k % 2 = 1 then signed_up_at + date_trunc('milliseconds',
        interval '28 days' * power((hashint8extended(n, 30 + k) & 4294967295) / 4294967296.0, 3)) end
    from generate_series(1, 3) k
  ) h (ord, type, step_id, data, at)
  where h.at < ${until}
  order by h.at, n, h.ord;`

/**
 * A year of that many people up to `until`, in the rows that Boardwalk would have written: each year the same. `yearFlow`
 * has to be published in both versions, and nobody be there yet. Fewer `days`: as crowded as a year of more people.
 */
export const liveAYear = (database: Database, count: number, until: Date, days = 365): Promise<void> =>
  database.transaction(async ({ script }) => {
    const end = `timestamptz '${until.toISOString()}'`
    await script(`set local statement_timeout = 0; set local work_mem = '256MB'`)
    await script(lives(count, end, days))
    await script(people)
    await script(happenings(end))
    // What else reads happenings has nothing to do with these.
    await script(
      `update reader set xid = pg_current_xact_id(), seq = 9223372036854775807 where name <> 'analytics'`,
    )
    await script('analyze person, enrolment, step_state, happening')
  })
