import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { KeysUnavailable, tokenVerifier } from '../src/identity/token.ts'

const secret = 'a test secret of more than thirty-two bytes'

describe('tokens signed with published keys', () => {
  const pairs = new Map<string, CryptoKey>()
  let server: Server
  let jwksUrl: string
  beforeAll(async () => {
    const keys = await Promise.all(
      ['RS256', 'ES256'].map(async (alg) => {
        const { publicKey, privateKey } = await generateKeyPair(alg)
        pairs.set(alg, privateKey)
        return { ...(await exportJWK(publicKey)), kid: alg, alg }
      }),
    )
    server = createServer((_, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys })),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
  })
  afterAll(() => void server.close())

  const sign = (alg: string, claims: object = {}): Promise<string> =>
    new SignJWT({ sub: 'ada', ...claims })
      .setProtectedHeader({ alg, kid: alg })
      .setExpirationTime('1h')
      .sign(pairs.get(alg) ?? new TextEncoder().encode(secret))

  test.each(['RS256', 'ES256'])('%s is accepted', async (alg) => {
    expect(await tokenVerifier({ jwksUrl })?.(await sign(alg, { role: 'owner' }))).toMatchObject({
      claims: { sub: 'ada', role: 'owner' },
    })
  })

  test('a shared secret is no way in where only published keys are configured', async () => {
    expect(await tokenVerifier({ jwksUrl })?.(await sign('HS256'))).toEqual({ invalid: expect.any(String) })
  })

  test('with both configured, each signature is checked by its own kind of key', async () => {
    const verify = tokenVerifier({ jwksUrl, secret })
    expect(await verify?.(await sign('HS256'))).toMatchObject({ claims: { sub: 'ada' } })
    expect(await verify?.(await sign('RS256'))).toMatchObject({ claims: { sub: 'ada' } })
  })

  test('keys that cannot be fetched are nobody’s forgery', async () => {
    const verify = tokenVerifier({ jwksUrl: 'http://127.0.0.1:1/jwks' })
    await expect(verify?.(await sign('RS256'))).rejects.toBeInstanceOf(KeysUnavailable)
  })

  test('issuer and audience are asked for when they are configured', async () => {
    const verify = tokenVerifier({ secret, issuer: 'https://shop.test', audience: 'boardwalk' })
    expect(await verify?.(await sign('HS256'))).toEqual({ invalid: 'its iss, aud, exp or nbf does not fit' })
    expect(await verify?.(await sign('HS256', { iss: 'https://shop.test', aud: 'boardwalk' }))).toMatchObject(
      { claims: { sub: 'ada' } },
    )
  })

  test('a token that was verified once is refused from its end on', async () => {
    const end = Math.floor(Date.now() / 1000)
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const verify = tokenVerifier({ secret })
    const token = await new SignJWT({ sub: 'ada' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(end)
      .sign(new TextEncoder().encode(secret))
    for (const last of [end * 1000, (end + 30) * 1000 - 1]) {
      vi.setSystemTime(last)
      expect(await verify?.(token)).toMatchObject({ claims: { sub: 'ada' } })
    }
    vi.setSystemTime((end + 30) * 1000)
    expect(await verify?.(token)).toEqual({ invalid: 'it has expired' })
  })
})

test('nothing configured is no way to verify', () => {
  expect(tokenVerifier({})).toBeUndefined()
})
