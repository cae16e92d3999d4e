import { host } from '../../boardwalk.ts'

export const GET = host.requireStep('profile', { critical: false })(() =>
  Response.json({ preview: 'Your shop' }),
)
