import { z } from 'zod'

const expected = 'an http(s) URL or a path that starts with one "/"'
const unsafe = /[\p{Cc}\p{Zs}\\]/u
const nowhere = 'https://own.invalid'

const parsed = (url: string, base?: string): URL | null => (unsafe.test(url) ? null : URL.parse(url, base))

/** A path of whoever shows it; never another origin, however browsers bend slashes and routers take dots out. */
export const isOwnPath = (url: string): boolean => {
  const target = /^\/(?![/\\])/.test(url) ? parsed(url, nowhere) : null
  return target?.origin === nowhere && !target.pathname.startsWith('//')
}

/** Where to come back to: a path of the host's own, and still one when somebody on the way decodes it, however often. */
export const isReturnPath = (url: string): boolean => {
  const [path = ''] = url.split(/[?#]/, 1)
  try {
    // A space is harmless, and no path has one unencoded.
    const decoded = decodeURIComponent(path).replaceAll(' ', '%20')
    return isOwnPath(url) && (decoded === path || isReturnPath(decoded))
  } catch {
    return false
  }
}

const isWebUrl = (url: string): boolean => {
  const target = /^https?:\/\//.test(url) ? parsed(url) : null
  return target !== null && target.username === '' && target.password === ''
}

/** Where people may be sent by a document: never `javascript:`, never a host disguised as a path. */
export const url = z
  .string({ error: expected })
  .max(2000, { error: expected })
  .refine((text) => isOwnPath(text) || isWebUrl(text), { error: expected })
  .meta({ pattern: '^(https?://|/(?![/\\\\]))' })
