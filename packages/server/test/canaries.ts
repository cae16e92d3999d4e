import { expect } from 'vitest'
import { insertDeadLetter, personalData, type Database } from '@boardwalk/store'
import type { House } from './open-house.ts'

// People of whom every text that can be said of somebody holds a canary, such as "canary-ada-reason".

export const userIdOf = (who: string): string => `canary-${who}-id`

const flow = {
  name: 'start',
  steps: [
    { id: 'profile', title: 'Profile' },
    { id: 'tour', title: 'Tour', required: false },
    { id: 'payments', title: 'Payments', scope: 'account' },
    { id: 'theme', title: 'Theme', scope: 'account', required: false },
    {
      id: 'import',
      title: 'Import',
      completion: 'proof',
      trigger: { event: 'shop.imported', metadata: { file: '$.file' } },
    },
  ],
}

/** The team's part: a flow, and lists in which these people stand. */
export const openCanaryHouse = async (
  { server, publish }: Pick<House, 'server' | 'publish'>,
  people: readonly string[],
  receiver: string,
): Promise<void> => {
  await publish(flow)
  const ids = people.map(userIdOf)
  const phases = [
    { name: 'internal', settings: { rolloutPercentage: 0, userWhitelist: ids }, criteria: [] },
    { name: 'all', settings: { rolloutPercentage: 100 }, criteria: [] },
  ]
  const experiment = {
    name: 'Skip button',
    flow: 'start',
    arms: [
      { id: 'control', config: {} },
      { id: 'later', config: { skipButtonText: 'Later' } },
    ],
    allocation: { control: 50, later: 50 },
    testers: Object.fromEntries(ids.map((id) => [id, 'later'])),
  }
  const answers = [
    await server('PUT', '/api/admin/release/start', { userWhitelist: ids }),
    await server('PUT', '/api/admin/release/start/phases', { phases }),
    await server('PUT', '/api/admin/experiments/skip', experiment),
    await server('POST', '/api/admin/experiments/skip/start'),
    await server('POST', '/api/admin/webhooks', { url: receiver }),
  ]
  expect(answers.filter(({ status }) => status > 201)).toEqual([])
}

/** Lives the onboarding, and says something wherever something can be said. */
export const liveWithCanaries = async (
  house: Pick<House, 'server' | 'person'>,
  database: Database,
  who: string,
): Promise<void> => {
  const canary = (what: string): string => `canary-${who}-${what}`
  const userId = userIdOf(who)
  const me = await house.person(userId, { account: `account-of-${who}` })
  const as = (what: string): Record<string, string> => ({ 'x-correlation-id': canary(what) })
  const facts = {
    market: 'FR',
    role: 'owner',
    attributes: {
      email: canary('mail'),
      name: canary('name'),
      phone: canary('phone'),
      city: [canary('city')],
    },
  }
  const imported = { event: 'shop.imported', properties: { file: canary('file'), by: canary('remembered') } }
  const answers = [
    await house.server('PUT', `/api/users/${userId}`, facts),
    await me('PUT', '/api/onboarding/consent', { analytics: true }, as('consent')),
    await house.server('POST', '/api/events', { type: 'track', userId, ...imported }),
    await me('GET', '/api/onboarding', undefined, as('read')),
    await me('PATCH', '/api/onboarding/steps/profile', {
      status: 'done',
      metadata: { a: canary('metadata') },
    }),
    await me('PATCH', '/api/onboarding/steps/tour', { status: 'skipped', reason: canary('reason') }),
    await me('PATCH', '/api/onboarding/steps/payments', { status: 'done', metadata: { a: canary('paid') } }),
    await me('PATCH', '/api/onboarding/steps/theme', { status: 'skipped', reason: canary('shared-reason') }),
    await me('POST', '/api/onboarding/events', { type: 'shop.seen', data: { page: canary('page') } }),
    await house.server('POST', '/api/events', {
      type: 'identify',
      userId,
      messageId: canary('message'),
      traits: { nickname: canary('nickname') },
    }),
    await me('POST', '/api/onboarding/nudge/snooze', {}, { 'idempotency-key': canary('key') }),
    await me('PUT', '/api/onboarding/consent', { analytics: false }, as('withdrawn')),
  ]
  expect(answers.filter(({ status }) => status > 204).map(({ body }) => body)).toEqual([])
  await database.transaction(({ query }) =>
    insertDeadLetter(query, {
      source: 'kafka',
      topic: 'shop',
      partition: 0,
      offset: 0,
      reason: canary('why'),
      userId,
      payload: Buffer.from(JSON.stringify({ user: userId, text: canary('payload') })),
      headers: [['note', canary('header')]],
      truncated: false,
    }),
  )
}

/** Table and column → all canaries that stand there of the person. */
export const canariesIn = async (
  database: Database,
  who: string,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const found = new Map<string, readonly string[]>()
  for (const [table, { isOf, said = {} }] of Object.entries(personalData)) {
    if (isOf === undefined) continue
    for (const column of Object.keys(said)) {
      const value = column === 'payload' ? `encode(t.${column}, 'escape')` : `t.${column}::text`
      const rows = await database.query<{ text: string | null }>(
        {
          name: `canaries ${table} ${column}`,
          text: `select ${value} as text from ${table} t where ${isOf.replaceAll('$1', '$1::text')}`,
        },
        [userIdOf(who)],
      )
      const text = rows.map((row) => row.text ?? '').join('\n')
      found.set(`${table}.${column}`, [
        ...new Set(text.match(new RegExp(`canary-${who}-[a-z-]+`, 'g')) ?? []),
      ])
    }
  }
  return found
}

/** Tables in which the text stands anywhere. */
export const tablesWith = async (database: Database, text: string): Promise<string[]> => {
  const tables: string[] = []
  for (const table of Object.keys(personalData)) {
    const [row] = await database.query<{ found: boolean }>(
      {
        name: `search ${table}`,
        text: `
          select exists (
            select from ${table} t
            where position($1::text in t::text) > 0 or position(encode(convert_to($1::text, 'UTF8'), 'hex') in t::text) > 0
          ) as found`,
      },
      [text],
    )
    if (row?.found) tables.push(table)
  }
  return tables
}
