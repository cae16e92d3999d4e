const nowhere = 'https://own.invalid'
const unsafe = /[\p{Cc}\p{Zs}\\]/u

/** A path of the host's own, which stays one however often somebody on the way decodes it. As the contract's `isReturnPath`. */
export const isReturnPath = (url: string): boolean => {
  if (!/^\/(?!\/)/.test(url) || unsafe.test(url) || URL.parse(url, nowhere)?.origin !== nowhere) return false
  const [path = ''] = url.split(/[?#]/, 1)
  try {
    const decoded = decodeURIComponent(path)
    return decoded === path || isReturnPath(decoded)
  } catch {
    return false
  }
}
