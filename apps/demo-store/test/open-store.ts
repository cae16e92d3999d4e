import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BoardwalkOptions } from '@boardwalk/server'
import { createStore, type Log, type Store, type StoreOptions } from '../src/store.ts'

export const apiKey = 'a-first-api-key-of-more-than-32-bytes'
const secret = 'a test secret of more than thirty-two bytes'
const origin = 'http://store.test'

type Flow = NonNullable<StoreOptions['flows']>[number]

const shopFlow: Flow = JSON.parse(readFileSync(new URL('../../../flows/shop.json', import.meta.url), 'utf8'))

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** A logger that keeps the events it is told of. */
export const listeningLog = (): { readonly log: Log; readonly events: string[] } => {
  const events: string[] = []
  const tell = (line: { event?: string }) => void events.push(line.event ?? '')
  const log = { ...Object.fromEntries(levels.map((level) => [level, tell])), child: (): unknown => log }
  return { log: log as unknown as Log, events }
}

export type Answer = { status: number; body: any; headers: Headers }

/** Somebody at a browser: keeps cookies, sends JSON, says what language they read. */
export type Visitor = {
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>
  readonly get: (path: string) => Promise<Answer>
  readonly post: (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>
  readonly cookies: Map<string, string>
}

const visitorOf = (fetch: Store['fetch'], language = 'en'): Visitor => {
  const cookies = new Map<string, string>()
  const call: Visitor['call'] = async (method, path, body, headers = {}) => {
    const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(
      new Request(new URL(path, origin), {
        method,
        headers: {
          'accept-language': language,
          ...(jar !== '' && { cookie: jar }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    )
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/max-age=0/i.test(cookie)) cookies.delete(name)
      else cookies.set(name, value)
    }
    const text = await response.text()
    const isJson = (response.headers.get('content-type') ?? '').includes('json')
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers }
  }
  return {
    call,
    get: (path) => call('GET', path),
    post: (path, body = {}, headers) => call('POST', path, body, headers),
    cookies,
  }
}

export const owner = {
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  role: 'owner',
  market: 'FR',
  plan: 'free',
}

export const payments = { holder: 'Ada Lovelace', iban: 'FR76 3000 6000 0112 3456 7890 189', country: 'FR' }

export type House = {
  readonly visitor: (language?: string) => Visitor
  /** Registers an owner; answers their browser and what the store said. */
  readonly registered: (
    more?: object,
    language?: string,
  ) => Promise<{ readonly visitor: Visitor; readonly view: any }>
  /** The team erases them in Boardwalk. */
  readonly erased: (userId: string) => Promise<void>
  readonly dataFolder: string
  readonly fetch: Store['fetch']
  readonly receiveAt: Store['receiveAt']
  readonly stop: () => Promise<void>
}

const pages = async () => ({ html: '<!doctype html><html lang="en"><title>Pages</title>', assets: new Map() })

/** A store on this database, in a data folder of its own unless one is given. */
export const openStore = async (
  database: BoardwalkOptions['database'],
  options: Partial<StoreOptions> = {},
): Promise<House> => {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'boardwalk-store-')))
  const store = createStore({
    database,
    tokens: { secret },
    apiKey,
    log: listeningLog().log,
    flows: [shopFlow],
    pages,
    ...options,
    dataFolder,
  })
  await store.start()
  const visitor = (language?: string) => visitorOf(store.fetch, language)
  return {
    visitor,
    registered: async (more = {}, language) => {
      const one = visitor(language)
      const answer = await one.post('/api/register', { ...owner, ...more })
      if (answer.status !== 201) throw new Error(`Registration answered ${JSON.stringify(answer.body)}`)
      return { visitor: one, view: answer.body }
    },
    erased: async (userId) => {
      const key = { authorization: `Bearer ${apiKey}` }
      const answer = await visitor().call('DELETE', `/api/users/${userId}`, undefined, key)
      if (answer.status >= 300) throw new Error(`Erasing answered ${JSON.stringify(answer.body)}`)
    },
    dataFolder,
    fetch: store.fetch,
    receiveAt: store.receiveAt,
    stop: async () => {
      await store.stop()
      if (options.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true })
    },
  }
}
