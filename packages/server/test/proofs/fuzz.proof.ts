import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '@boardwalk/store/test-kit'
import { apiKey, flowFile, openHouse, tokenOf, type House } from '../open-house.ts'
import { arbitraryOfSchema, hostile, type Schema } from './arbitrary-of-schema.ts'

const requests = Number(process.env['PROOF_REQUESTS'] ?? 2000)
const seed = Number(process.env['PROOF_SEED'] ?? 20_261_122)

type Parameter = { name: string; in: 'path' | 'query' | 'header'; required: boolean; schema: Schema }
type Content = { [mediaType: string]: { schema: Schema } }
type Described = {
  operationId: string
  security: object[]
  parameters: Parameter[]
  requestBody?: { content: Content }
  responses: { [status: string]: { content?: Content } }
}
type Document = {
  paths: { [path: string]: { [method: string]: Described } }
  components: { schemas: { [id: string]: Schema } }
}

type Sent = {
  readonly id: string
  readonly method: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string | undefined
}

/** It answers as long as the caller listens, and has tests of its own. */
const isStream = ({ responses }: Described): boolean =>
  'text/event-stream' in (responses['200']?.content ?? {})

const people = ['ada', 'grace', 'linus', 'marie', 'nobody']
const pools = {
  userId: people,
  sub: people,
  previousId: people,
  account: ['acme', 'initech'],
  accountId: ['acme', 'initech'],
  flow: ['shop', 'saas', 'nothing'],
  name: ['shop', 'saas', 'test-1'],
  version: ['1', '2', '7'],
  stepId: ['payments', 'theme', 'email_verification', 'nothing'],
  steps: [['payments'], ['nothing']],
  market: ['FR', 'DE'],
  event: ['stripe.account.connected', 'product.created', 'Order Completed'],
  type: ['track', 'identify', 'alias', 'onboarding.viewed'],
  status: ['done', 'skipped'],
  limit: ['1', '50'],
  url: ['https://hooks.example/receive', 'http://127.0.0.1:1/', 'https://hooks.invalid/'],
}

// A gate may well be called "pg_5": of PostgreSQL's names only those that errors tell.
const leak =
  /node_modules|\.[cm]?[jt]s:\d|\n\s+at |\bselect .{1,80} from |\binsert into |\bpg_(?:catalog|class|type|stat|locks|advisory|temp|toast)|postgres:/i

const asHeader = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 2000)

