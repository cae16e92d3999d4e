import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApiDocument, roleNames, scopeNames } from '@boardwalk/contract'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { authorisations, type Access } from './authorisation-table.ts'
import { apiKey, flowFile, openHouse, tokenOf, type House } from './open-house.ts'

type Served = {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly hasBody: boolean
}

const served: readonly Served[] = Object.entries(openApiDocument()['paths'] as object).flatMap(
  ([path, methods]: [string, object]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId as string,
      method: method.toUpperCase(),
      path,
      hasBody: operation.requestBody !== undefined,
    })),
)

// What is called by those who may is none of what the others need: another flow, somebody of whom nothing is asked.
const parameters: Readonly<Record<string, string>> = {
  userId: 'zoe',
  accountId: 'a-1',
  flow: 'other',
  name: 'other',
  version: '1',
}
const filled = (path: string): string => path.replaceAll(/\{(\w+)\}/g, (_, name) => parameters[name] ?? '0')

/** One who calls, and whether they may, by the table. `headers` by the scope that the operation asks for. */
type Identity = {
  readonly who: string
  readonly may: (access: Access) => boolean
  readonly headers: (scope: string | undefined) => Record<string, string>
}

const nobody = (): boolean => false
const bearer = (token: string | undefined): Record<string, string> => ({
  authorization: `Bearer ${token ?? 'none'}`,
})

const rankOf = (role: string | undefined): number => roleNames.findIndex((name) => name === role)

test('the table has a row for every operation of the OpenAPI document, and for nothing else', () => {
  const ids = authorisations.map(([id]) => id)
  expect(ids.toSorted()).toEqual(served.map(({ id }) => id).toSorted())
  expect(new Set(ids).size).toBe(ids.length)
  const scopes = new Set(authorisations.flatMap(([, { scope }]) => scope ?? []))
  expect([...scopes].toSorted()).toEqual(scopeNames.toSorted())
})

