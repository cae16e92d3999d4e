import { createHmac, generateKeyPairSync, sign as signBytes } from 'node:crypto'
import { apiKey, secret } from './open-house.ts'

const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const hmac = (text: string, key: string | Buffer): string =>
  createHmac('sha256', key).update(text).digest('base64url')

const inAnHour = Math.floor(Date.now() / 1000) + 3600
const claims = { sub: 'mallory', exp: inAnHour }
const signed = (header: object, payload: object, key: string | Buffer = secret): string => {
  const text = `${base64(header)}.${base64(payload)}`
  return `${text}.${hmac(text, key)}`
}
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const rsaPem = rsa.publicKey.export({ type: 'spki', format: 'pem' })
const rs256 = (payload: object, header: object = {}): string => {
  const text = `${base64({ alg: 'RS256', ...header })}.${base64(payload)}`
  return `${text}.${signBytes('sha256', Buffer.from(text), rsa.privateKey).toString('base64url')}`
}
const hs256 = { alg: 'HS256', typ: 'JWT' }

/** Signed, whatever the claims are. */
const signedText = (payload: string | Buffer, key = secret): string => {
  const text = `${base64(hs256)}.${Buffer.from(payload).toString('base64url')}`
  return `${text}.${hmac(text, key)}`
}
const twice = (header: string, key: string): string => {
  const text = `${Buffer.from(header).toString('base64url')}.${base64(claims)}`
  return `${text}.${hmac(text, key)}`
}
const nested = (levels: number): object => (levels === 0 ? {} : { a: nested(levels - 1) })
const mixed = [
  signed(hs256, claims).split('.')[0],
  base64({ ...claims, sub: 'marie' }),
  signed(hs256, { ...claims, sub: 'mallory2' }).split('.')[2],
].join('.')

