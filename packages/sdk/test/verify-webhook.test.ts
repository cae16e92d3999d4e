import { describe, expect, test } from 'vitest'
import { Webhook } from 'standardwebhooks'
import { verifyWebhook } from '../src/index.ts'

const secretOf = (letter: string): string => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`
const secret = secretOf('a')
const other = secretOf('b')
const now = Date.now()
const second = 1_000

const body = JSON.stringify({
  type: 'onboarding.step_completed',
  timestamp: '2026-05-01T00:00:00.000Z',
  data: { userId: 'zoë', stepId: 'payments' },
})

type Headers3 = Record<string, string>

const signedBy = (by: string, given: string = body, at = now, id = 'msg_1'): Headers3 => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at / 1000)),
  'webhook-signature': new Webhook(by).sign(id, new Date(at), given),
})

const ours = async (headers: Headers3, given: string = body, by: string = secret): Promise<string> => {
  const verified = await verifyWebhook(by, headers, given)
  return verified.kind === 'verified' ? 'verified' : verified.reason
}

/** What the stock library says of the same request. */
const stock = (headers: Headers3, given: string = body, by: string = secret): boolean => {
  try {
    new Webhook(by).verify(given, headers)
    return true
  } catch {
    return false
  }
}

describe('a webhook that the stock library signed', () => {
  test('is verified, with its id and its message', async () => {
    expect(await verifyWebhook(secret, signedBy(secret), body)).toEqual({
      kind: 'verified',
      id: 'msg_1',
      message: JSON.parse(body),
    })
  })

  test('is verified from web-standard headers, from bytes, and with a secret without its prefix', async () => {
    const headers = new Headers(signedBy(secret))
    for (const [by, given] of [
      [secret, new TextEncoder().encode(body)],
      [secret, Buffer.from(body)],
      [secret.slice('whsec_'.length), body],
    ] as const)
      expect(await verifyWebhook(by, headers, given)).toMatchObject({ kind: 'verified' })
  })

  test('is verified by any of the signatures that it bears, whatever their order', async () => {
    const mine = signedBy(secret)
    const theirs = signedBy(other)
    for (const signatures of [
      [mine, theirs],
      [theirs, mine],
    ]) {
      const both = signatures.map((one) => one['webhook-signature']).join(' ')
      const headers = { ...mine, 'webhook-signature': `v1a,AAAA ${both}` }
      expect([await ours(headers), stock(headers)]).toEqual(['verified', true])
      expect([await ours(headers, body, other), stock(headers, body, other)]).toEqual(['verified', true])
    }
  })
})

describe('a webhook is refused', () => {
  const good = signedBy(secret)
  const signature = good['webhook-signature'] ?? ''
  const without = (name: string): Headers3 =>
    Object.fromEntries(Object.entries(good).filter(([one]) => one !== name))

  // The stock library is asked the same each time: none of these may pass there either.
  test.each<[string, Headers3, string, string]>([
    ['with another secret', signedBy(other), body, 'signature_wrong'],
    ['with a body that was changed', good, body.replace('payments', 'domain'), 'signature_wrong'],
    ['with a body that was written anew', good, JSON.stringify(JSON.parse(body), null, 1), 'signature_wrong'],
    ['with an empty body', good, '', 'signature_wrong'],
    ['under another id', { ...good, 'webhook-id': 'msg_2' }, body, 'signature_wrong'],
    [
      'with a newer time',
      { ...good, 'webhook-timestamp': String(Math.floor(now / 1000) + 1) },
      body,
      'signature_wrong',
    ],
    ['that is older than five minutes', signedBy(secret, body, now - 302 * second), body, 'too_old'],
    ['that is of the future', signedBy(secret, body, now + 302 * second), body, 'too_new'],
    ['without an id', without('webhook-id'), body, 'headers_unfit'],
    ['without a time', without('webhook-timestamp'), body, 'headers_unfit'],
    ['without a signature', without('webhook-signature'), body, 'headers_unfit'],
    ['with a time that is none', { ...good, 'webhook-timestamp': 'now' }, body, 'headers_unfit'],
    [
      'with half a signature',
      { ...good, 'webhook-signature': signature.slice(0, 20) },
      body,
      'signature_wrong',
    ],
    ['with an empty signature', { ...good, 'webhook-signature': 'v1,' }, body, 'signature_wrong'],
    [
      'with a signature that is no base64',
      { ...good, 'webhook-signature': 'v1,%%%' },
      body,
      'signature_wrong',
    ],
    [
      'with a signature of another version',
      { ...good, 'webhook-signature': signature.replace('v1,', 'v2,') },
      body,
      'signature_wrong',
    ],
  ])('%s', async (_, headers, given, reason) => {
    expect([await ours(headers, given), stock(headers, given)]).toEqual([reason, false])
  })

  test('with a body that the host’s framework has parsed, a list of headers, or a secret that is none', async () => {
    const parsed = JSON.parse(body) as unknown as string
    expect(await ours(good, parsed)).toBe('body_not_raw')
    const twice = { ...good, 'webhook-id': ['msg_1', 'msg_1'] }
    expect(await verifyWebhook(secret, twice, body)).toMatchObject({ reason: 'headers_unfit' })
    for (const none of ['', 'whsec_', 'whsec_%']) expect(await ours(good, body, none)).toBe('secret_unfit')
  })

  test('when it is signed but no message', async () => {
    for (const given of ['null', '[]', '{"type":1}', 'hello'])
      expect(await ours(signedBy(secret, given), given)).toBe('not_a_message')
  })

  test('with an id that could shift where the body begins', async () => {
    expect(await ours(signedBy(secret, body, now, 'msg.1'))).toBe('headers_unfit')
  })

  test('with so many signatures that trying them all would cost us', async () => {
    const wrong = Array.from({ length: 2_000 }, () => signedBy(other)['webhook-signature']).join(' ')
    expect(await ours({ ...good, 'webhook-signature': `${wrong} ${signature}` })).toBe('signature_wrong')
  })
})

test('a host may allow more time, and bring its own clock', async () => {
  const then = now - 3_600 * second
  const headers = signedBy(secret, body, then)
  expect(await verifyWebhook(secret, headers, body)).toMatchObject({ reason: 'too_old' })
  expect(await verifyWebhook(secret, headers, body, { now: then })).toMatchObject({ kind: 'verified' })
  expect(await verifyWebhook(secret, headers, body, { toleranceSeconds: 7_200 })).toMatchObject({
    kind: 'verified',
  })
})