forEachDatabase((name, open) => {
  describe('who may call what', () => {
    let house: House
    let identities: Identity[]
    const people = new Set<string>()
    const readmit = async (): Promise<void> => {
      for (const userId of people) await house.server('PUT', `/api/users/${userId}`, {})
    }
    beforeAll(async () => {
      const database = await open()
      house = await openHouse(database)
      await house.publish(flowFile('shop'))
      await house.publish({ name: 'other', audience: { plan: 'nobody' }, steps: [{ id: 'a', title: 'A' }] })
      await house.server('PUT', '/api/users/zoe', { role: 'owner' })
      const make = async (body: object): Promise<{ id: string; key: string }> => {
        const made = await house.server('POST', '/api/admin/api-keys', { name: 'k', ...body })
        expect(made.status).toBe(201)
        return made.body
      }
      const expired = await make({ role: 'admin' })
      await database.query(
        { name: 'expire', text: `update api_key set expires_at = now() - interval '1 second' where id = $1` },
        [expired.id],
      )
      const revoked = await make({ role: 'admin' })
      await house.server('DELETE', `/api/admin/api-keys/${revoked.id}`)
      const { key: wrong } = await make({ role: 'admin' })
      const only = new Map<string | undefined, string>()
      const allBut = new Map<string | undefined, string>()
      for (const scope of scopeNames) {
        only.set(scope, (await make({ scopes: [scope] })).key)
        allBut.set(scope, (await make({ scopes: scopeNames.filter((one) => one !== scope) })).key)
      }
      const viewer = (await make({ role: 'viewer' })).key
      const roles = await Promise.all(
        roleNames.map(async (role): Promise<Identity> => {
          const { key } = await make({ role })
          const may = (access: Access) => access.role !== undefined && rankOf(role) >= rankOf(access.role)
          return { who: role, may, headers: () => bearer(key) }
        }),
      )
      const person = async (who: string, userId: string, claims: object = {}): Promise<Identity> => {
        people.add(userId)
        const token = await tokenOf(userId, claims)
        return { who, may: ({ person: may }) => may, headers: () => bearer(token) }
      }
      const refused = (who: string, headers: Record<string, string>): Identity => ({
        who,
        may: nobody,
        headers: () => headers,
      })
      const forged = await new SignJWT({ role: 'admin' })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject('ada')
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode('another secret of more than thirty-two bytes'))
      const unsigned = new UnsecuredJWT({ sub: 'ada', exp: 9_999_999_999 }).encode()
      identities = [
        refused('nobody', {}),
        refused('a malformed header', { authorization: apiKey }),
        refused('an empty bearer', { authorization: 'Bearer ' }),
        refused('two in one', { authorization: `Bearer ${apiKey} ${apiKey}` }),
        refused('a session’s cookie', { cookie: `token=${apiKey}; userId=ada`, 'x-user-id': 'ada' }),
        refused('an unknown key', bearer(`bwk_${'0'.repeat(18)}_${'0'.repeat(64)}`)),
        refused(
          'a key with a wrong secret',
          bearer(wrong.slice(0, -4) + (wrong.endsWith('0000') ? '1111' : '0000')),
        ),
        refused('an expired key', bearer(expired.key)),
        refused('a revoked key', bearer(revoked.key)),
        {
          who: 'a key with all scopes but this one',
          may: nobody,
          headers: (scope) => bearer(allBut.get(scope) ?? viewer),
        },
        {
          who: 'a key with this scope only',
          may: ({ scope }) => scope !== undefined,
          headers: (scope) => bearer(only.get(scope) ?? viewer),
        },
        ...roles,
        {
          who: 'the first key',
          may: ({ scope }) => scope !== undefined,
          headers: () => bearer(apiKey),
        },
        await person('a person', 'ada', { role: 'owner', account: 'a-1' }),
        await person('a person called admin', 'admin', { role: 'admin', scopes: scopeNames, scope: '*' }),
        await person('another person', 'ben', { account: 'a-1' }),
        await person('a member of another account', 'cid', { account: 'a-2' }),
        refused('an expired token', bearer(await tokenOf('ada', {}, '-2m'))),
        refused('a token of another secret', bearer(forged)),
        refused('an unsigned token', bearer(unsigned)),
      ]
    })
    afterAll(() => house.boardwalk.stop())

    const isLetIn = async ({ method, path, hasBody }: Served, headers: Record<string, string>) => {
      const request = new Request(`http://boardwalk.test${filled(path)}`, {
        method,
        headers: { ...headers, ...(hasBody && { 'content-type': 'application/json' }) },
        ...(hasBody && { body: '{}' }),
      })
      const response = await house.boardwalk.fetch(request)
      await response.body?.cancel()
      if (response.status >= 500 && response.status !== 503)
        throw new Error(`${method} ${path}: ${response.status}`)
      return response.status !== 401 && response.status !== 403
    }

    test('is as decided, for everybody and every operation', async () => {
      const access = new Map(authorisations)
      const wrong: string[] = []
      let [allowed, denied] = [0, 0]
      for (const operation of served) {
        const row = access.get(operation.id)
        if (row === undefined) throw new Error(`Nobody decided who may call ${operation.id}`)
        for (const { who, may, headers } of identities) {
          const expected = row.anyone || may(row)
          const isIn = await isLetIn(operation, headers(row.scope))
          // They come back, or all that is asked of them afterwards would be refused.
          if (operation.id === 'eraseOwn' && isIn) await readmit()
          if (isIn !== expected) wrong.push(`${who} ${isIn ? 'may' : 'may not'} ${operation.id}`)
          if (isIn) allowed += 1
          else denied += 1
        }
      }
      process.stdout.write(
        `${name}: ${served.length} operations × ${identities.length} identities: ${allowed} allowed, ${denied} denied, ${wrong.length} otherwise than decided\n`,
      )
      expect(wrong).toEqual([])
    })

    test('does not change with how the path is written', async () => {
      const release = '/api/admin/release/other'
      const odd = [
        '/api/admin/../admin/release/other',
        '/api//admin/release/other',
        '/API/admin/release/other',
        '/api/admin/release/other/',
        '/api/admin/release/oth%65r',
        '/api/onboarding/../admin/release/other',
        '/api/onboarding/%2e%2e/admin/release/other',
        '/health/live/../../api/admin/release/other',
        `${release}?key=${apiKey}`,
        `${release};x=1`,
      ]
      for (const path of odd) {
        const response = await house.boardwalk.fetch(new Request(`http://boardwalk.test${path}`))
        expect([path, response.status]).toEqual([path, response.status === 404 ? 404 : 401])
        await response.body?.cancel()
      }
      for (const method of ['POST', 'GET']) {
        const headers = { 'x-http-method-override': 'PUT', 'x-original-url': '/health/live' }
        const response = await house.boardwalk.fetch(
          new Request(`http://boardwalk.test${release}`, { method, headers }),
        )
        expect([401, 404, 405]).toContain(response.status)
        await response.body?.cancel()
      }
    })
  })
})
