import { randomUUID } from 'node:crypto'
import { describe, expect, inject, test } from 'vitest'
import { startPostgres } from '@boardwalk/store/test-kit'
import { openDatabase } from '@boardwalk/store'
import { flowFile, openHouse } from './open-house.ts'

describe.skipIf(inject('postgresUrl') === null)('when PostgreSQL goes away', () => {
  test('people get 503 and are told when to come back; a critical gate stops, another lets pass and is counted', async () => {
    const service = await startPostgres()
    const database = await openDatabase({
      url: service.url,
      schema: `outage_${randomUUID().replaceAll('-', '')}`,
    })
    const house = await openHouse(database)
    await house.publish({
      ...flowFile('shop'),
      gates: {
        publish: { steps: ['payments'], critical: true },
        preview: { steps: ['payments'], critical: false },
      },
    })
    const me = await house.person('stranded', { role: 'owner', market: 'FR', account: 'island' })
    await me('GET', '/api/onboarding')
    const made = await house.server('POST', '/api/admin/api-keys', { name: 'gate', scopes: ['gates:check'] })
    const stored = house.as(made.body.key)
    const open = { userId: 'stranded', steps: ['payments'], route: '/preview', critical: false }
    expect((await stored('POST', '/api/gates/check', open)).status).toBe(409)
    await service.stop()

    for (const answer of [
      await me('GET', '/api/onboarding'),
      await me('PATCH', '/api/onboarding/steps/theme', { status: 'done' }),
    ]) {
      expect(answer).toMatchObject({ status: 503, body: { error: 'SERVICE_UNAVAILABLE' } })
      expect(answer.headers.get('retry-after')).toBe('1')
    }
    const ask = (more: object) =>
      house.server('POST', '/api/gates/check', {
        userId: 'stranded',
        steps: ['payments'],
        route: '/publish',
        ...more,
      })
    expect(await ask({ critical: true })).toMatchObject({ status: 503 })
    expect(await ask({})).toMatchObject({ status: 503 })
    expect(await ask({ critical: false })).toMatchObject({
      status: 200,
      body: { allowed: true, reason: expect.any(String) },
    })
    expect(await stored('POST', '/api/gates/check', open)).toMatchObject({
      status: 200,
      body: { allowed: true },
    })
    expect((await stored('GET', '/api/admin/flows')).status).toBe(403)
    expect(
      (await house.as(`bwk_${'0'.repeat(18)}_${'0'.repeat(64)}`)('POST', '/api/gates/check', open)).status,
    ).toBe(503)
    const named = (gate: string) =>
      house.server('POST', '/api/gates/check', { userId: 'stranded', gate, route: '/named' })
    expect((await named('publish')).status).toBe(503)
    expect((await named('nothing')).status).toBe(503)
    expect(await named('preview')).toMatchObject({ status: 200, body: { allowed: true } })
    expect(await ask({ critical: false, steps: [] })).toMatchObject({ status: 400 })
    expect((await house.as(undefined)('GET', '/metrics')).body).toMatch(
      /onboarding_gate_failed_open_total\{route="\/publish"\} 1/,
    )
    expect((await house.as(undefined)('GET', '/health/live')).status).toBe(200)
    expect((await house.as(undefined)('GET', '/health/ready')).status).toBe(503)
    await house.boardwalk.stop()
    await database.close()
  })
})
