import { stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { readDevelopmentSecrets, type Configuration } from '@boardwalk/server'
import { bad, fine, warning, type Finding } from './finding.ts'

const oldestNode = 22
const fewestCharacters = 10
const guessable = /change.?me|password|passwort|example|default|secret.?key|12345|qwerty|letmein/i
const make = 'make one by `openssl rand -hex 32`, and set it in all processes and in the host'

const weakness = (secret: string): string | undefined => {
  if (new Set(secret).size < fewestCharacters)
    return `is made of only ${new Set(secret).size} different characters`
  if (guessable.test(secret)) return 'holds a word that is tried first'
  return undefined
}

const examineSecret = (variable: string, secret: string | undefined): Finding[] => {
  if (secret === undefined) return []
  const weak = weakness(secret)
  if (weak === undefined) return [fine('secrets', `${variable} is set`)]
  return [bad('secrets', `${variable} ${weak}`, { expected: 'at least 32 random bytes', todo: make })]
}

const examineSecrets = async ({ jwtSecret, jwksUrl, apiKey }: Configuration): Promise<Finding[]> => {
  const development = await readDevelopmentSecrets()
  const findings = [
    ...examineSecret('BOARDWALK_JWT_SECRET', jwtSecret),
    ...examineSecret('BOARDWALK_API_KEY', apiKey),
  ]
  if (jwtSecret !== undefined && jwtSecret === apiKey) {
    findings.push(
      bad('secrets', 'BOARDWALK_JWT_SECRET and BOARDWALK_API_KEY are the same', {
        expected: 'two secrets: who knows the one must not be able to do what the other allows',
        todo: make,
      }),
    )
  }
  if (jwtSecret === undefined && jwksUrl === undefined && development === undefined) {
    findings.push(
      bad('tokens', 'People cannot be identified', {
        expected: 'a way to check their tokens',
        todo: 'set BOARDWALK_JWT_SECRET or BOARDWALK_JWKS_URL',
      }),
    )
  }
  if (apiKey === undefined && development === undefined) {
    findings.push(
      warning('api_key', 'There is no first API key, so only keys made before are known', {
        expected: 'a key for whoever operates this',
        todo: 'set BOARDWALK_API_KEY, unless you have made keys already',
      }),
    )
  }
  return findings
}

const listenError = (port: number, host: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })

const isBoardwalk = async (port: number, host: string): Promise<boolean> => {
  const own = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  try {
    const url = `http://${own.includes(':') ? `[${own}]` : own}:${port}/health/live`
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    return ((await answer.json()) as { status?: string }).status === 'ok'
  } catch {
    return false
  }
}

const examinePort = async ({ port, host }: Configuration): Promise<Finding> => {
  const code = await listenError(port, host)
  if (code === undefined) return fine('port', `Port ${port} of ${host} is free`)
  if (code === 'EADDRINUSE' && (await isBoardwalk(port, host)))
    return fine('port', `Boardwalk answers on port ${port} of ${host}`)
  const found =
    code === 'EADDRINUSE'
      ? `Port ${port} of ${host} is taken by another program`
      : `Port ${port} of ${host} cannot be listened on (${code})`
  return bad('port', found, {
    expected: 'a port of this machine that is free, and that this user may use',
    todo: 'set PORT and HOST to others, or stop that program',
  })
}

const examineSecretFile = async (): Promise<Finding[]> => {
  const path = '.boardwalk/development-secrets.json'
  const found = await stat(path).catch(() => undefined)
  // Windows has no such bits.
  if (found === undefined || process.platform === 'win32' || (found.mode & 0o077) === 0) return []
  return [
    warning('secrets', `Other users of this machine can read ${path}`, {
      expected: 'a file that only its owner reads',
      todo: `chmod 600 ${path}`,
    }),
  ]
}

/** What can be said without opening anything but a port. */
export const examineSettings = async (configuration: Configuration): Promise<Finding[]> => {
  const node = process.versions.node
  return [
    Number(node.split('.')[0]) >= oldestNode
      ? fine('node', `Node ${node}`)
      : bad('node', `Node ${node}`, { expected: `Node ${oldestNode} or newer`, todo: 'install Node 24' }),
    fine('configuration', 'The configuration can be read'),
    ...(await examineSecrets(configuration)),
    ...(await examineSecretFile()),
    await examinePort(configuration),
  ]
}
