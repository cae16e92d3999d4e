const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether this is an origin as browsers send it: `https://host[:port]`, or plain `http` on this machine. */
export const isOrigin = (text: string): boolean => {
  if (text.includes('*') || !URL.canParse(text)) return false
  const { origin, protocol, hostname } = new URL(text)
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname)))
}

export const expectedOrigins =
  'origins as browsers send them, like `https://shop.example` or `http://localhost:5173`, with commas between; never `*`, because then every site could act for the people who visit it'
