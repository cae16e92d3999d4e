const nowhere = 'https://own.invalid'
const unsafe = /[\p{Cc}\p{Zs}\\]/u

const isOwnPath = (url: string): boolean => {
  const target = /^\/(?!\/)/.test(url) && !unsafe.test(url) ? URL.parse(url, nowhere) : null
  return target?.origin === nowhere && !target.pathname.startsWith('//')
}

/** A path of the host's own, which stays one however often somebody on the way decodes it. As the contract's `isReturnPath`. */
export const isReturnPath = (url: string): boolean => {
  const [path = ''] = url.split(/[?#]/, 1)
  try {
    const decoded = decodeURIComponent(path).replaceAll(' ', '%20')
    return isOwnPath(url) && (decoded === path || isReturnPath(decoded))
  } catch {
    return false
  }
}
