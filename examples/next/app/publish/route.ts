import { host } from '../../boardwalk.ts'

export const POST = host.requireGate('publish')(() => Response.json({ published: true }))
