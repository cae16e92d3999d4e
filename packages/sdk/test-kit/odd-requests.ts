/** A request as it stands on the wire. */
export type OddRequest = {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Ways to write `/NAME` that some router or other takes for it. */
const spellings = (path: string): string[] => {
  const [, first = '', ...rest] = path.split('/')
  const last = path.slice(path.lastIndexOf('/') + 1)
  const before = path.slice(0, path.lastIndexOf('/') + 1)
  return [
    path,
    `/${path}`,
    `//${path}`,
    `/.${path}`,
    `/..${path}`,
    `/x/..${path}`,
    `/%2e${path}`,
    `/%2e%2e${path}`,
    `/x/%2e%2e${path}`,
    `${path}/`,
    `${path}//`,
    `${path}/.`,
    `${path}/..`,
    `${path}/./`,
    `${path}/x/..`,
    `${path}.`,
    `${path}..`,
    `${path}%20`,
    `${path}%00`,
    `${path}%0a`,
    `${path}%2f`,
    `${path}%2F..`,
    `${path}%5c`,
    `${path}%23`,
    `${path}%3f`,
    `${path};x=1`,
    `${path};`,
    `${path}?`,
    `${path}?x=1&x=2`,
    `${path}??`,
    `${path}#top`,
    `${path}.json`,
    `${path}.html`,
    `${path}~`,
    path.toUpperCase(),
    `${before}${last[0]?.toUpperCase() ?? ''}${last.slice(1)}`,
    `${before}%${last.charCodeAt(0).toString(16)}${last.slice(1)}`,
    `${before}%25${last.charCodeAt(0).toString(16)}${last.slice(1)}`,
    `${before}%c0%af${last}`,
    `${before}${last.replace('p', '%C1%B0')}`,
    `${before}${last.replace('p', 'ｐ'.split('').map(encodeURIComponent).join(''))}`,
    `/%2f${first}/${rest.join('/')}`,
    `/${first}%2f${rest.join('%2f')}`,
    `/${first}\\${rest.join('\\')}`,
    `/${first};a=b/${rest.join('/')}`,
    `/${first}//${rest.join('//')}`,
    `/${first}/./${rest.join('/./')}`,
    `http://127.0.0.1${path}`,
    `http://evil.example${path}`,
  ]
}

const headersThatRoute = (path: string): readonly Record<string, string>[] => [
  { 'x-http-method-override': 'POST' },
  { 'x-method-override': 'GET' },
  { 'x-original-url': path },
  { 'x-rewrite-url': path },
  { 'x-forwarded-uri': path },
  { 'x-matched-path': path },
  { 'x-forwarded-prefix': '/x' },
  { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' },
  { 'x-middleware-next': '1' },
]

const otherMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']

/**
 * Requests that aim past a gate in front of one route of yours, the plain one first: its path in spellings that some
 * router or other takes for it, methods that may stand for its own, headers that some server or other routes by. Send
 * them with `rawRequest`, as somebody who may not pass, and see that the handler never runs.
 */
export const oddRequests = (method: string, path: string): readonly OddRequest[] => [
  ...spellings(path).map((spelling) => ({ method, path: spelling })),
  ...(method === 'GET' ? spellings(path).map((spelling) => ({ method: 'HEAD', path: spelling })) : []),
  ...otherMethods.map((other) => ({ method: other, path })),
  ...headersThatRoute(path).flatMap((headers) => [
    { method, path, headers },
    { method: method === 'GET' ? 'POST' : 'GET', path, headers },
    { method: 'POST', path: `${path}?_method=${method}`, headers },
    { method, path: '/', headers },
  ]),
]
