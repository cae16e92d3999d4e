import { beforeEach, expect, test } from 'vitest'
import type { Database } from '../src/index.ts'
import { forEachDatabase } from '../test-kit/index.ts'
import * as queries from './report-queries.ts'
import { accountRow, addPerson, day, enrol, happen, reportsOn, stepRow } from './reports.ts'

forEachDatabase((_, open) => {
  let database: Database
  let shop: Awaited<ReturnType<typeof reportsOn>>
  beforeEach(async () => {
    database = await open()
    shop = await reportsOn(database)
  })

  const versions = () =>
    shop.ask('select user_id, version, status from user_onboarding order by user_id, version')
  const standing = () =>
    shop.ask('select user_id, step_id, status from UserOnboardingStep order by user_id, step_id')

  test('all versions of a step that somebody met are told; one row says what counts where they are', async () => {
    await shop.publish({ id: 'terms' })
    await shop.publish({ id: 'terms', version: 2 })
    await shop.publish({ id: 'terms', version: 3, onVersionChange: 'redo' })
    await shop.tell(
      addPerson(1, 'kept', day(3)),
      enrol(1, 2, day(3)),
      stepRow(1, 'terms', 'done', { settled: day(3) }),
      stepRow(1, 'terms', 'todo', { version: 2, offered: day(2) }),
      addPerson(2, 'redoing', day(3)),
      enrol(2, 3, day(3)),
      stepRow(2, 'terms', 'done', { settled: day(3) }),
      stepRow(2, 'terms', 'todo', { version: 3, offered: day(2) }),
      addPerson(3, 'rolled back', day(3)),
      enrol(3, 1, day(3)),
      stepRow(3, 'terms', 'done', { version: 3, settled: day(3) }),
      addPerson(4, 'unaware', day(3)),
      enrol(4, 3, day(3)),
      stepRow(4, 'terms', 'skipped', { version: 2, settled: day(3) }),
    )
    expect(await versions()).toEqual([
      { user_id: 'kept', version: 1, status: 'done' },
      { user_id: 'kept', version: 2, status: 'todo' },
      { user_id: 'redoing', version: 1, status: 'done' },
      { user_id: 'redoing', version: 3, status: 'todo' },
      { user_id: 'rolled back', version: 3, status: 'done' },
      { user_id: 'unaware', version: 2, status: 'skipped' },
    ])
    expect(await standing()).toEqual([
      { user_id: 'kept', step_id: 'terms', status: 'COMPLETED' },
      { user_id: 'redoing', step_id: 'terms', status: 'PENDING' },
      { user_id: 'rolled back', step_id: 'terms', status: 'PENDING' },
      { user_id: 'unaware', step_id: 'terms', status: 'PENDING' },
    ])
  })

  test('a step of a whole account stands as the account has it, for those members who met it', async () => {
    await shop.publish({ id: 'bank', scope: 'account' }, { id: 'logo' })
    await shop.tell(
      addPerson(1, 'ann', day(3), 'acme'),
      addPerson(2, 'ben', day(3), 'acme'),
      addPerson(3, 'cleo', day(3), 'other'),
      addPerson(4, 'dan', day(3), 'acme'),
      ...[1, 2, 3, 4].map((id) => enrol(id, 1, day(3))),
      ...[1, 2, 3].map((id) => stepRow(id, 'bank', 'todo', { offered: day(3) })),
      stepRow(4, 'logo', 'todo', { offered: day(3) }),
      accountRow('acme', 'bank', 'done'),
      // Of a time when the step was each person's own.
      accountRow('acme', 'logo', 'done'),
    )
    expect(
      await shop.ask(`
        select user_id, step_id, status, completed_by, completed_at = ${day(1)} as "atThatTime", updated_at = ${day(1)} as "lately"
        from user_onboarding order by user_id`),
    ).toEqual([
      {
        user_id: 'ann',
        step_id: 'bank',
        status: 'done',
        completed_by: 'zoe',
        atThatTime: true,
        lately: true,
      },
      {
        user_id: 'ben',
        step_id: 'bank',
        status: 'done',
        completed_by: 'zoe',
        atThatTime: true,
        lately: true,
      },
      {
        user_id: 'cleo',
        step_id: 'bank',
        status: 'todo',
        completed_by: null,
        atThatTime: null,
        lately: false,
      },
      {
        user_id: 'dan',
        step_id: 'logo',
        status: 'todo',
        completed_by: null,
        atThatTime: null,
        lately: false,
      },
    ])
    expect(
      await shop.ask('select user_id, status, metadata from UserOnboardingStep order by user_id'),
    ).toEqual([
      { user_id: 'ann', status: 'COMPLETED', metadata: { note: 'shared' } },
      { user_id: 'ben', status: 'COMPLETED', metadata: { note: 'shared' } },
      { user_id: 'cleo', status: 'PENDING', metadata: null },
      { user_id: 'dan', status: 'PENDING', metadata: null },
    ])
  })

  test('what a member did in a newer version of the account’s step counts for who met the older one', async () => {
    await shop.publish({ id: 'bank', scope: 'account' })
    await shop.publish({ id: 'bank', scope: 'account', version: 2, onVersionChange: 'redo' })
    await shop.tell(
      addPerson(1, 'ann', day(3), 'acme'),
      enrol(1, 2, day(3)),
      stepRow(1, 'bank', 'todo', { offered: day(3) }),
      accountRow('acme', 'bank', 'done', 2),
      addPerson(2, 'ben', day(3), 'other'),
      enrol(2, 2, day(3)),
      stepRow(2, 'bank', 'todo', { version: 2, offered: day(3) }),
      accountRow('other', 'bank', 'done', 1),
    )
    expect(await versions()).toEqual([
      { user_id: 'ann', version: 1, status: 'todo' },
      { user_id: 'ben', version: 2, status: 'todo' },
    ])
    expect(await standing()).toEqual([
      { user_id: 'ann', step_id: 'bank', status: 'COMPLETED' },
      { user_id: 'ben', step_id: 'bank', status: 'PENDING' },
    ])
  })

  test('a renamed step stays one step, in states, events and definitions', async () => {
    await shop.publish({ id: 'pay', title: 'Pay' })
    await shop.publish({ id: 'payments', title: 'Payments', renamedFrom: 'pay' })
    const data = { missingStep: 'payments', missingSteps: ['payments'] }
    await shop.tell(
      addPerson(1, 'ann', day(2)),
      enrol(1, 2, day(2)),
      stepRow(1, 'pay', 'done', { settled: day(1) }),
      happen(1, 'gating.blocked', `${day(1)} - interval '10 minutes'`, {
        step: 'payments',
        version: 2,
        data,
      }),
      happen(1, 'onboarding.step_completed', day(1), { step: 'pay', version: 1, data: { stepVersion: 1 } }),
    )
    expect(await shop.ask(queries.abandonment)).toEqual([
      { missing_step: 'pay', blocked_count: 1, abandoned_count: 0, abandonment_rate_pct: '0.0' },
    ])
    expect(
      await shop.ask(`
        select s.step_id, d.title, d.called, s.status
        from user_onboarding s join onboarding_step_definitions d
          on d.flow_id = s.flow_id and d.id = s.step_id and d.version = s.version`),
    ).toEqual([{ step_id: 'pay', title: 'Payments', called: 'payments', status: 'done' }])
  })

  test('a step that a colleague completed is completed for each member, and abandoned by none', async () => {
    await shop.publish({ id: 'bank', scope: 'account' })
    await shop.tell(
      addPerson(1, 'ann', day(2), 'acme'),
      enrol(1, 1, day(2)),
      happen(1, 'gating.blocked', day(1), { step: 'bank', data: { missingStep: 'bank' } }),
      // Ann hears of it a day later.
      happen(1, 'onboarding.step_shared', day(0), { step: 'bank', data: { stepVersion: 1 } }),
      `update happening set data = data || jsonb_build_object('settledAt',
        to_char((${day(1)} + interval '9 minutes') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
        where type = 'onboarding.step_shared'`,
    )
    expect(await shop.ask(queries.abandonment)).toMatchObject([{ missing_step: 'bank', abandoned_count: 0 }])
    expect(
      await shop.ask(`
        select version, metadata ->> 'type' as told from onboarding_events
        where event_type = 'onboarding.step_completed'`),
    ).toEqual([{ version: 1, told: 'onboarding.step_shared' }])
  })

  test('a step that a colleague skipped is skipped for each member', async () => {
    await shop.publish({ id: 'bank', scope: 'account' })
    await shop.tell(
      addPerson(1, 'ann', day(2), 'acme'),
      enrol(1, 1, day(2)),
      happen(1, 'onboarding.step_shared', day(0), {
        step: 'bank',
        data: { stepVersion: 1, status: 'skipped' },
      }),
    )
    expect(
      await shop.ask(`
        select event_type, version, metadata ->> 'type' as told from onboarding_events where step_id = 'bank'`),
    ).toEqual([{ event_type: 'onboarding.step_skipped', version: 1, told: 'onboarding.step_shared' }])
  })

  test('definitions say what a version of a step asks, as the flow’s version in force has it', async () => {
    await shop.publish({ id: 'tax', title: { de: 'Steuern', 'en-GB': 'VAT' }, markets: ['DE'], weight: 2.5 })
    await shop.publish({
      id: 'tax',
      title: { fr: 'TVA', en: 'Taxes' },
      description: 'Tell us',
      required: { market: 'DE' },
      roles: ['owner'],
      activeFrom: '2026-01-01T00:00:00+01:00',
      activeTo: '2026-02-01T00:00:00+23:00',
    })
    const asked = `
      select id, version, title, description, required, weight, market_rule, role_visibility,
        active_from = '2025-12-31T23:00:00Z' as "fromThen", active_to, created_at < updated_at as "changed"
      from onboarding_step_definitions`
    expect(await shop.ask(asked)).toEqual([
      {
        id: 'tax',
        version: 1,
        title: 'Taxes',
        description: 'Tell us',
        required: null,
        weight: 1,
        market_rule: { required: { market: 'DE' } },
        role_visibility: ['owner'],
        fromThen: true,
        active_to: null,
        changed: true,
      },
    ])
    await shop.rollBackTo(1)
    expect(await shop.ask(asked)).toEqual([
      {
        id: 'tax',
        version: 1,
        title: 'VAT',
        description: null,
        required: false,
        weight: 3,
        market_rule: { markets: ['DE'] },
        role_visibility: null,
        fromThen: null,
        active_to: null,
        changed: false,
      },
    ])
    expect(await shop.ask('select flow_id, name, version, status, steps from OnboardingFlow')).toEqual([
      {
        flow_id: 'shop',
        name: 'shop',
        version: 1,
        status: 'ACTIVE',
        steps: { steps: [expect.objectContaining({ step_id: 'tax', required: false, condition: null })] },
      },
    ])
  })
})
