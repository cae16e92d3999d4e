import { host } from '../../boardwalk.ts'

export const POST = async (request: Request): Promise<Response> => {
  const { user } = (await request.json()) as { user?: unknown }
  if (typeof user !== 'string' || user === '') {
    return Response.json({ message: 'Send {"user": "ada"}.' }, { status: 400 })
  }
  return Response.json({ user }, { headers: { 'set-cookie': host.sessions.cookieFor(user) } })
}