const asPart = (value: unknown): string => {
  const whole = (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed()
  const part = encodeURIComponent(whole)
  // A dot, or two, would not be a part of its own but a way up.
  return part.replaceAll(/^\.{1,2}$/g, 'x')
}

forEachDatabase((name, open) => {
  let house: House
  let document: Document
  let bearers: Record<'person' | 'server', (string | undefined)[]>
  let ids: string[]
  const logged: string[] = []
  beforeAll(async () => {
    const log = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) })
    house = await openHouse(await open(), { log, webhooks: { allow: ['127.0.0.1'] } })
    for (const flow of ['shop', 'saas'] as const) await house.publish(flowFile(flow))
    for (const userId of people.slice(0, 4))
      await house.server('PUT', `/api/users/${userId}`, { account: 'acme', market: 'FR', role: 'owner' })
    document = (await house.server('GET', '/openapi.json')).body
    const viewer = await house.server('POST', '/api/admin/api-keys', {
      name: 'reader',
      scopes: ['people:read'],
    })
    const hook = await house.server('POST', '/api/admin/webhooks', { url: 'http://127.0.0.1:1/' })
    ids = [viewer.body.id, hook.body.id, 'test-1', 'payments', 'theme', 'email_verification', 'nothing']
    const tokens = await Promise.all(
      people.map((userId) => tokenOf(userId, { account: 'acme', role: 'owner', market: 'FR' })),
    )
    const few = [undefined, 'forged', viewer.body.key]
    // Mostly those for whom it is, so that not all ends at the door.
    bearers = {
      person: [...few, apiKey, ...tokens, ...tokens],
      server: [...few, tokens[0], ...Array.from({ length: 12 }, () => apiKey)],
    }
  })
  afterAll(() => house.boardwalk.stop())

  const arbitraryRequest = (): fc.Arbitrary<Sent> => {
    const values = arbitraryOfSchema(document.components.schemas, { ...pools, id: ids })
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, described]) => !isStream(described))
        .map(([method, described]) => requestTo(path, method, described, values)),
    )
    return fc.oneof(...operations)
  }

  const requestTo = (
    path: string,
    method: string,
    { operationId: id, parameters, requestBody, security }: Described,
    values: ReturnType<typeof arbitraryOfSchema>,
  ): fc.Arbitrary<Sent> => {
    const parameter = ({ name, required, schema, in: where }: Parameter) => {
      const value = values.named(name, schema)
      return required && where === 'path'
        ? value
        : fc.option(value, { nil: undefined, freq: required ? 20 : 2 })
    }
    const bodies = Object.entries(requestBody?.content ?? {}).map(([mediaType, { schema }]) =>
      values.of(schema).map((value) => ({ mediaType, text: JSON.stringify(value) })),
    )
    const body =
      bodies.length === 0
        ? fc.constant(undefined)
        : fc.oneof(
            { weight: 30, arbitrary: fc.oneof(...bodies) },
            {
              weight: 1,
              arbitrary: hostile.map((value) => ({
                mediaType: 'application/json',
                text: JSON.stringify(value),
              })),
            },
            { weight: 1, arbitrary: fc.string().map((text) => ({ mediaType: 'application/json', text })) },
            { weight: 1, arbitrary: fc.constant({ mediaType: 'text/plain', text: 'x' }) },
            { weight: 1, arbitrary: fc.constant(undefined) },
          )
    const bearer = bearers[security.length === 1 && 'server' in security[0]! ? 'server' : 'person']
    return fc
      .tuple(fc.tuple(...parameters.map(parameter)), body, fc.constantFrom(...bearer))
      .map(([given, sent, who]) => {
        const of = (where: Parameter['in']): [string, unknown][] =>
          parameters.flatMap((one, index) =>
            one.in === where && given[index] !== undefined ? [[one.name, given[index]]] : [],
          )
        const parts = Object.fromEntries(of('path'))
        const query = of('query').map(([key, value]) => `${key}=${asPart(value)}`)
        const where = path.replaceAll(/\{(\w+)\}/g, (_, key: string) => asPart(parts[key]) || 'x')
        return {
          id,
          method: method.toUpperCase(),
          url: `http://boardwalk.test${where}${query.length > 0 ? `?${query.join('&')}` : ''}`,
          headers: {
            ...Object.fromEntries(of('header').map(([key, value]) => [key, asHeader(value)])),
            ...(who !== undefined && { authorization: `Bearer ${who}` }),
            ...(sent && { 'content-type': sent.mediaType }),
          },
          body: sent?.text,
        }
      })
  }

  test(`${requests} requests made from the OpenAPI document get answers that it declares`, async () => {
    const ajv = new Ajv2020({ strict: false, allErrors: false })
    addFormats.default(ajv)
    ajv.addSchema(document, 'document')
    const described = new Map(
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, row]) => [row.operationId, { path, method, row }] as const),
      ),
    )
    const validators = new Map<string, ReturnType<typeof ajv.compile>>()
    const validatorOf = (pointer: string) => {
      const known = validators.get(pointer) ?? ajv.compile({ $ref: `document#${pointer}` })
      validators.set(pointer, known)
      return known
    }
    const statuses = new Map<number, number>()
    const succeeded = new Set<string>()

    // One of each kind and operation, so that one run tells of all.
    const wrong = new Map<string, string>()

    const check = async (sent: Sent): Promise<void> => {
      const fault = await faultOf(sent)
      if (fault !== undefined && !wrong.has(`${sent.id} ${fault.kind}`))
        wrong.set(`${sent.id} ${fault.kind}`, fault.told)
    }

    const faultOf = async (sent: Sent): Promise<{ kind: string; told: string } | undefined> => {
      const fault = (kind: string, more = '') => ({ kind, told: `${kind}: ${more} ${whole}`.slice(0, 3000) })
      const { id, method, url, headers, body } = sent
      logged.length = 0
      const request = new Request(url, { method, headers, ...(body !== undefined && { body }) })
      const response = await house.boardwalk.fetch(request)
      const { status } = response
      const text = await response.text()
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status < 300) succeeded.add(id)
      const { path, method: verb, row } = described.get(id)!
      const whole = `${method} ${url} ${body ?? ''} → ${status} ${text.slice(0, 500)}`
      if (status >= 500 && id !== 'healthReady') return fault('a failure', logged.join(''))
      if (
        leak.test(text.replaceAll(JSON.stringify(body ?? '').slice(1, -1), '')) &&
        id !== 'openApi' &&
        id !== 'metrics'
      )
        return fault('shows its inside')
      const declared = row.responses[status]
      if (declared === undefined) return fault(`undeclared status ${status}`)
      const [mediaType = ''] = (response.headers.get('content-type') ?? '').split(';', 1)
      const names = Object.keys(declared.content ?? {})
      const found = names.find((one) => one.split(';', 1)[0] === mediaType)
      if (text === '') return undefined
      if (found === undefined)
        return fault(`undeclared media type ${mediaType}`, `not one of ${names.join()}`)
      if (!/json/.test(mediaType)) return undefined
      const escape = (part: string): string =>
        encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
      const pointer = ['paths', path, verb, 'responses', String(status), 'content', found, 'schema']
        .map(escape)
        .join('/')
      const validate = validatorOf(`/${pointer}`)
      if (!validate(JSON.parse(text)))
        return fault(`${status} does not fit its schema`, JSON.stringify(validate.errors?.[0]))
      return undefined
    }

    await fc.assert(fc.asyncProperty(arbitraryRequest(), check), {
      numRuns: requests,
      seed,
      endOnFailure: true,
    })
    expect([...wrong.values()]).toEqual([])
    const count = [...statuses].toSorted(([a], [b]) => a - b).map(([status, times]) => `${status}: ${times}`)
    console.log(
      `requests on ${name}: n=${requests} (seed ${seed}), ${succeeded.size} of ${described.size} operations succeeded at least once; ${count.join(', ')}`,
    )
    const never = [...described.keys()].filter((id) => !succeeded.has(id))
    console.log(`never succeeded: ${never.join(', ')}`)
    expect(succeeded.size).toBeGreaterThan(described.size / 2)
  })
})