/** Name and token: none of them says truly who its bearer is. */
export const forgedTokens: [string, string][] = [
  ['nothing', ''],
  ['not a token', 'abc'],
  ['two parts', `${base64(hs256)}.${base64(claims)}`],
  ['alg none without signature', `${base64({ alg: 'none' })}.${base64(claims)}.`],
  ['alg None', `${base64({ alg: 'None' })}.${base64(claims)}.`],
  ['alg NONE with a signature', signed({ alg: 'NONE' }, claims)],
  ['no alg', signed({ typ: 'JWT' }, claims)],
  ['alg as an array', signed({ alg: ['HS256'] }, claims)],
  ['HS384 although HS256 is pinned', signed({ alg: 'HS384' }, claims)],
  ['RS256 with a key of its own', rs256(claims)],
  ['HS256 with a public key as secret', signed(hs256, claims, rsaPem)],
  ['another secret', signed(hs256, claims, 'another secret of more than thirty-two bytes')],
  ['an empty secret', signed(hs256, claims, '')],
  ['an empty signature', `${base64(hs256)}.${base64(claims)}.`],
  [
    'a payload changed afterwards',
    signed(hs256, claims).replace(/\.[^.]+\./, `.${base64({ ...claims, sub: 'marie' })}.`),
  ],
  ['expired', signed(hs256, { ...claims, exp: inAnHour - 7200 })],
  ['without exp', signed(hs256, { sub: 'mallory' })],
  ['exp as text', signed(hs256, { ...claims, exp: `${inAnHour}` })],
  ['not valid yet', signed(hs256, { ...claims, nbf: inAnHour })],
  ['without sub', signed(hs256, { exp: inAnHour })],
  ['sub as a number', signed(hs256, { ...claims, sub: 7 })],
  ['an empty sub', signed(hs256, { ...claims, sub: '' })],
  ['sub of 256 bytes', signed(hs256, { ...claims, sub: 'x'.repeat(256) })],
  ['sub that cannot stand in a path', signed(hs256, { ...claims, sub: '..' })],
  ['sub with a NUL', signed(hs256, { ...claims, sub: 'a\0b' })],
  ['role as an object', signed(hs256, { ...claims, role: { $ne: null } })],
  ['attributes as text', signed(hs256, { ...claims, attributes: 'plan' })],
  ['attributes of 20 KB', signed(hs256, { ...claims, attributes: { a: 'x'.repeat(20_000) } })],
  ['crit that nobody knows', signed({ ...hs256, crit: ['x'], x: 1 }, claims)],
  [
    'a key in the header',
    signed({ ...hs256, jwk: { kty: 'oct', k: base64('x'.repeat(32)) } }, claims, 'x'.repeat(32)),
  ],
  ['a key address in the header', signed({ ...hs256, jku: 'http://127.0.0.1:1/' }, claims, 'x'.repeat(32))],
  ['the API key', apiKey],
  ['longer than 4096 characters', signed(hs256, { ...claims, more: 'x'.repeat(5000) })],
  ['alg nOnE', `${base64({ alg: 'nOnE' })}.${base64(claims)}.`],
  ['alg none with a space', `${base64({ alg: 'none ' })}.${base64(claims)}.`],
  [
    'alg none and a signature that fits HS256',
    `${base64({ alg: 'none' })}.${base64(claims)}.${hmac(`${base64({ alg: 'none' })}.${base64(claims)}`, secret)}`,
  ],
  ['alg as null', signed({ alg: null }, claims)],
  ['alg as a number', signed({ alg: 256 }, claims)],
  ['alg as an object', signed({ alg: { toString: 'HS256' } }, claims)],
  ['alg in lower case', signed({ alg: 'hs256' }, claims)],
  ['alg with a NUL', signed({ alg: 'HS256\0' }, claims)],
  ['HS512 although HS256 is pinned', signed({ alg: 'HS512' }, claims)],
  ['ES256 with an HMAC for a signature', signed({ alg: 'ES256' }, claims)],
  [
    'ES256 with r and s of zero',
    `${base64({ alg: 'ES256' })}.${base64(claims)}.${Buffer.alloc(64).toString('base64url')}`,
  ],
  ['EdDSA', signed({ alg: 'EdDSA' }, claims)],
  ['PS256 with a key of its own', signed({ alg: 'PS256' }, claims)],
  ['alg given twice', twice('{"alg":"none","alg":"HS256"}', 'another secret of more than thirty-two bytes')],
  ['alg given twice, the good one first', twice('{"alg":"HS256","alg":"none"}', secret)],
  ['kid that is a path', signed({ ...hs256, kid: '../../../../dev/null' }, claims, '')],
  ['kid that is SQL', signed({ ...hs256, kid: "x' union select 'secret" }, claims, 'secret')],
  ['kid as an object', signed({ ...hs256, kid: { $ne: '' } }, claims, '')],
  ['x5u', signed({ ...hs256, x5u: 'http://127.0.0.1:1/' }, claims, 'x'.repeat(32))],
  ['x5c', signed({ ...hs256, x5c: [base64('certificate')] }, claims, rsaPem)],
  [
    'a public RSA key in the header, signed by it',
    rs256(claims, { jwk: rsa.publicKey.export({ format: 'jwk' }) }),
  ],
  ['b64 false', signed({ ...hs256, b64: false, crit: ['b64'] }, claims)],
  ['an empty crit', signed({ ...hs256, crit: [] }, claims)],
  ['zip', signed({ ...hs256, zip: 'DEF' }, claims, 'another secret of more than thirty-two bytes')],
  [
    'encrypted instead of signed',
    `${base64({ alg: 'dir', enc: 'A256GCM' })}..${base64('x')}.${base64('x')}.${base64('x')}`,
  ],
  ['a header that is no JSON', `${base64('not json')}.${base64(claims)}.${hmac('x', secret)}`],
  [
    'a header that is an array',
    `${base64([])}.${base64(claims)}.${hmac(`${base64([])}.${base64(claims)}`, secret)}`,
  ],
  [
    'a header of null',
    `${base64('null')}.${base64(claims)}.${hmac(`${base64('null')}.${base64(claims)}`, secret)}`,
  ],
  ['claims that are an array', signed(hs256, [claims])],
  ['claims that are a text', signedText(JSON.stringify('mallory'))],
  ['claims of null', signedText('null')],
  ['claims that are no JSON', signedText('{"sub":"mallory"')],
  ['claims that are no UTF-8', signedText(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]))],
  [
    'sub given twice by a stranger to the secret',
    signedText(`{"sub":"mallory","sub":"marie","exp":${inAnHour}}`, 'x'.repeat(32)),
  ],
  ['__proto__ instead of sub', signedText(`{"__proto__":{"sub":"marie"},"exp":${inAnHour}}`)],
  ['exp in milliseconds of yesterday', signed(hs256, { ...claims, exp: -1 })],
  ['exp of 1e400', signedText('{"sub":"mallory","exp":1e400}')],
  ['exp as null', signed(hs256, { ...claims, exp: null })],
  ['exp as true', signed(hs256, { ...claims, exp: true })],
  ['exp as an array', signed(hs256, { ...claims, exp: [inAnHour] })],
  ['nbf as text', signed(hs256, { ...claims, nbf: 'now' })],
  ['sub as an array', signed(hs256, { ...claims, sub: ['marie'] })],
  ['sub as an object', signed(hs256, { ...claims, sub: { $gt: '' } })],
  ['sub of half a surrogate pair', signedText(`{"sub":"\\ud83d","exp":${inAnHour}}`)],
  ['sub with a line break', signed(hs256, { ...claims, sub: 'marie\n' })],
  ['account as an object', signed(hs256, { ...claims, account: { $ne: null } })],
  ['attributes of 40 levels', signed(hs256, { ...claims, attributes: nested(40) })],
  [
    '__proto__ in the attributes',
    signedText(`{"sub":"mallory","exp":${inAnHour},"attributes":{"__proto__":{"plan":"gold"}}}`),
  ],
  ['a signature cut short', signed(hs256, claims).slice(0, -6)],
  ['a signature that goes on', `${signed(hs256, claims)}AAAA`],
  ['a fourth part', `${signed(hs256, claims)}.x`],
  ['a signature in plain base64', `${signed(hs256, claims).replaceAll(/[^.]+$/g, '')}+/+/`],
  ['the parts of two tokens', mixed],
  ['a secret guessed from the empty file', signed(hs256, claims, Buffer.alloc(32))],
]
