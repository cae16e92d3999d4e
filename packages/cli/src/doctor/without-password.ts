/** Whatever a driver says, the password is not repeated. */
export const withoutPassword = (text: string, url: string | undefined): string => {
  const { password = '' } = (url !== undefined && URL.parse(url)) || {}
  if (password === '') return text
  let decoded = password
  try {
    decoded = decodeURIComponent(password)
  } catch {
    // Then it was no percent-encoding.
  }
  return text.replaceAll(decoded, '***').replaceAll(password, '***')
}
