import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveBoardwalk, type ServedBoardwalk } from './served-boardwalk.ts'

describe('a publication, from the command line', () => {
  let served: ServedBoardwalk
  const boardwalk = (...words: string[]) => served.boardwalk(...words)
  const call = (method: string, path: string, body?: object) => served.call(method, path, body)

  const payments = { id: 'payments', title: 'Payments', required: true }
  const german = { id: 'impressum', title: 'Impressum', markets: ['DE'] }
  const gates = { publish: { steps: ['payments'], critical: true } }
  const write = (name: string, ...steps: object[]): Promise<void> =>
    writeFile(join(served.folder, name), JSON.stringify({ name: 'shop', steps, gates }))

  beforeAll(async () => {
    served = await serveBoardwalk()
    await write('one.json', { id: 'email', title: 'Email', required: true }, payments, german)
    expect((await boardwalk('flows', 'push', 'one.json', '--publish')).code).toBe(0)
    for (const user of ['ada', 'bob', 'eve']) await call('PUT', `/api/users/${user}`, { role: 'owner' })
    for (const user of ['ada', 'bob', 'eve'])
      await call('PATCH', `/api/users/${user}/onboarding/steps/email`, { status: 'done' })
    await call('PATCH', '/api/users/bob/onboarding/steps/payments', { status: 'done' })
  })
  afterAll(() => served.stop())

  test('tells beforehand, of a file, what it would mean, and publishes nothing', async () => {
    await write('two.json', payments, { id: 'bank', title: 'Bank', required: true })
    const { code, out } = await boardwalk('flows', 'impact', 'two.json', '--reopen')
    expect(out).toContain('Publishing version 2 of "shop" for the 3 people in it:')
    expect(out).toMatch(/ 3 {2}get a step +e\.g\. ada, bob, eve/)
    expect(out).toMatch(/ 1 {2}have finished and begin again +e\.g\. bob/)
    expect(out).toMatch(/ 0 {2}see what they see now/)
    expect(code).toBe(0)
    expect((await call('GET', '/api/admin/flows/shop')).activeVersion).toBe(1)
    const pinned = await boardwalk('flows', 'impact', 'shop', '2', '--policy', 'pin')
    expect(pinned.out).toMatch(/ 2 {2}see what they see now/)
    expect((await boardwalk('flows', 'impact', 'shop')).out).toContain('version 2')
  })

  test('explains afterwards who stays where, and why a gate stops them', async () => {
    await call('POST', '/api/admin/flows/shop/versions/2/publish', { policy: 'pin' })
    const { code, out } = await boardwalk('explain', 'ada', '--gate', 'publish')
    expect(out).toMatch(
      /flow "shop", version 1: in_progress; stays in version 1: pinned by the publication of version 2 at 20/,
    )
    expect(out).toMatch(/email +required +done/)
    expect(out).toMatch(/impressum +hidden +todo/)
    expect(out).toMatch(/markets +unknown +\["DE"\]/)
    expect(out).toMatch(/version 2 +20\S+ +pin/)
    expect(out).toContain('gate "publish": stops, because of payments (shop)')
    expect(code).toBe(0)
    expect((await boardwalk('explain', 'bob', '--gate', 'publish')).out).toContain(
      'gate "publish": lets pass',
    )
  })

  test.each([
    [['flows', 'impact'], /Say of which flow/],
    [['flows', 'impact', 'shop', 'two'], /not the number of a version/],
    [['flows', 'impact', 'shop', '99'], /no version 99/],
    [['flows', 'impact', 'none'], /no flow "none"/],
    [['flows', 'impact', '../../x'], /is not a flow file/],
    [['flows', 'impact', 'two.json', '2'], /Leave the number out/],
    [['flows', 'impact', 'shop', '--policy', 'wipe'], /"move", "pin", "restart"/],
    [['explain'], /Say of whom/],
    [['explain', 'nobody'], /Nobody is known/],
    [['explain', 'ada', '--gate', 'none'], /gate "none"/],
  ] as const)('boardwalk %j is refused with what to do', async (words, message) => {
    const { code, err } = await boardwalk(...words)
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(message) })
    expect(err).not.toContain('    at ')
  })
})
