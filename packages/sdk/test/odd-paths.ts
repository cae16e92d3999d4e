type OddPath = { readonly method: string; readonly path: string; readonly headers?: Record<string, string> }

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

const tricks: readonly Record<string, string>[] = [
  { 'x-http-method-override': 'POST' },
  { 'x-method-override': 'GET' },
  { 'x-original-url': '/preview' },
  { 'x-rewrite-url': '/stores/7/publish' },
  { 'x-forwarded-prefix': '/x' },
  { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' },
  { 'x-middleware-next': '1' },
  { 'x-matched-path': '/preview' },
  { 'x-forwarded-uri': '/preview' },
]

/** Requests that aim past a gate, as they stand on the wire. */
export const oddPaths: readonly OddPath[] = [
  ...spellings('/stores/7/publish').map((path) => ({ method: 'POST', path })),
  ...spellings('/preview').map((path) => ({ method: 'GET', path })),
  ...spellings('/preview').map((path) => ({ method: 'HEAD', path })),
  ...spellings('/pay').map((path) => ({ method: 'POST', path })),
  ...['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'].map((method) => ({
    method,
    path: '/stores/7/publish',
  })),
  ...['POST', 'PUT', 'OPTIONS'].map((method) => ({ method, path: '/preview' })),
  ...tricks.flatMap((headers) => [
    { method: 'POST', path: '/stores/7/publish', headers },
    { method: 'GET', path: '/stores/7/publish', headers },
    { method: 'GET', path: '/preview', headers },
    { method: 'POST', path: '/preview?_method=GET', headers },
  ]),
]
