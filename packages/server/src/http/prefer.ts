/** The first preference of that name counts; whatever is not understood is no wish (RFC 7240). */
export const prefersRepresentation = (request: Request): boolean => {
  const wish = (request.headers.get('prefer') ?? '')
    .split(',')
    .map((preference) => (preference.split(';', 1)[0] ?? '').split('=').map((part) => part.trim()))
    .find(([name = '']) => name.toLowerCase() === 'return')
  return wish?.length === 2 && wish[1]?.replace(/^"(.*)"$/, '$1') === 'representation'
}
