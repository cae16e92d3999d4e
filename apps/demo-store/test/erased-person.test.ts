import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Boardwalk } from '@boardwalk/server'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import type { Shop, Shops } from '../src/shops.ts'
import { createTelling } from '../src/telling.ts'
import { listeningLog, openStore, payments, type House } from './open-store.ts'

forEachDatabase((_, open) => {
  let house: House
  let people = 0
  const newcomer = (more: object = {}) => {
    people += 1
    return house.registered({ email: `person-${people}@example.org`, ...more })
  }
  beforeAll(async () => {
    house = await openStore(await open())
  })
  afterAll(() => house.stop())

  test.each([['publish'], ['checkout']])(
    'who was erased comes back at %s, and is asked for the steps',
    async (gate) => {
      const { visitor, view } = await newcomer()
      await house.erased(view.person.id)
      expect(await visitor.post(`/api/store/${gate}`)).toMatchObject({
        status: 409,
        body: { error: 'PRECONDITION_REQUIRED', missingSteps: expect.arrayContaining(['payments']) },
      })
      expect((await visitor.get('/api/onboarding')).status).toBe(200)
    },
  )

  test('a member who was erased publishes what the owner has prepared', async () => {
    const owner = await newcomer()
    const invite = new URL(owner.view.store.invitationLink, 'http://x').searchParams.get('invite')
    const staff = await newcomer({ role: 'staff', invite })
    await owner.visitor.post('/api/store/payments', payments)
    await house.erased(staff.view.person.id)
    const published = await staff.visitor.post('/api/store/publish')
    expect(published).toMatchObject({ status: 200, body: { store: { publishedAt: expect.any(String) } } })
    expect(published.headers.get('content-type')).toMatch(/^application\/json/)
  })

  test('what somebody does who was erased is proved', async () => {
    const { visitor, view } = await newcomer()
    await house.erased(view.person.id)
    expect((await visitor.post('/api/store/payments', payments)).status).toBe(200)
    expect((await visitor.post('/api/store/publish')).status).toBe(200)
  })

  test('the guide of somebody who was erased is there again, and has everything to do', async () => {
    const { visitor, view } = await newcomer()
    await visitor.post('/api/store/theme', { theme: 'sand' })
    await house.erased(view.person.id)
    expect(await visitor.get('/api/onboarding')).toMatchObject({
      status: 200,
      body: { progress: 0, position: { current: 1, total: 6 } },
    })
  })
})

const person = {
  id: 'ada',
  shopId: 'shop',
  name: 'Ada',
  email: 'ada@example.org',
  role: 'owner',
  language: 'en',
  createdAt: '2026-01-01T00:00:00.000Z',
  verificationCode: 'code',
  emailVerified: false,
} as const

/** Boardwalk that answers a proof with these errors, then takes it. */
const boardwalkRefusing = (codes: readonly string[]) => {
  const calls: string[] = []
  const left = [...codes]
  const verbs = {
    putUser: async () => void calls.push('tell'),
    changeStep: async () => {
      calls.push('prove')
      const code = left.shift()
      if (code !== undefined) throw Object.assign(new Error(code), { name: 'Failure', code })
    },
  } as unknown as Boardwalk['verbs']
  const shops = { shopOf: () => ({ id: 'shop', plan: 'free', market: 'FR' }) as Shop } as unknown as Shops
  return { telling: createTelling({ verbs, shops, log: listeningLog().log }), calls }
}

test.each([
  [[], true],
  [['step_not_found'], true],
  [['not_enrolled'], true],
  [['person_erased'], true],
  [['person_erased', 'step_not_found'], true],
  [['person_erased', 'person_erased'], false],
  [['person_not_found'], false],
  [['invalid_request'], false],
  [['conflict'], false],
  [['internal'], false],
  [['SERVICE_UNAVAILABLE'], false],
  [['toString'], false],
])(
  'a proof that Boardwalk answers with %j: proved, or nothing left to prove, is %s',
  async (codes, proved) => {
    const { telling } = boardwalkRefusing(codes)
    expect(await telling.prove(person, 'payments')).toBe(proved)
  },
)

test('of somebody who was erased Boardwalk is told once more, and no more often', async () => {
  const { telling, calls } = boardwalkRefusing(['person_erased', 'person_erased'])
  expect(await telling.prove(person, 'payments')).toBe(false)
  expect(calls).toEqual(['tell', 'prove', 'tell', 'prove'])
})
